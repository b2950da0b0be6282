"""Drain: from the inboxes and the spool into the record, many texters at a time."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from textline import log
from textline.errors import Busy, Unavailable
from textline.flow import lanes, record, screen
from textline.flow.receive import Arrived, opened
from textline.live.inbox import Taken
from textline.runtime import Runtime
from textline.seal import SealBroken
from textline.store import lines, spool
from textline.store.base import Everywhere
from textline.store.lines import Line

_log = log.get(__name__)
UNKNOWN_LINE = "unknown line"
UNRECORDED = "could not be recorded"

# One transaction holds so much at most: a crisis among these texters waits for its end, and whoever is killed before
# it has done nothing.
INBOXES_AT_ONCE = 30
_TEXTS_AT_ONCE = 60
_OF_AN_INBOX_AT_ONCE = 50
# A drainer stays awake for a while after the last text, since RQ takes longer to start a job than we to do it.
LINGER_S = 2.0
LONGEST_S = 20.0
_LISTEN_S = 0.5
_BREATH_S = 0.01
_FEW = 2
_PAUSE_S = 0.05  # before texts are read again that another machine's clock has stamped later than now, or another holds
_MOST_AHEAD = timedelta(seconds=5)
_ROUNDS = 40
# For a texter whose row somebody else holds: many others must not wait for long with them.
_PATIENCE_TOGETHER_S = 0.1
_PATIENCE_S = 0.5
# Whoever was stopped with texters in hand must not have them for longer: a batch takes a second on a busy machine. One
# that does take longer is tried again text by text.
HOLDS_S = 4.0
_OVERDUE_S = 1.0  # an urgent inbox that waits so long has lost its drainer: anybody takes it


@dataclass
class Batch:
    """The texts of inboxes that were read together, and what became of them.

    `ahead` are inboxes with texts that arrived later than the instant before reading, by the clock of whoever
    stamped them: they are left for the next time. `done` are the SIDs that are recorded or held, by inbox. `spooled`
    are those that the spool has as well.
    """

    texts: dict[str, list[Arrived]]
    ahead: set[str]
    spooled: set[str]
    done: dict[str, list[str]] = field(default_factory=dict)

    @property
    def moved(self) -> int:
        """How many texts left the inboxes."""
        return sum(map(len, self.done.values()))


def drain_lane(
    runtime: Runtime, lane: str, stopped: Callable[[], bool] = lambda: False, linger_s: float = LINGER_S
) -> int:
    """Record what waits in a lane and what comes meanwhile, until nothing does. Returns how many texts were new.

    May run several times at once, or again after a crash. When told to stop, or after a while, another is woken.
    """
    began = quiet = time.monotonic()
    new = 0
    while not stopped() and time.monotonic() < began + LONGEST_S:
        started = time.monotonic()
        if recorded := drain_some(runtime, lane):
            new, quiet = new + recorded, time.monotonic()
            if _FEW < recorded < INBOXES_AT_ONCE:
                # Texts that come fast are then recorded more at a time, and whoever acknowledges them has room.
                time.sleep(min(quiet - started, _BREATH_S))
        elif time.monotonic() < quiet + linger_s:
            runtime.live.inbox.listen(lane, min(_LISTEN_S, linger_s))
        elif runtime.live.inbox.rest(lane):
            return new
    runtime.live.inbox.rest(lane)
    runtime.live.jobs.enqueue("drain", lane, lane)
    return new


def drain_some(runtime: Runtime, lane: str, overdue_s: float | None = None) -> int:
    """Record some inboxes of a lane that nobody else has; for a passer-by, those that have waited for `overdue_s`.

    Returns how many texts left the inboxes.
    """
    until = runtime.clock()
    now = until.timestamp()
    if lane != "urgent":
        taken = runtime.live.inbox.take("urgent", now, INBOXES_AT_ONCE, now - _OVERDUE_S)
        if taken and (moved := _record(runtime, until, taken).moved):
            return moved
    before = None if overdue_s is None else now - overdue_s
    taken = runtime.live.inbox.take(lane, now, INBOXES_AT_ONCE, before)
    return _record(runtime, until, taken).moved if taken else 0


def drain(runtime: Runtime, *inboxes: str) -> int:
    """Record these inboxes now, as far as Redis can be read, and what the spool holds of them.

    Returns how many texts left them.
    """
    left, waiting = 0, list(inboxes)
    for _ in range(_ROUNDS):
        until = runtime.clock()
        batch = _record(runtime, until, [Taken(inbox, _read(runtime, inbox)) for inbox in waiting])
        left += batch.moved
        waiting = [inbox for inbox in waiting if inbox in batch.ahead or batch.done.get(inbox)]
        if not waiting:
            break
    return left


def _read(runtime: Runtime, inbox: str) -> dict[str, str]:
    try:
        return runtime.live.inbox.read(inbox)
    except Unavailable:
        return {}


def _record(runtime: Runtime, until: datetime, taken: list[Taken]) -> Batch:
    try:
        batch = _opened(runtime, until, taken)
        for number in {texts[0].incoming.line for texts in batch.texts.values() if texts}:
            _record_line(runtime, number, batch)
    except Unavailable:
        _forget(runtime, {one.inbox: [] for one in taken})
        raise
    left = {one.inbox: list[str]() for one in taken if one.inbox in batch.ahead or not one.items}
    _forget(runtime, left | batch.done)
    if not batch.moved and (batch.ahead or any(batch.texts.values())):
        time.sleep(_PAUSE_S)
    return batch


def _opened(runtime: Runtime, until: datetime, taken: list[Taken]) -> Batch:
    """Merge what Redis and the spool hold of these inboxes, each in the order received.

    Only up to the instant before reading: whatever was acknowledged before one of these was sent has then been
    there to be read, in whichever of the two, so that nothing overtakes it.
    """
    with runtime.everywhere() as everywhere:
        spooled = spool.of_inboxes(everywhere, [one.inbox for one in taken])
    texts: dict[str, list[Arrived]] = {}
    ahead = set()
    most = min(_OF_AN_INBOX_AT_ONCE, max(1, _TEXTS_AT_ONCE // len(taken)))
    for one in taken:
        arrived = _merged(runtime, {item.sid: item.sealed for item in spooled.get(one.inbox, [])}, one.items)
        ready = [text for text in arrived if not _is_ahead(text, until)]
        ready.sort(key=lambda text: (text.received_at, text.incoming.sid))
        texts[one.inbox] = ready[:most]
        if len(ready) < len(arrived):
            ahead.add(one.inbox)
    return Batch(texts, ahead, {item.sid for items in spooled.values() for item in items})


def _merged(runtime: Runtime, spooled: dict[str, str], in_redis: dict[str, str]) -> list[Arrived]:
    """Redis's copy counts where both have one: it knows whether the texter was answered in TwiML.

    But not its time, if the spool's is earlier: Redis was away when the text came, and has it from a second webhook.
    """
    merged = {sid: text for sid, sealed in spooled.items() if (text := _open(runtime, sid, sealed))}
    for sid, sealed in in_redis.items():
        if text := _open(runtime, sid, sealed):
            came = min(text.received_at, merged.get(sid, text).received_at)
            merged[sid] = replace(text, received_at=came)
    return list(merged.values())


def _is_ahead(text: Arrived, until: datetime) -> bool:
    """Whether a text is to be read again later; not one whose clock is plainly wrong, which would wait for ever."""
    if text.received_at > until + _MOST_AHEAD:
        _log.error("a text was stamped by a clock that is far ahead: see `textline doctor` on every machine")
        return False
    return text.received_at > until


def _open(runtime: Runtime, sid: str, sealed: str) -> Arrived | None:
    try:
        return opened(runtime.seal, sealed)
    except SealBroken:
        _log.error("a text cannot be opened: put the old key back into TEXTLINE_SECRET_KEYS", sid=sid)
    except (TypeError, KeyError, ValueError):
        # Of another version's making: it stays where it is, and the texter's other texts go on.
        _log.exception("a text cannot be read: install the version that kept it", sid=sid)
    return None


def _record_line(runtime: Runtime, number: str, batch: Batch) -> None:
    texts = {inbox: t for inbox, t in batch.texts.items() if t and t[0].incoming.line == number}
    with runtime.everywhere() as everywhere:
        line = lines.by_number(everywhere, number)
    if line is None:
        _hold(runtime, texts)
        batch.done |= _sids(texts)
        return
    try:
        recorded = _together(runtime, line, texts, batch.spooled)
        batch.done |= {inbox: [] for inbox in texts} | _sids(recorded)
    except Unavailable:
        raise
    except Exception as error:
        if not isinstance(error, Busy):
            _log.exception("a batch could not be recorded: each text is tried by itself")
        if isinstance(error, Busy) and len(texts) == 1:
            _log.warning(
                "somebody else holds this texter: their texts are tried again", inbox=next(iter(texts))
            )
            batch.done |= {inbox: [] for inbox in texts}
            return
        for inbox, arrived in texts.items():
            batch.done[inbox] = _apart(runtime, line, inbox, arrived, batch.spooled)


def _together(
    runtime: Runtime, line: Line, texts: dict[str, list[Arrived]], spooled: set[str]
) -> dict[str, list[Arrived]]:
    """Record all that can be. Returns what is recorded: a texter whom somebody else holds is left for the next time."""
    screen.prepare(text.incoming.body for arrived in texts.values() for text in arrived)
    with runtime.unit(line.organization_id) as unit:
        unit.be_brief(_PATIENCE_TOGETHER_S if len(texts) > 1 else _PATIENCE_S, HOLDS_S)
        recorded = record.record(unit, line, texts)
        if mine := spooled.intersection(sid for sids in _sids(recorded).values() for sid in sids):
            spool.remove(unit, sorted(mine))
    if len(recorded) < len(texts):
        _log.warning(
            "somebody else holds some texters: their texts are tried again",
            texters=len(texts) - len(recorded),
        )
    return recorded


def _apart(runtime: Runtime, line: Line, inbox: str, texts: list[Arrived], spooled: set[str]) -> list[str]:
    """Record an inbox text by text. One that cannot be recorded is held for a person, and the others go on.

    Returns the SIDs that are done with.
    """
    done = []
    for arrived in texts:
        try:
            if not _together(runtime, line, {inbox: [arrived]}, spooled):
                break
        except Unavailable:
            raise
        except Busy:
            _log.warning("somebody else holds this texter: their texts are tried again", inbox=inbox)
            break
        except Exception:
            _log.exception("a text could not be recorded: it is held", sid=arrived.incoming.sid)
            with runtime.everywhere() as everywhere:
                _put_aside(everywhere, inbox, arrived, UNRECORDED)
        done.append(arrived.incoming.sid)
    return done


def _hold(runtime: Runtime, texts: dict[str, list[Arrived]]) -> None:
    """Keep texts to a number that no line has, until an admin sets one up."""
    with runtime.everywhere() as everywhere:
        for inbox, waiting in texts.items():
            for arrived in waiting:
                _put_aside(everywhere, inbox, arrived, UNKNOWN_LINE)
    _log.error("texts came for a number that no line has: set the line up", texters=len(texts))


def _put_aside(everywhere: Everywhere, inbox: str, arrived: Arrived, reason: str) -> None:
    sealed, sid = arrived.sealed(everywhere.seal), arrived.incoming.sid
    urgent = lanes.is_urgent(arrived.incoming.body)
    spool.put(everywhere, inbox, sid, sealed, arrived.received_at, held=reason, urgent=urgent)


def _forget(runtime: Runtime, done: dict[str, list[str]]) -> None:
    try:
        runtime.live.inbox.forget(done)
    except Unavailable:
        _log.warning("inboxes were not emptied: they are read again, and nothing is doubled")


def _sids(texts: dict[str, list[Arrived]]) -> dict[str, list[str]]:
    return {inbox: [text.incoming.sid for text in arrived] for inbox, arrived in texts.items()}
