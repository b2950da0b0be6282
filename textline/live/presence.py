"""Presence: who has the console open. Told by the page's answer to each beat of its stream."""

from collections.abc import Iterable

from redis import Redis

from textline.live.connection import reaching, word

BEAT_S = 5  # the stream asks this often
GRACE_S = 20  # whoever has not answered for this long is gone

_SINCE = "textline:presence:since"


class Presence:
    """Who is there, by the time of their last beat (seconds since the epoch)."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    def beat(self, organization_id: int, person_id: int, now: float) -> bool:
        """Somebody is there. True when they were not before."""
        with reaching():
            pipeline = self._redis.pipeline(transaction=True)
            pipeline.zscore(_key(organization_id), str(person_id))
            pipeline.zadd(_key(organization_id), {str(person_id): now})
            pipeline.set(_SINCE, now, nx=True)
            before, _, _ = pipeline.execute()
            return before is None or float(before) < now - GRACE_S

    def leave(self, organization_id: int, person_id: int) -> None:
        """Somebody has signed out."""
        with reaching():
            self._redis.zrem(_key(organization_id), str(person_id))

    def present(self, organization_id: int, now: float) -> set[int]:
        """Everybody who is there."""
        with reaching():
            people = self._redis.zrangebyscore(_key(organization_id), now - GRACE_S, "+inf")
            return {int(word(person)) for person in people}

    def gone(self, organization_id: int, people: Iterable[int], now: float) -> set[int]:
        """Who of these is not there.

        Nobody, until we have listened for a grace: after a wipe or a restart silence proves nothing.
        """
        with reaching():
            since = self._redis.get(_SINCE)
        if since is None:
            with reaching():
                self._redis.set(_SINCE, now, nx=True)
            return set()
        if float(since) > now - GRACE_S:
            return set()
        return set(people) - self.present(organization_id, now)

    def listen_anew(self, now: float) -> None:
        """Nobody could be heard for a while (a restart): count everybody's grace from now."""
        with reaching():
            self._redis.set(_SINCE, now)


def _key(organization_id: int) -> str:
    return f"textline:present:{organization_id}"
