"""Sweep: do whatever a lost wake-up should have done. Needs no worker, and no Redis for most of it."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from textline import log
from textline.errors import TextlineError, Unavailable
from textline.flow import presence
from textline.flow.batch import UNKNOWN_LINE, UNRECORDED
from textline.flow.drain import INBOXES_AT_ONCE, URGENT_AT_ONCE, drain, drain_some
from textline.flow.each import batched, each, within
from textline.flow.match import match
from textline.flow.send import ask_again, find_out, send
from textline.runtime import Runtime
from textline.store import conversations, outbox, sessions, spool

_log = log.get(__name__)

# Older than this, and whoever was woken for it is late or dead.
LATE = timedelta(seconds=3)
LATE_ATTENDED = timedelta(seconds=8)  # and this while sends do go out: the worker has more of them than time
STUCK = timedelta(seconds=6)  # older than this, and whoever drains the lane does not come to it
OVERLOOKED = timedelta(seconds=2)  # the clock, which looks every second, does not come to it
URGENT_LATE = timedelta(seconds=1)
# A crisis text is in the spool and in Redis: whoever was woken for it has a moment.
SPOOL_LATE = timedelta(seconds=0.5)
UNREPORTED = timedelta(minutes=3)
_PASS_S = 20.0  # one pass of sends, while Twilio hangs
LOOK_UP_AFTER = timedelta(seconds=20)
URGENT_LOOK_UP_AFTER = timedelta(seconds=5)


def urgent(runtime: Runtime) -> int:
    """Record the crisis texts that wait too long, in whichever store. Returns how many texts were recorded."""
    with runtime.everywhere() as everywhere:
        waiting = spool.crises(everywhere, SPOOL_LATE)
    return _record_all(runtime, waiting, URGENT_AT_ONCE) + _drain(runtime, "urgent", URGENT_LATE)


def overlooked_crises(runtime: Runtime) -> int:
    """The crises that nobody seems to record: for whoever has other work, and is there all the same."""
    with runtime.everywhere() as everywhere:
        waiting = spool.crises(everywhere, OVERLOOKED)
    return _record_all(runtime, waiting, URGENT_AT_ONCE) + drain_some(
        runtime, "urgent", OVERLOOKED.total_seconds()
    )


def inboxes(runtime: Runtime) -> int:
    """Record what waits too long in Redis. Returns how many texts were recorded."""
    attended = runtime.live.inbox.attended("texts")
    return _drain(runtime, "texts", STUCK if attended else LATE)


def _drain(runtime: Runtime, lane: str, late: timedelta) -> int:
    recorded = 0
    while moved := drain_some(runtime, lane, late.total_seconds()):
        recorded += moved
    return recorded


def spooled(runtime: Runtime) -> int:
    """Record what waits in the spool, but for the texters of crises: those would be held for all the others.

    Needs no Redis. Returns how many texts were recorded.
    """
    with runtime.everywhere() as everywhere:
        waiting = spool.others(everywhere, timedelta(0))
    return _record_all(runtime, waiting)


def overlooked(runtime: Runtime) -> int:
    """Record what nobody seems to record, in either store: for whoever is no clock. Returns how many texts were."""
    with runtime.everywhere() as everywhere:
        grave, waiting = spool.crises(everywhere, OVERLOOKED), spool.others(everywhere, OVERLOOKED)
    moved = _record_all(runtime, grave, URGENT_AT_ONCE) + _record_all(runtime, waiting)
    return moved + inboxes(runtime)


def _record_all(runtime: Runtime, waiting: Sequence[str], most: int = INBOXES_AT_ONCE) -> int:
    return sum(_record(runtime, together) for together in batched(waiting, most))


def _record(runtime: Runtime, inboxes: Sequence[str]) -> int:
    """Many together, which takes a tenth of the time; when even reading them fails, each by itself."""
    try:
        return drain(runtime, *inboxes)
    except Unavailable:
        raise
    except Exception:
        return sum(each(drain, runtime, inbox) for inbox in inboxes)


def held(runtime: Runtime) -> None:
    """Try what is held again: its line may be there now, or a newer version that can record it."""
    with runtime.everywhere() as everywhere:
        for reason in (UNKNOWN_LINE, UNRECORDED):
            spool.release(everywhere, reason)


def sends(runtime: Runtime) -> int:
    """Send what has been due too long, and find out about what nobody knows. Returns how many were sent."""
    return _sends(runtime, urgent=False)


def urgent_sends(runtime: Runtime) -> int:
    """The same for Textline's own texts in a crisis: they wait behind no other."""
    return _sends(runtime, urgent=True)


def _sends(runtime: Runtime, *, urgent: bool) -> int:
    with runtime.everywhere() as everywhere:
        outbox.abandoned(everywhere)
        due = outbox.texters_due(everywhere, urgent=urgent)
    late = LATE if urgent else _late(runtime)
    sent = sum(each(_send, runtime, *texter, late) for texter in within(_PASS_S, due))
    _find_out(runtime, urgent=urgent)
    return sent


def reports(runtime: Runtime) -> None:
    """Ask Twilio what became of texts whose status callbacks seem lost."""
    with runtime.everywhere() as everywhere:
        lost = outbox.unreported(everywhere, UNREPORTED)
    for message_id, sid in lost:
        each(ask_again, runtime, message_id, sid)


def _late(runtime: Runtime) -> timedelta:
    try:
        return LATE_ATTENDED if runtime.live.jobs.attended("send") else LATE
    except Unavailable:
        return LATE


def _send(runtime: Runtime, organization_id: int, texter_id: int, since: datetime, late: timedelta) -> int:
    """Have a worker send what has just become due; send what no worker has sent in time."""
    if runtime.clock() > since + late:
        return send(runtime, organization_id, texter_id)
    with suppress(Unavailable):
        runtime.live.jobs.wake([("send", "sends", (organization_id, texter_id))])
    return 0


def _find_out(runtime: Runtime, *, urgent: bool) -> None:
    with runtime.everywhere() as everywhere:
        unknown = [found[:3] for found in outbox.unknown(everywhere) if found[3] == urgent]
    for organization_id, message_id, claimed_at in unknown:
        if runtime.clock() > claimed_at + (URGENT_LOOK_UP_AFTER if urgent else LOOK_UP_AFTER):
            try:
                find_out(runtime, organization_id, message_id)
            except TextlineError:
                _log.warning("twilio's log cannot be asked about a text", message=message_id)


def matches(runtime: Runtime) -> int:
    """Match whoever still waits. Returns how many were matched."""
    with runtime.everywhere() as everywhere:
        organizations = conversations.organizations_waiting(everywhere)
    return sum(each(match, runtime, organization_id) for organization_id in organizations)


def absences(runtime: Runtime) -> int:
    """Give back what is held by people who are gone."""
    return presence.release_the_gone(runtime)


def old_sessions(runtime: Runtime) -> None:
    """Remove sessions that have ended."""
    with runtime.everywhere() as everywhere:
        sessions.tidy(everywhere)
