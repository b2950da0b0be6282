"""The connection to Redis, with limits of our own: the client's defaults can block for about a minute."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, unquote

from redis import Redis
from redis import asyncio as aioredis
from redis.asyncio.retry import Retry as AsyncRetry
from redis.asyncio.sentinel import Sentinel as AsyncSentinel
from redis.backoff import NoBackoff
from redis.exceptions import RedisError, TimeoutError
from redis.retry import Retry
from redis.sentinel import MasterNotFoundError, Sentinel

from textline.errors import Unavailable

CONNECT_LIMIT_S = 0.3
ANSWER_LIMIT_S = 0.5
# After Redis did not answer in time it is left alone for a while: a hundred texts must not wait for it in turn.
LEFT_ALONE_S = 1.0
_AWAY = "Redis cannot be reached, or refuses to write: see `textline doctor`"
_SENTINEL = "redis+sentinel://"
_SENTINEL_PORT = 26379


def connect(url: str, answer_limit_s: float | None = ANSWER_LIMIT_S) -> Redis:
    """A client that gives up soon and never tries again by itself. Nothing is reached before its first use.

    The address may name Sentinels: `redis+sentinel://:password@host:26379,host:26379/service?db=0`. The client then
    asks them for the master at each new connection.
    """
    limits: dict[str, Any] = {
        "socket_connect_timeout": CONNECT_LIMIT_S,
        "socket_timeout": answer_limit_s,
        "retry": Retry(NoBackoff(), 0),
        "health_check_interval": 0,
    }
    if url.startswith(_SENTINEL):
        hosts, service, own = _watched(url)
        sentinel = Sentinel(hosts, sentinel_kwargs=limits | {"socket_timeout": ANSWER_LIMIT_S}, **limits)  # type: ignore[no-untyped-call]
        master: Redis = sentinel.master_for(service, **own)  # type: ignore[no-untyped-call]
        return master
    return Redis.from_url(url, **limits)


def connect_async(url: str, answer_limit_s: float | None = ANSWER_LIMIT_S) -> "aioredis.Redis":
    """The same for an event loop."""
    limits: dict[str, Any] = {
        "socket_connect_timeout": CONNECT_LIMIT_S,
        "socket_timeout": answer_limit_s,
        "retry": AsyncRetry(NoBackoff(), 0),
    }
    if url.startswith(_SENTINEL):
        hosts, service, own = _watched(url)
        sentinel = AsyncSentinel(hosts, sentinel_kwargs=limits | {"socket_timeout": ANSWER_LIMIT_S}, **limits)  # type: ignore[no-untyped-call]
        master: aioredis.Redis = sentinel.master_for(service, **own)
        return master
    return aioredis.Redis.from_url(url, **limits)


def _watched(url: str) -> tuple[list[tuple[str, int]], str, dict[str, Any]]:
    """The Sentinels, the name of what they watch, and what is needed to connect to that."""
    place, _, query = url.removeprefix(_SENTINEL).partition("?")
    credentials, _, place = place.rpartition("@")
    hosts, _, service = place.partition("/")
    user, _, password = map(unquote, credentials.partition(":"))
    own: dict[str, Any] = {"db": int(parse_qs(query).get("db", ["0"])[0])}
    if password:
        own |= {"username": user or None, "password": password}
    named = [host.rpartition(":") if ":" in host else (host, "", "") for host in hosts.split(",")]
    return [(host, int(port or _SENTINEL_PORT)) for host, _, port in named], service, own


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
        except (TimeoutError, MasterNotFoundError) as error:
            self._silent_until = time.monotonic() + LEFT_ALONE_S
            raise Unavailable(_AWAY) from error
        except RedisError as error:
            raise Unavailable(_AWAY) from error


def word(value: object) -> str:
    """A string as Redis answers it, which may be bytes."""
    return value.decode() if isinstance(value, bytes) else str(value)
