"""Who answers next: the one rule for matching a waiting conversation to a volunteer."""

import heapq
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

# Whoever gave a conversation back is passed over for this long, so that it does not bounce;
# afterwards they are asked again rather than leave somebody waiting for nobody.
REST_AFTER_RETURN = timedelta(minutes=2)


@dataclass(frozen=True)
class Candidate:
    """A volunteer who is present and available."""

    id: int
    open: int
    capacity: int
    last_matched_at: datetime | None


@dataclass(frozen=True)
class Waiting:
    """A conversation that waits, and who had it, if anybody did; `returned_at`: when they gave it back, and may not
    have it again for a while."""

    id: int
    returned_by: int | None = None
    returned_at: datetime | None = None


class Pool:
    """The candidates with room, in the order in which they are asked; kept up to date as they are chosen."""

    def __init__(self, candidates: Iterable[Candidate]) -> None:
        self._heap = [(_order(c), c) for c in candidates if c.open < c.capacity]
        heapq.heapify(self._heap)

    @property
    def room(self) -> bool:
        """Whether anybody can take anything."""
        return bool(self._heap)

    def take(self, waiting: Waiting, now: datetime) -> Candidate | None:
        """Who answers next: of those with room the fewest open conversations, then longest since the last match.

        Whoever has just given this conversation back is passed over. None when nobody can take it.
        """
        passed_over = []
        chosen = None
        while self._heap and chosen is None:
            entry = heapq.heappop(self._heap)
            if _rests(waiting, entry[1], now):
                passed_over.append(entry)
            else:
                chosen = entry[1]
        for entry in passed_over:
            heapq.heappush(self._heap, entry)
        if chosen is not None and chosen.open + 1 < chosen.capacity:
            after = replace(chosen, open=chosen.open + 1, last_matched_at=now)
            heapq.heappush(self._heap, (_order(after), after))
        return chosen


def _rests(waiting: Waiting, candidate: Candidate, now: datetime) -> bool:
    if waiting.returned_by != candidate.id or waiting.returned_at is None:
        return False
    return now < waiting.returned_at + REST_AFTER_RETURN


def _order(candidate: Candidate) -> tuple[int, float, int]:
    last = candidate.last_matched_at.timestamp() if candidate.last_matched_at else float("-inf")
    return (candidate.open, last, candidate.id)
