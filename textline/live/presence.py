"""Presence: who has the console open. Told by the page's answer to each beat of its stream."""

from collections.abc import Iterable

from redis import Redis

from textline.live.connection import Reach, word

BEAT_S = 5  # the stream asks this often
GRACE_S = 20  # whoever has not answered for this long is gone

_GAP_S = 12  # between two words of the web processes: more is an outage

_HEARD = "textline:presence:heard"
_SINCE = "textline:presence:since"


class Presence:
    """Who is there, by the time of their last beat (seconds since the epoch)."""

    def __init__(self, redis: Redis, reach: Reach) -> None:
        self._redis = redis
        self._reach = reach

    def beat(self, organization_id: int, person_id: int, now: float) -> bool:
        """Somebody is there. True when they were not before."""
        with self._reach():
            pipeline = self._redis.pipeline(transaction=True)
            pipeline.zscore(_key(organization_id), str(person_id))
            pipeline.zadd(_key(organization_id), {str(person_id): now})
            before, _ = pipeline.execute()
            return before is None or float(before) < now - GRACE_S

    def leave(self, organization_id: int, person_id: int) -> None:
        """Somebody has signed out."""
        with self._reach():
            self._redis.zrem(_key(organization_id), str(person_id))

    def present(self, organization_id: int, now: float) -> set[int]:
        """Everybody who is there."""
        with self._reach():
            people = self._redis.zrangebyscore(_key(organization_id), now - GRACE_S, "+inf")
            return {int(word(person)) for person in people}

    def listening(self, now: float) -> None:
        """A web process could hear beats now. Told every BEAT_S; a gap means that nobody could be heard."""
        with self._reach():
            last = self._redis.getset(_HEARD, now)
            if last is None or float(last) < now - _GAP_S:
                self._redis.set(_SINCE, now)

    def gone(self, organization_id: int, people: Iterable[int], now: float) -> set[int]:
        """Who of these is not there.

        Nobody, while nobody could be heard: after a wipe, a restart or an outage silence proves nothing until
        we have listened for a whole grace.
        """
        with self._reach():
            heard, since = self._redis.mget(_HEARD, _SINCE)
        if heard is None or since is None or float(heard) < now - _GAP_S or float(since) > now - GRACE_S:
            return set()
        return set(people) - self.present(organization_id, now)


def _key(organization_id: int) -> str:
    return f"textline:present:{organization_id}"
