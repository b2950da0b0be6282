"""Intake: texts into their inboxes from the web process's event loop, as many with one command as wait.

While one command is under way the texts that come meanwhile gather, and go together with the next: each is
acknowledged only after the command that held it.
"""

import asyncio
from dataclasses import dataclass, field

from redis.commands.core import AsyncScript

from textline.errors import Unavailable
from textline.live.connection import Reach, connect_async
from textline.live.inbox import Item, put_arguments, unattended
from textline.live.scripts import PUT

_AT_ONCE = 100


@dataclass
class _Loop:
    """What belongs to one event loop."""

    loop: asyncio.AbstractEventLoop
    script: AsyncScript
    waiting: list[tuple[Item, asyncio.Future[bool]]] = field(default_factory=list)
    task: asyncio.Task[None] | None = None


class Intake:
    """Keeps texts, many at once."""

    def __init__(self, url: str, reach: Reach) -> None:
        self._url = url
        self._reach = reach
        self._mine: _Loop | None = None

    async def put(self, item: Item) -> bool:
        """Keep a text, as `Inbox.put` does.

        Raises:
            Unavailable: Redis did not take it.
        """
        mine = self._here()
        future = mine.loop.create_future()
        mine.waiting.append((item, future))
        if mine.task is None or mine.task.done():
            mine.task = mine.loop.create_task(self._send_all(mine))
        return bool(await future)

    def _here(self) -> _Loop:
        loop = asyncio.get_running_loop()
        if self._mine is None or self._mine.loop is not loop:
            self._mine = _Loop(loop, connect_async(self._url).register_script(PUT))
        return self._mine

    async def _send_all(self, mine: _Loop) -> None:
        while mine.waiting:
            await asyncio.sleep(0)  # whoever is ready in this round goes too
            batch, mine.waiting = mine.waiting[:_AT_ONCE], mine.waiting[_AT_ONCE:]
            items = [item for item, _ in batch]
            try:
                with self._reach():
                    answer = await mine.script(*put_arguments(items))
            except Exception as error:
                # Whatever it was, nobody may wait for ever: they try the spool.
                for _, future in batch:
                    _fail(future, Unavailable(f"Redis did not take a text ({type(error).__name__})"))
                continue
            lanes = unattended(answer)
            for item, future in batch:
                if not future.done():
                    future.set_result(item.lane in lanes)
                lanes -= {item.lane}  # one of them wakes a drainer

    async def close(self) -> None:
        """Give the connection back."""
        if self._mine is not None:
            client = self._mine.script.registered_client
            self._mine = None
            await client.aclose()


def _fail(future: asyncio.Future[bool], error: Exception) -> None:
    if not future.done():
        future.set_exception(error)
