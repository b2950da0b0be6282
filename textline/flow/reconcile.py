"""Reconcile: compare Twilio's log with ours, and bring in the texts of which no webhook told us."""

from datetime import datetime, timedelta
from typing import NamedTuple

from textline import log, metrics
from textline.carrier import incoming
from textline.carrier.client import Logged
from textline.carrier.incoming import Incoming, Refusal
from textline.errors import TextlineError, Unavailable
from textline.flow import alarm, lanes, own_words
from textline.flow.lanes import is_urgent
from textline.flow.receive import Arrived, inbox_of, keep_all, keep_unreadable
from textline.rules.screen import Screen
from textline.runtime import Runtime
from textline.store import lines, messages, spool
from textline.store.lines import Line

_log = log.get(__name__)

# Each reading begins so long before the end of the last one: a row may appear in the log after later ones.
OVERLAP = timedelta(seconds=90)
EVERY = timedelta(seconds=10)
_TOGETHER = 50  # texts that are brought in at once: one by one, two hundred took a slow machine half a minute
UNREAD = timedelta(seconds=5)  # longer, and the clock does not come to it
LONGEST_BACK = timedelta(hours=1)
# A younger text may still be on its way: Twilio tries its webhook for up to 15 s.
SETTLED = timedelta(seconds=18)


def reconcile(runtime: Runtime) -> int:
    """Read the log of each line that was not read lately, from where all of it is in the record.

    Asked more often than that, so that a reading which failed is soon tried again, whoever asks. Returns how many texts
    were missing, and are kept now.
    """
    return _reconcile_all(runtime, EVERY)


def unread(runtime: Runtime) -> int:
    """The same where nobody seems to have read it: for whoever is no clock."""
    return _reconcile_all(runtime, EVERY + UNREAD)


def _reconcile_all(runtime: Runtime, every: timedelta) -> int:
    due = runtime.clock() - every
    with runtime.everywhere() as everywhere:
        connected = [line for line in lines.everywhere(everywhere) if line.connected_at]
    found = [line for line in connected if line.read_at is None or line.read_at <= due]
    brought = 0
    for line in found:
        try:
            brought += _reconcile(runtime, line)
        except TextlineError as error:
            _log.warning("twilio's log could not be compared", line=line.id, why=type(error).__name__)
    return brought


def _reconcile(runtime: Runtime, line: Line) -> int:
    until = runtime.clock() - SETTLED
    since = line.reconciled_at - OVERLAP if line.reconciled_at else (line.connected_at or until)
    logged = runtime.carrier.received_by(line.number, since)
    unknown = _unknown(runtime, [row for row in logged if row.date_created <= until])
    waiting = _waiting_in_redis(runtime, unknown)
    missing = [row for row in unknown if row.sid not in waiting]
    with runtime.unit(line.organization_id) as unit:
        screen = own_words.screen_of(unit) if missing else lanes.screen()
    for first in range(0, len(missing), _TOGETHER):
        _bring_in(runtime, missing[first : first + _TOGETHER], screen)
    with runtime.unit(line.organization_id) as unit:
        read = lines.get(unit, line.id)
        read.read_at, read.reconciled_at = until + SETTLED, _recorded_up_to(until, unknown)
        if missing:
            alarm.raise_(unit, "late_texts", texts=len(missing))
    return len(missing)


def _recorded_up_to(until: datetime, unknown: list[Logged]) -> datetime:
    """Where the next reading goes on: at what is not in the record yet, since Redis may be wiped before it is.

    Not for ever: what nobody can record must not have ever more of the log read.
    """
    return max(min([until, *(row.date_created for row in unknown)]), until - LONGEST_BACK)


def _unknown(runtime: Runtime, logged: list[Logged]) -> list[Logged]:
    """Those that are neither in the record nor in the spool, oldest first."""
    sids = [row.sid for row in logged]
    with runtime.everywhere() as everywhere:
        here = messages.known(everywhere, runtime.carrier.account_sid, sids) | spool.holds(everywhere, sids)
    return [row for row in reversed(logged) if row.sid not in here]


def _waiting_in_redis(runtime: Runtime, rows: list[Logged]) -> set[str]:
    read = [(_read(runtime, row, ()), row.sid) for row in rows]
    inboxes = [(inbox_of(runtime.seal, text), sid) for text, sid in read if not isinstance(text, Refusal)]
    try:
        return runtime.live.inbox.holds(inboxes)
    except Unavailable:
        return set()  # its time may be long in coming: this way the texts are recorded now


def _bring_in(runtime: Runtime, rows: list[Logged], screen: Screen) -> None:
    """Keep texts as if they had just come, with the times at which Twilio had them. `screen`: their organization's.

    What could be read is kept, though Twilio does not answer about the next one; and a crisis waits for no other.
    """
    read = list[_Read]()
    try:
        for row in rows:
            read += _as_it_was(runtime, row, screen)
            if read and read[-1].urgent:
                ready, read = read, []
                _keep(runtime, ready)
    finally:
        _keep(runtime, read)


class _Read(NamedTuple):
    """A text read from the log, with when Twilio had it, and what its sender was answered in TwiML."""

    text: Incoming
    sent_at: datetime
    urgent: bool
    answered: str | None


def _as_it_was(runtime: Runtime, row: Logged, screen: Screen) -> list[_Read]:
    """The text that a row of the log is of; none, where it cannot be read."""
    media = runtime.carrier.media(row.sid) if row.media else ()
    text = _read(runtime, row, media)
    if isinstance(text, Refusal):
        keep_unreadable(runtime, row.sid, [("MessageSid", row.sid)], text.reason)
        return []
    urgent = is_urgent(text.body, screen)
    answered = _answered(runtime, text, row.date_created) if urgent else None
    return [_Read(text, row.date_created, urgent, answered)]


def _keep(runtime: Runtime, read: list[_Read]) -> None:
    """Keep what has been read, as what comes now: whatever has come by webhook meanwhile stands before it."""
    now = runtime.clock()
    instants = (now + timedelta(microseconds=n) for n in range(len(read)))  # which order them
    keep_all(
        runtime,
        [
            (Arrived(one.text, at, one.sent_at, one.answered), one.urgent)
            for one, at in zip(read, instants, strict=True)
        ],
    )
    metrics.LATE.inc(len(read))
    for one in read:
        _log.warning("a text was found in twilio's log only", sid=one.text.sid)


def _answered(runtime: Runtime, text: Incoming, since: datetime) -> str | None:
    """What its sender was answered in TwiML while neither store could keep it."""
    if not text.answerable or text.sender is None:
        return None
    answers = runtime.carrier.sent_to(text.line, text.sender, since)
    return next((row.body for row in answers if row.direction == "outbound-reply"), None)


def _read(runtime: Runtime, row: Logged, media: tuple[tuple[str, str], ...]) -> Incoming | Refusal:
    """A row of the log as the webhook would have told it."""
    form = [
        ("MessageSid", row.sid),
        ("AccountSid", runtime.carrier.account_sid),
        ("From", row.sender),
        ("To", row.to),
        ("Body", row.body),
    ]
    for place, (url, kind) in enumerate(media):
        form += [(f"MediaUrl{place}", url), (f"MediaContentType{place}", kind)]
    return incoming.parse(form)
