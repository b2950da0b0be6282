"""Inboxes: one a texter and line, holding sealed texts by SID until they are in the record.

Each waits in a lane. A drainer takes inboxes from a lane under a lease, so that others take different ones
meanwhile; the lease only spreads the work, and may run out: what makes two drainers of one inbox harmless is the
texter's row in PostgreSQL (docs/decisions/0009).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from redis import Redis

from textline.live.connection import ANSWER_LIMIT_S, Reach, word
from textline.live.scripts import FORGET, PUT, REST, TAKE

LANES = ("urgent", "texts")
# A drainer that says nothing for so long is dead or frozen: others take its inboxes, or are woken, instead.
LEASE_S = 2.0
AWAKE_S = 2


@dataclass(frozen=True)
class Item:
    """A sealed text on its way into an inbox. `received_at` in seconds since the epoch."""

    inbox: str
    sid: str
    sealed: str
    received_at: float
    lane: str


@dataclass(frozen=True)
class Taken:
    """An inbox and all its texts, sealed, by SID."""

    inbox: str
    items: dict[str, str]


class Inbox:
    """Texts that are acknowledged and not yet recorded."""

    def __init__(self, redis: Redis, reach: Reach) -> None:
        self._redis = redis
        self._reach = reach
        self._put = redis.register_script(PUT)
        self._take = redis.register_script(TAKE)
        self._forget = redis.register_script(FORGET)
        self._rest = redis.register_script(REST)

    def put(self, *items: Item) -> set[str]:
        """Keep texts, all in one go; they are durable when this returns. Gives the lanes that nobody drains: somebody
        must be woken for them.

        A SID that is there already stays as it is.
        """
        with self._reach():
            return unattended(self._put(*put_arguments(items))) & {item.lane for item in items}

    def take(self, lane: str, now: float, most: int, before: float | None = None) -> list[Taken]:
        """Lease inboxes of a lane that nobody has, the longest waiting first, and read them whole.

        Of another lane than the urgent one, none in which a crisis waits too: it is taken from there, and its texter
        would be held with many others. With `before`, only those that have waited since then, and whoever asks is not
        taken for one who stays and drains the lane. Times are seconds since the epoch.
        """
        keys = [_waiting(lane), _leases(lane), _awake(lane), _waiting("urgent")]
        limit, stays_s = ("+inf", AWAKE_S) if before is None else (before, 0)
        with self._reach():
            found = self._take(keys=keys, args=[now, now + LEASE_S, most, limit, stays_s, key("")])
        return [Taken(word(inbox), _pairs(items)) for inbox, items in found]

    def read(self, inbox: str) -> dict[str, str]:
        """All texts of an inbox, sealed, by SID; no lease is asked for, or given."""
        with self._reach():
            return {word(sid): word(sealed) for sid, sealed in self._redis.hgetall(key(inbox)).items()}

    def holds(self, texts: Sequence[tuple[str, str]]) -> set[str]:
        """Which of these texts, each by its inbox and SID, wait here."""
        with self._reach():
            pipeline = self._redis.pipeline(transaction=False)
            for inbox, sid in texts:
                pipeline.hexists(key(inbox), sid)
            return {sid for (_, sid), waits in zip(texts, pipeline.execute(), strict=True) if waits}

    def forget(self, recorded: dict[str, list[str]]) -> None:
        """These SIDs, by inbox, are in the record. Gives the leases of these inboxes back."""
        lists = [_waiting(lane) for lane in LANES] + [_leases(lane) for lane in LANES]
        with self._reach():
            pipeline = self._redis.pipeline(transaction=False)
            for inbox, sids in recorded.items():
                self._forget(keys=[key(inbox), *lists], args=[inbox, *sids], client=pipeline)
            pipeline.execute()

    def listen(self, lane: str, seconds: float) -> None:
        """Return when a text comes into the lane, or after some seconds at most, or sooner."""
        # Longer, and the silence would be taken for a server that does not answer.
        patience_s = min(seconds, ANSWER_LIMIT_S / 2)
        with self._reach():
            self._redis.blpop([_bell(lane)], timeout=patience_s)

    def attended(self, lane: str) -> bool:
        """Whether somebody drains the lane, as far as can be told from their last sign; to be asked is not enough."""
        with self._reach():
            return word(self._redis.get(_awake(lane)) or "") == "here"

    def rest(self, lane: str) -> bool:
        """Stop draining a lane. False: a text has just come, and whoever asks must go on."""
        with self._reach():
            return bool(self._rest(keys=[_bell(lane), _awake(lane)]))

    def oldest(self) -> float | None:
        """When the first text of the longest waiting inbox came, or None when all are empty."""
        with self._reach():
            first = [self._redis.zrange(_waiting(lane), 0, 0, withscores=True) for lane in LANES]
        return min((float(found[0][1]) for found in first if found), default=None)


def put_arguments(items: Sequence[Item]) -> tuple[list[Any], list[Any]]:
    """Keys and arguments of the script PUT."""
    keys = [list_of(lane) for lane in LANES for list_of in (_waiting, _awake, _bell)]
    args: list[Any] = [len(LANES), AWAKE_S]
    for item in items:
        keys.append(key(item.inbox))
        args += (LANES.index(item.lane) + 1, item.inbox, item.sid, item.sealed, item.received_at)
    return keys, args


def unattended(answer: list[int]) -> set[str]:
    """The lanes of which the script PUT says that nobody drains them."""
    return {lane for lane, nobody in zip(LANES, answer, strict=True) if nobody}


def key(inbox: str) -> str:
    """Where Redis holds an inbox."""
    return f"textline:inbox:{inbox}"


def _waiting(lane: str) -> str:
    return f"textline:waiting:{lane}"


def _leases(lane: str) -> str:
    return f"textline:leases:{lane}"


def _awake(lane: str) -> str:
    return f"textline:awake:{lane}"


def _bell(lane: str) -> str:
    return f"textline:bell:{lane}"


def _pairs(flat: list[bytes]) -> dict[str, str]:
    return {word(sid): word(sealed) for sid, sealed in zip(flat[::2], flat[1::2], strict=True)}
