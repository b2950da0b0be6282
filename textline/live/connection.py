"""The connection to Redis, with limits of our own: the client's defaults can block for about a minute."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError, TimeoutError
from redis.retry import Retry

from textline.errors import Unavailable

CONNECT_LIMIT_S = 0.4
ANSWER_LIMIT_S = 0.6
# After Redis did not answer in time it is left alone for a while: a hundred texts must not wait for it in turn.
LEFT_ALONE_S = 1.0
_AWAY = "Redis cannot be reached, or refuses to write: see `textline doctor`"


def connect(url: str, answer_limit_s: float | None = ANSWER_LIMIT_S) -> Redis:
    """A client that gives up soon and never tries again by itself. Nothing is reached before its first use."""
    return Redis.from_url(
        url,
        socket_connect_timeout=CONNECT_LIMIT_S,
        socket_timeout=answer_limit_s,
        retry=Retry(NoBackoff(), 0),
        health_check_interval=0,
    )


class Reach:
    """How the parts of `Live` reach Redis: `with reach(): …`."""

    def __init__(self) -> None:
        self._silent_until = 0.0

    @contextmanager
    def __call__(self) -> Iterator[None]:
        """Turn the client's errors into ours.

        Raises:
            Unavailable: Redis cannot be reached, or refuses to write; or it has just failed to answer in time.
        """
        if time.monotonic() < self._silent_until:
            raise Unavailable(_AWAY)
        try:
            yield
        except TimeoutError as error:
            self._silent_until = time.monotonic() + LEFT_ALONE_S
            raise Unavailable(_AWAY) from error
        except RedisError as error:
            raise Unavailable(_AWAY) from error


def word(value: object) -> str:
    """A string as Redis answers it, which may be bytes."""
    return value.decode() if isinstance(value, bytes) else str(value)
