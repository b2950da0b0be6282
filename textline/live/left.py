"""All that waits in all inboxes, for a backup."""

from textline.live.connection import Reach, connect, word
from textline.live.inbox import key as key_of

_ANSWER_LIMIT_S = 10.0


def left(url: str) -> list[tuple[str, str, str]]:
    """Inbox, SID and sealed text of whatever is acknowledged and not yet recorded. Nothing is changed or leased.

    Raises:
        Unavailable: Redis cannot be reached.
    """
    redis, reach = connect(url, _ANSWER_LIMIT_S), Reach()
    prefix = key_of("")
    try:
        with reach():
            keys = [word(key) for key in redis.scan_iter(match=f"{prefix}*", count=1000)]
            return [
                (key.removeprefix(prefix), word(sid), word(sealed))
                for key in keys
                for sid, sealed in redis.hgetall(key).items()
            ]
    finally:
        redis.close()
