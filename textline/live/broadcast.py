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


class Changes:
    """What a stream has still to be told, each topic once: a page that reads slowly cannot make it grow."""

    def __init__(self) -> None:
        self._topics: dict[str, None] = {}
        self._some = asyncio.Event()

    def add(self, *topics: str) -> None:
        """These changed."""
        self._topics.update(dict.fromkeys(topics))
        if self._topics:
            self._some.set()

    async def next(self) -> str:
        """The topic that has waited longest, once there is one."""
        await self._some.wait()
        topic = next(iter(self._topics))
        del self._topics[topic]
        if not self._topics:
            self._some.clear()
        return topic


class Broadcast:
    """Sends from anywhere; a web process listens once and deals out to its streams."""

    def __init__(self, redis: Redis, reach: Reach, url: str) -> None:
        self._redis = redis
        self._reach = reach
        self._url = url
        self._streams: dict[Changes, tuple[int, frozenset[str]]] = {}

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
        for changes, (organization, wanted) in self._streams.items():
            if organization == organization_id:
                changes.add(*wanted.intersection(topics))

    def _deal_all(self, topic: str) -> None:
        for changes in self._streams:
            changes.add(topic)

    @asynccontextmanager
    async def stream(self, organization_id: int, topics: Iterable[str]) -> AsyncIterator[Changes]:
        """What changes from now on among `topics`."""
        changes = Changes()
        self._streams[changes] = (organization_id, frozenset(topics))
        try:
            yield changes
        finally:
            del self._streams[changes]

    @property
    def open_streams(self) -> int:
        """How many streams this process serves."""
        return len(self._streams)
