"""The connection to Redis, with limits of our own: the client's defaults can block for about a minute."""

from collections.abc import Iterator
from contextlib import contextmanager

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from textline.errors import Unavailable

CONNECT_LIMIT_S = 0.5
ANSWER_LIMIT_S = 1.0


def connect(url: str, answer_limit_s: float | None = ANSWER_LIMIT_S) -> Redis:
    """A client that gives up soon and never tries again by itself. Nothing is reached before its first use."""
    return Redis.from_url(
        url,
        socket_connect_timeout=CONNECT_LIMIT_S,
        socket_timeout=answer_limit_s,
        retry=Retry(NoBackoff(), 0),
        health_check_interval=0,
    )


@contextmanager
def reaching() -> Iterator[None]:
    """Turn the client's errors into ours.

    Raises:
        Unavailable: Redis cannot be reached, or refuses to write.
    """
    try:
        yield
    except RedisError as error:
        raise Unavailable("Redis cannot be reached, or refuses to write: see `textline doctor`") from error


def word(value: object) -> str:
    """A string as Redis answers it, which may be bytes."""
    return value.decode() if isinstance(value, bytes) else str(value)
