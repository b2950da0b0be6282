"""What a stream is told: everything that changed, once, however slowly its page reads."""

import asyncio

import pytest

from textline.live.broadcast import Changes


def test_a_topic_that_changed_often_is_told_once_and_in_turn() -> None:
    async def told() -> list[str]:
        changes = Changes()
        for _ in range(1000):
            changes.add("board", "alarm")
        changes.add("person-1", "board")
        return [await changes.next() for _ in range(3)]

    assert asyncio.run(told()) == ["board", "alarm", "person-1"]


def test_what_changes_again_after_it_was_told_is_told_again() -> None:
    async def told() -> list[str]:
        changes = Changes()
        changes.add("board")
        first = await changes.next()
        changes.add("board")
        return [first, await asyncio.wait_for(changes.next(), 1)]

    assert asyncio.run(told()) == ["board", "board"]


def test_with_nothing_changed_it_waits() -> None:
    async def wait() -> None:
        changes = Changes()
        changes.add()
        await asyncio.wait_for(changes.next(), 0.05)

    with pytest.raises(TimeoutError):
        asyncio.run(wait())
