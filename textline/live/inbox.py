"""Inboxes: one a texter and line, holding sealed texts by SID until they are in the record."""

from redis import Redis

from textline.live.connection import reaching, word

_WAITING = "textline:inboxes"
# Takes the inbox off the list only while it is empty: a text that arrives meanwhile puts it back.
_REMOVE = """
redis.call('HDEL', KEYS[1], unpack(ARGV, 2))
if redis.call('HLEN', KEYS[1]) == 0 then redis.call('ZREM', KEYS[2], ARGV[1]) end
"""


class Inbox:
    """Texts that are acknowledged and not yet recorded."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._remove = redis.register_script(_REMOVE)

    def put(self, inbox: str, sid: str, sealed: str, received_at: float) -> bool:
        """Keep a text; it is durable when this returns. False: it was there already (a redelivery)."""
        with reaching():
            pipeline = self._redis.pipeline(transaction=True)
            pipeline.hsetnx(_key(inbox), sid, sealed)
            pipeline.zadd(_WAITING, {inbox: received_at}, nx=True)
            new, _ = pipeline.execute()
            return bool(new)

    def read(self, inbox: str) -> dict[str, str]:
        """All texts of an inbox, sealed, by SID."""
        with reaching():
            items = self._redis.hgetall(_key(inbox))
            return {word(sid): word(sealed) for sid, sealed in items.items()}

    def remove(self, inbox: str, sids: list[str]) -> None:
        """These are in the record."""
        if sids:
            with reaching():
                self._remove(keys=[_key(inbox), _WAITING], args=[inbox, *sids])

    def waiting(self, before: float) -> list[str]:
        """Inboxes whose first text came before an instant (seconds since the epoch), oldest first."""
        with reaching():
            return [word(inbox) for inbox in self._redis.zrangebyscore(_WAITING, "-inf", before)]

    def oldest(self) -> float | None:
        """When the first text of the longest waiting inbox came, or None when all are empty."""
        with reaching():
            first = self._redis.zrange(_WAITING, 0, 0, withscores=True)
            return float(first[0][1]) if first else None


def _key(inbox: str) -> str:
    return f"textline:inbox:{inbox}"
