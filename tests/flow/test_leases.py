"""Two drains of one inbox, against each other at every step: the record keeps the order of arrival, once each."""

import itertools
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.cast import ALEX, Cast
from tests.flow.test_record import spooling
from textline.flow import batch, drain, record
from textline.flow.drain import drain_some
from textline.flow.receive import inbox_of
from textline.runtime import Runtime
from textline.store import spool, texters
from textline.store.messages import Author


class Steps:
    """A drain in a thread of its own that stops after each of its steps: read, recorded, forgotten."""

    def __init__(self, run: Runtime, drains: Callable[[Runtime], object]) -> None:
        self._go, self._stopped = threading.Semaphore(0), threading.Semaphore(0)
        self.inbox = _Stepping(run.live, self._pause)
        stepping = replace(run, live=self.inbox)  # type: ignore[arg-type]
        self._thread = threading.Thread(target=self._drain, args=(stepping, drains), daemon=True)
        self._thread.start()

    def _drain(self, run: Runtime, drains: Callable[[Runtime], object]) -> None:
        self._go.acquire()
        drains(run)
        self._stopped.release()

    def _pause(self) -> None:
        self._stopped.release()
        self._go.acquire()

    def step(self) -> None:
        """Go on to the next stop, or to the end."""
        if self._thread.is_alive():
            self._go.release()
            assert self._stopped.acquire(timeout=10)

    def finish(self) -> None:
        """Go on to the end."""
        while self._thread.is_alive():
            self._go.release()
            self._thread.join(0.05)


class _Stepping:
    """`Live` whose inbox stops after what was read, and before what is forgotten. `found`: texts that it gave."""

    def __init__(self, live: Any, pause: Callable[[], None]) -> None:
        self._live, self._pause = live, pause
        self.inbox, self.found = self, 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._live, name)

    def take(self, *asked: Any) -> Any:
        taken = self._live.inbox.take(*asked)
        if taken:
            self.found += sum(len(one.items) for one in taken)
            self._pause()
        return taken

    def read(self, inbox: str) -> Any:
        items = self._live.inbox.read(inbox)
        self.found += len(items)
        self._pause()
        return items

    def forget(self, done: Any) -> None:
        self._pause()
        self._live.inbox.forget(done)


def interleavings() -> list[str]:
    """Every order of three steps each of drains A and B."""
    return sorted(set(map("".join, itertools.permutations("AAABBB"))))


def recorded(cast: Cast, number: str = ALEX) -> list[str]:
    """What a texter wrote, as it was recorded; a thread shows it by its time."""
    thread = sorted(cast.thread(cast.conversation(number)), key=lambda text: text.id)
    return [text.body for text in thread if text.author == Author.TEXTER]


@pytest.mark.parametrize("order", interleavings())
@pytest.mark.parametrize("wiped_after", [None, 2])
def test_in_any_order_of_their_steps_the_record_keeps_the_order_of_arrival(
    cast: Cast, order: str, wiped_after: int | None
) -> None:
    inbox = inbox_of(cast.run.seal, cast.arrives(ALEX, "0"))
    # Whoever drains the lane, and a sweep: two drains that no lease keeps apart.
    drains = {
        "A": Steps(cast.run, lambda run: drain_some(run, "texts")),
        "B": Steps(cast.run, lambda run: drain.drain(run, inbox)),
    }
    acknowledged = ["0"]
    for place, name in enumerate(order):
        drains[name].step()
        # In Redis, and while that is away for a moment in the spool: a drain reads one after the other.
        for kept in (cast, spooling(cast)):
            acknowledged.append(str(len(acknowledged)))
            kept.arrives(ALEX, acknowledged[-1])
        if place + 1 == wiped_after:
            cast.run.live.inbox._redis.flushall()
    for one in drains.values():
        one.finish()
    for lane in ("urgent", "texts"):
        cast.run.clock.move(seconds=6)  # leases end
        while drain_some(cast.run, lane):
            pass
    found = recorded(cast) if wiped_after is None else [*filter(acknowledged.__contains__, recorded(cast))]
    assert found == [body for body in acknowledged if body in found]
    with cast.run.everywhere() as everywhere:
        assert spool.held(everywhere) == {}
    if wiped_after is None:
        assert found == acknowledged
        assert all(one.inbox.found for one in drains.values()), "both had something to record"


def test_a_drain_frozen_in_its_transaction_is_cut_off_and_changes_nothing(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast.arrives(ALEX, "first")
    frozen, thawed = threading.Event(), threading.Event()
    whole = record.record

    def freezes(*given: Any) -> Any:
        new = whole(*given)
        if threading.current_thread() is slow:
            frozen.set()
            thawed.wait(20)
        return new

    monkeypatch.setattr(record, "record", freezes)
    moved: list[int] = []
    slow = threading.Thread(target=lambda: moved.append(drain_some(cast.run, "texts")))
    slow.start()
    assert frozen.wait(10)
    last = cast.arrives(ALEX, "second")
    assert drain.drain(cast.run, inbox_of(cast.run.seal, last)) == 0  # the row is held
    with pytest.MonkeyPatch.context() as patient:
        patient.setattr(batch, "_PATIENCE_S", 1.9)
        while not drain.drain(cast.run, inbox_of(cast.run.seal, last)):
            pass
    thawed.set()
    slow.join()
    assert moved == [0]
    assert recorded(cast) == ["first", "second"]


def test_whoever_was_stopped_with_many_texters_in_hand_is_not_waited_for_in_turn(cast: Cast) -> None:
    """One by one they would be waited for longer than PostgreSQL lets a stopped process hold them."""
    held = [f"+1202555{n}" for n in range(6300, 6312)]
    for number in (*held, ALEX):
        cast.texts(number, "before")
        cast.arrives(number, "now")
    with cast.run.unit(cast.organization) as unit:
        texters.locked_all(unit, dict.fromkeys(held, (None, True)))
        assert drain_some(cast.run, "texts") == 1
        assert recorded(cast) == ["before", "now"]
    assert drain_some(cast.run, "texts") == len(held)
    assert all(recorded(cast, number) == ["before", "now"] for number in held)
