"""All that the parts of the simulated carrier share."""

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from textline.carrier.simulated.account import Keys
from textline.carrier.simulated.book import Book
from textline.carrier.simulated.hooks import Hooks
from textline.carrier.simulated.misbehaviour import Ways


class World:
    """One simulated carrier with one account."""

    def __init__(self, keys: Keys, data: Path) -> None:
        self.keys = keys
        self.book = Book(data)
        self.hooks = Hooks(keys.auth_token, self.book)
        self.ways = Ways()
        self._tasks: set[asyncio.Task[Any]] = set()

    def later(self, work: Coroutine[Any, Any, Any]) -> None:
        """Do it in the background; the set keeps the task from being collected while it runs."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Stop what runs in the background; the book keeps how far it came."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.hooks.close()
        self.book.close()
