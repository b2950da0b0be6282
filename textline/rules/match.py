"""Who answers next: the one rule for matching a waiting conversation to a volunteer."""

from collections.abc import Iterable
from dataclasses import dataclass
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
    """A conversation that waits, and who gave it back, if anybody did."""

    id: int
    returned_by: int | None = None
    returned_at: datetime | None = None


def choose(waiting: Waiting, candidates: Iterable[Candidate], now: datetime) -> Candidate | None:
    """Of those with room: fewest open conversations first, then longest since the last match.

    Returns None when nobody can take it.
    """
    able = [c for c in candidates if c.open < c.capacity and not _rests(waiting, c, now)]
    return min(able, key=_order, default=None)


def _rests(waiting: Waiting, candidate: Candidate, now: datetime) -> bool:
    if waiting.returned_by != candidate.id or waiting.returned_at is None:
        return False
    return now < waiting.returned_at + REST_AFTER_RETURN


def _order(candidate: Candidate) -> tuple[int, float, int]:
    last = candidate.last_matched_at.timestamp() if candidate.last_matched_at else float("-inf")
    return (candidate.open, last, candidate.id)
