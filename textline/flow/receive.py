"""Receive: keep a text durably before Twilio is told that we have it."""

import json
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from textline import log, metrics
from textline.carrier.incoming import Incoming, Media
from textline.errors import Unavailable
from textline.flow import fallback
from textline.flow.lanes import is_urgent
from textline.live.inbox import Item
from textline.runtime import Runtime
from textline.seal import Seal
from textline.store import spool
from textline.store.base import Everywhere

_log = log.get(__name__)
InThread = Callable[[Callable[[], Any]], Awaitable[Any]]
# Twilio gives us 2.5 s a try (carrier.webhooks.OVERRIDES); a text that nobody can keep is refused well before.
BUDGET_S = 0.9
_LEAST_S = 0.35  # what PostgreSQL is given at least
_SQL_LIMIT_S = 1.0  # and for a crisis: after this its sender is answered
_MANY_LIMIT_S = 5.0  # and for texts that nobody waits for


@dataclass(frozen=True)
class Arrived:
    """A text with the instant of its arrival, which orders a texter's texts.

    `sent_at`: of a late one, which was found in Twilio's log only; when Twilio had it. `answered`: what the texter
    was answered at once, in TwiML, since PostgreSQL was away; `answered_with`: by which of the texts, if that is
    known.
    """

    incoming: Incoming
    received_at: datetime
    sent_at: datetime | None = None
    answered: str | None = None
    answered_with: str | None = None

    @property
    def said_at(self) -> datetime:
        """When its sender said it, as near as we know."""
        return self.sent_at or self.received_at

    def sealed(self, seal: Seal) -> str:
        """The whole as one sealed string."""
        text = vars(self.incoming) | {"media": [vars(media) for media in self.incoming.media]}
        whole: dict[str, Any] = {"at": self.received_at.isoformat(), "text": text}
        if self.sent_at:
            whole["sent_at"] = self.sent_at.isoformat()
        if self.answered:
            whole["answered"], whole["answered_with"] = self.answered, self.answered_with
        return seal.close(json.dumps(whole))


def opened(seal: Seal, sealed: str) -> Arrived:
    """The text in a sealed string."""
    data = json.loads(seal.open(sealed))
    text = data["text"]
    text["media"] = tuple(Media(**media) for media in text["media"])
    sent_at = datetime.fromisoformat(data["sent_at"]) if "sent_at" in data else None
    at = datetime.fromisoformat(data["at"])
    return Arrived(Incoming(**text), at, sent_at, data.get("answered"), data.get("answered_with"))


def receive(runtime: Runtime, incoming: Incoming) -> str | None:
    """Keep a text. Returns what its sender is to be answered at once: nothing, but in a crisis without PostgreSQL.

    Raises:
        Unavailable: neither store took it. Twilio must be told so, and will try again or call the fallback.
    """
    arrived = Arrived(incoming, runtime.clock())
    if is_urgent(incoming.body, fallback.screen_for(runtime, incoming.line)):
        return _receive_crisis(runtime, arrived)
    keep(runtime, arrived, urgent=False)
    return None


def _receive_crisis(runtime: Runtime, arrived: Arrived) -> str | None:
    """Keep a crisis text in both stores: whichever goes away next, the other has it to be recorded.

    While PostgreSQL is away its sender is answered at once, whether or not Redis takes it.
    """
    item = _item(runtime, arrived, urgent=True)
    try:
        _spool(runtime, _SQL_LIMIT_S, item)
    except Exception as error:
        # Whatever is wrong with PostgreSQL, a missing column or a disk: Redis and TwiML do without it.
        _log.error("a crisis text was not spooled: its sender is answered in TwiML", why=type(error).__name__)
        name, answer = fallback.answer(runtime, arrived.incoming)
        metrics.ANSWERED_ALONE.inc()
        item = _item(runtime, replace(arrived, answered=answer, answered_with=name), urgent=True)
        try:
            _put(runtime, item)
        except Unavailable:
            # Nobody has it but Twilio, whose log it is fetched from.
            _log.error("a crisis text could not be kept: it was answered, and is fetched from Twilio's log")
        return answer
    with suppress(Unavailable):  # the clock finds it in the spool
        _put(runtime, item)
    return None


async def accept(runtime: Runtime, incoming: Incoming, in_thread: InThread) -> str | None:
    """As `receive`, for the event loop: an ordinary text needs no thread, and goes together with others.

    Raises:
        Unavailable: neither store took it.
    """
    if is_urgent(incoming.body, fallback.screen_for(runtime, incoming.line)):
        answer: str | None = await in_thread(lambda: receive(runtime, incoming))
        return answer
    began = time.monotonic()
    item = _item(runtime, Arrived(incoming, runtime.clock()), urgent=False)
    try:
        unattended = await runtime.live.intake.put(item)
    except Unavailable:
        await in_thread(lambda: _spool(runtime, _left(began), item))
        return None
    metrics.TEXTS.labels("redis").inc()
    if unattended:
        await in_thread(lambda: wake(runtime, item.lane))
    return None


def keep(runtime: Runtime, arrived: Arrived, *, urgent: bool) -> None:
    """Keep a text: in Redis, or in the SQL spool while Redis is away.

    Raises:
        Unavailable: neither took it in time.
    """
    began = time.monotonic()
    item = _item(runtime, arrived, urgent=urgent)
    try:
        _put(runtime, item)
    except Unavailable:
        _spool(runtime, _left(began), item)


def keep_all(runtime: Runtime, arrived: Sequence[tuple[Arrived, bool]]) -> None:
    """Keep texts that nobody waits for, each with whether it is urgent, in their order: all, or none of them.

    Raises:
        Unavailable: neither store took them.
    """
    items = [_item(runtime, one, urgent=urgent) for one, urgent in arrived]
    if not items:
        return
    try:
        _put(runtime, *items)
    except Unavailable:
        _spool(runtime, _MANY_LIMIT_S, *items)


def _put(runtime: Runtime, *items: Item) -> None:
    unattended = runtime.live.inbox.put(*items)
    metrics.TEXTS.labels("redis").inc(len(items))
    for lane in unattended:
        wake(runtime, lane)


def _left(began: float) -> float:
    """How long PostgreSQL may take, so that a refusal comes in time."""
    return max(_LEAST_S, BUDGET_S - (time.monotonic() - began))


def _item(runtime: Runtime, arrived: Arrived, *, urgent: bool) -> Item:
    inbox, at = inbox_of(runtime.seal, arrived.incoming), arrived.received_at.timestamp()
    lane = "urgent" if urgent else "texts"
    return Item(inbox, arrived.incoming.sid, arrived.sealed(runtime.seal), at, lane)


def _spool(runtime: Runtime, limit_s: float, *items: Item) -> None:
    def put(everywhere: Everywhere) -> None:
        for item in items:
            at, urgent = datetime.fromtimestamp(item.received_at, UTC), item.lane == "urgent"
            spool.put(everywhere, item.inbox, item.sid, item.sealed, at, urgent=urgent)

    runtime.promptly(limit_s, put)
    metrics.TEXTS.labels("spool").inc(len(items))


def wake(runtime: Runtime, lane: str) -> None:
    """Have a lane drained. When that fails the clock does it."""
    try:
        runtime.live.jobs.enqueue("drain", lane, lane)
    except Unavailable:
        _log.warning("nobody was woken: the clock records what came", lane=lane)


def keep_unreadable(runtime: Runtime, sid: str, form: list[tuple[str, str]], reason: str) -> None:
    """Hold a genuine text that we cannot read as one, for a person to look at.

    Raises:
        Unavailable: PostgreSQL did not take it.
    """
    sealed = runtime.seal.close(json.dumps(form))
    with runtime.everywhere() as everywhere:
        spool.put(everywhere, "unreadable", sid, sealed, runtime.clock(), held=reason)


def inbox_of(seal: Seal, incoming: Incoming) -> str:
    """The inbox of a texter on a line. Somebody without a number has one for each text."""
    return seal.hash("inbox", incoming.line, incoming.sender or incoming.sid)
