"""Receive: keep a text durably before Twilio is told that we have it."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime

from textline import log, metrics
from textline.carrier.incoming import Incoming, Media
from textline.errors import Unavailable
from textline.flow.lanes import is_urgent
from textline.runtime import Runtime
from textline.seal import Seal
from textline.store import spool

_log = log.get(__name__)


@dataclass(frozen=True)
class Arrived:
    """A text with the instant of its arrival, which orders a texter's texts."""

    incoming: Incoming
    received_at: datetime

    def sealed(self, seal: Seal) -> str:
        """The whole as one sealed string."""
        return seal.close(json.dumps({"at": self.received_at.isoformat(), "text": asdict(self.incoming)}))


def opened(seal: Seal, sealed: str) -> Arrived:
    """The text in a sealed string."""
    data = json.loads(seal.open(sealed))
    text = data["text"]
    text["media"] = tuple(Media(**media) for media in text["media"])
    return Arrived(Incoming(**text), datetime.fromisoformat(data["at"]))


def receive(runtime: Runtime, incoming: Incoming) -> None:
    """Keep a text: in Redis, or in the SQL spool while Redis is away.

    Raises:
        Unavailable: neither took it. Twilio must be told so, and will try again or call the fallback.
    """
    arrived = Arrived(incoming, runtime.clock())
    sealed = arrived.sealed(runtime.seal)
    inbox = inbox_of(runtime.seal, incoming)
    urgent = is_urgent(incoming.body)
    try:
        runtime.live.inbox.put(inbox, incoming.sid, sealed, arrived.received_at.timestamp())
        kept = "redis"
    except Unavailable:
        with runtime.everywhere() as everywhere:
            spool.put(everywhere, inbox, incoming.sid, sealed, arrived.received_at, urgent=urgent)
        kept = "spool"
    metrics.TEXTS.labels(kept).inc()
    _wake(runtime, inbox, "urgent" if urgent else "texts")


def _wake(runtime: Runtime, inbox: str, queue: str) -> None:
    try:
        runtime.live.jobs.wake("drain", queue, inbox)
    except Unavailable:
        _log.warning("nobody was woken: the clock records this text", inbox=inbox)


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
