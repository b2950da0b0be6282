"""Broadcasts: tell every web process that something changed. They name what changed, never what it says."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any

from redis import Redis
from redis import asyncio as aioredis
from redis.asyncio.client import PubSub
from redis.exceptions import RedisError

from textline.live.connection import Reach, connect_async
from textline.log import get

_CHANNEL = "textline:broadcast"
_TRY_AGAIN_S = 1.0
_QUIET_S, _ANSWER_S = 5.0, 3.0
log = get(__name__)


async def _heard(pubsub: PubSub) -> dict[str, Any]:
    """The next message. A server that has gone silent is asked whether it is there.

    Raises:
        RedisError: it does not answer.
    """
    for limit_s in (_QUIET_S, _ANSWER_S):
        message: dict[str, Any] | None = await pubsub.get_message(timeout=limit_s)
        if message is not None:
            return message
        await pubsub.ping()
    raise RedisError("the server has gone silent")


class Broadcast:
    """Sends from anywhere; a web process listens once and deals out to its streams."""

    def __init__(self, redis: Redis, reach: Reach, url: str) -> None:
        self._redis = redis
        self._reach = reach
        self._url = url
        self._streams: dict[asyncio.Queue[str], tuple[int, frozenset[str]]] = {}

    def tell(self, organization_id: int, topics: Iterable[str]) -> None:
        """Tell all streams of an organization that these topics changed."""
        with self._reach():
            self._redis.publish(_CHANNEL, json.dumps([organization_id, sorted(set(topics))]))

    async def listen(self) -> None:
        """Receive until cancelled. After every gap each stream is told to fetch everything anew."""
        while True:
            try:
                async with connect_async(self._url, answer_limit_s=None) as client:
                    await self._receive(client)
            except (RedisError, OSError):
                log.warning("broadcasts are interrupted: Redis cannot be reached")
            await asyncio.sleep(_TRY_AGAIN_S)

    async def _receive(self, client: "aioredis.Redis") -> None:
        async with client.pubsub() as pubsub:
            await pubsub.subscribe(_CHANNEL)
            self._deal_all("refresh")
            while True:
                message = await _heard(pubsub)
                if message["type"] == "message":
                    organization_id, topics = json.loads(message["data"])
                    self._deal(organization_id, topics)

    def _deal(self, organization_id: int, topics: list[str]) -> None:
        for queue, (organization, wanted) in self._streams.items():
            if organization == organization_id:
                for topic in wanted.intersection(topics):
                    queue.put_nowait(topic)

    def _deal_all(self, topic: str) -> None:
        for queue in self._streams:
            queue.put_nowait(topic)

    @asynccontextmanager
    async def stream(self, organization_id: int, topics: Iterable[str]) -> AsyncIterator[asyncio.Queue[str]]:
        """What changes from now on among `topics`."""
        queue: asyncio.Queue[str] = asyncio.Queue()
        self._streams[queue] = (organization_id, frozenset(topics))
        try:
            yield queue
        finally:
            del self._streams[queue]

    @property
    def open_streams(self) -> int:
        """How many streams this process serves."""
        return len(self._streams)
