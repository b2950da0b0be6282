"""Batch: the texts of several inboxes, read together and recorded in one transaction; what fails is halved."""

import time
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from textline import log
from textline.errors import Busy, TookTooLong, Unavailable
from textline.flow import lanes, screen
from textline.flow import record as recording
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
Texts = dict[str, list[Arrived]]  # by inbox, each in the order received
Sids = dict[str, list[str]]

# One transaction holds so much at most: a crisis among these texters waits for its end, and whoever is killed before
# it has done nothing.
_TEXTS_AT_ONCE = 60
# Each text of a texter is a turn of its own; with few texters there is room for more of each, as behind a crisis.
_OF_AN_INBOX_AT_ONCE = 6
_PAUSE_S = 0.05  # before texts are read again that another machine's clock has stamped later than now, or another holds
_MOST_AHEAD = timedelta(seconds=5)
# For a texter whose row somebody else holds: many others must not wait for long with them.
_PATIENCE_TOGETHER_S = 0.1
_PATIENCE_S = 0.5
# Whoever was stopped with texters in hand must not have them for longer: a whole batch takes a second on a busy
# machine, and fewer texts less.
HOLDS_S = 4.0
_HOLDS_FEW_S = 2.0


@dataclass
class Batch:
    """The texts of inboxes that were read together, and what became of them.

    `left` are inboxes that are to be read again: there was no room for them, or something arrived later than the instant
    before reading, by the clock of whoever stamped it. `done` are the SIDs that are recorded or held, by inbox.
    `spooled` are those that the spool has as well.
    """

    texts: Texts
    left: set[str]
    spooled: set[str]
    done: Sids = field(default_factory=dict)

    @property
    def moved(self) -> int:
        """How many texts left the inboxes."""
        return sum(map(len, self.done.values()))


def record(runtime: Runtime, until: datetime, taken: list[Taken], ends: float) -> Batch:
    """Record what these inboxes and the spool hold, up to an instant; what is done with leaves them.

    `ends`: nothing more is begun after this, by the monotonic clock.

    Raises:
        Unavailable: PostgreSQL is away; nothing is lost.
    """
    try:
        batch = _opened(runtime, until, taken)
        for number in {texts[0].incoming.line for texts in batch.texts.values() if texts}:
            _record_line(runtime, number, batch, ends)
    except Unavailable:
        _forget(runtime, {one.inbox: [] for one in taken})
        raise
    # What was not read from Redis stays there: its copy may be the earlier of two webhooks', and is still to say so.
    _forget(
        runtime,
        {
            one.inbox: [sid for sid in batch.done.get(one.inbox, ()) if sid in one.items]
            for one in taken
            if one.inbox in batch.done or one.inbox in batch.left or not one.items
        },
    )
    if not batch.moved and (batch.left or any(batch.texts.values())):
        time.sleep(_PAUSE_S)
    return batch


def _opened(runtime: Runtime, until: datetime, taken: list[Taken]) -> Batch:
    """Merge what Redis and the spool hold of these inboxes, each in the order received.

    Only up to the instant before reading: whatever was acknowledged before one of these was sent has then been
    there to be read, in whichever of the two, so that nothing overtakes it.
    """
    with runtime.everywhere() as everywhere:
        spooled = spool.of_inboxes(everywhere, [one.inbox for one in taken])
    texts: Texts = {}
    left = set()
    room, most = _TEXTS_AT_ONCE, max(_OF_AN_INBOX_AT_ONCE, _TEXTS_AT_ONCE // len(taken))
    for one in taken:  # the longest waiting first
        arrived = _merged(runtime, {item.sid: item.sealed for item in spooled.get(one.inbox, [])}, one.items)
        ready = [text for text in arrived if not _is_ahead(text, until)]
        ready.sort(key=lambda text: (text.received_at, text.incoming.sid))
        texts[one.inbox] = ready[: min(most, room)]
        room -= len(texts[one.inbox])
        if len(ready) < len(arrived) or (ready and not texts[one.inbox]):
            left.add(one.inbox)
    return Batch(texts, left, {item.sid for items in spooled.values() for item in items})


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


def _record_line(runtime: Runtime, number: str, batch: Batch, ends: float) -> None:
    texts = {inbox: t for inbox, t in batch.texts.items() if t and t[0].incoming.line == number}
    with runtime.everywhere() as everywhere:
        line = lines.by_number(everywhere, number)
    if line is None:
        _hold(runtime, texts)
        batch.done |= _sids(texts)
        return
    batch.done |= _Recording(runtime, line, batch.spooled, ends).done_of(texts)


class _Recording:
    """One line's texts on their way into the record."""

    def __init__(self, runtime: Runtime, line: Line, spooled: set[str], ends: float) -> None:
        self._runtime = runtime
        self._line = line
        self._spooled = spooled
        self._ends = ends

    def done_of(self, texts: Texts) -> Sids:
        """Record these, and give the SIDs that are done with: recorded, or held for a person.

        What fails together is tried in halves, so that one bad text, or a slow machine, keeps nobody else waiting.
        """
        none: Sids = {inbox: [] for inbox in texts}
        many = sum(map(len, texts.values()))
        if time.monotonic() > self._ends:
            return none
        try:
            return none | _sids(self._together(texts))
        except Unavailable:
            raise
        except TookTooLong:
            _log.warning("texts took too long to record: fewer are tried", texts=many)
        except Busy:
            if len(texts) == 1:
                _log.warning(
                    "somebody else holds this texter: their texts are tried again", inbox=next(iter(texts))
                )
                return none
        except Exception:
            _log.exception("texts could not be recorded: fewer are tried", texts=many)
            if many == 1:
                return self._held(texts)
        return self._halved(texts) if many > 1 else none

    def _halved(self, texts: Texts) -> Sids:
        first, second = _halves(texts)
        done = self.done_of(first)
        # Only one texter is in both: these texts wait for those before.
        waits = any(len(done[inbox]) < len(first[inbox]) for inbox in first.keys() & second.keys())
        after = {} if waits else self.done_of(second)
        return {inbox: done.get(inbox, []) + after.get(inbox, []) for inbox in texts}

    def _together(self, texts: Texts) -> Texts:
        """Record all that can be. Gives what is recorded: a texter whom somebody else holds is left for the next time."""
        screen.prepare(text.incoming.body for arrived in texts.values() for text in arrived)
        with self._runtime.unit(self._line.organization_id) as unit:
            unit.be_brief(_PATIENCE_TOGETHER_S if len(texts) > 1 else _PATIENCE_S, _holds_s(texts))
            recorded = recording.record(unit, self._line, texts)
            if mine := self._spooled.intersection(sid for sids in _sids(recorded).values() for sid in sids):
                spool.remove(unit, sorted(mine))
        if left := len(texts) - len(recorded):
            _log.warning("somebody else holds some texters: their texts are tried again", texters=left)
        return recorded

    def _held(self, texts: Texts) -> Sids:
        with self._runtime.everywhere() as everywhere:
            for inbox, (text,) in texts.items():
                _log.error("a text could not be recorded: it is held", sid=text.incoming.sid)
                _put_aside(everywhere, inbox, text, UNRECORDED)
        return _sids(texts)


def _holds_s(texts: Texts) -> float:
    return max(_HOLDS_FEW_S, HOLDS_S * sum(map(len, texts.values())) / _TEXTS_AT_ONCE)


def _halves(texts: Texts) -> tuple[Texts, Texts]:
    """Half of the texters, or of the one texter's texts, and the other half.

    Those who came last are tried first: whoever fails again and again has by then waited longest of all. But one
    texter's texts stay in their order.
    """
    inboxes = list(texts)
    if len(inboxes) > 1:
        middle = len(inboxes) // 2
        return {i: texts[i] for i in inboxes[middle:]}, {i: texts[i] for i in inboxes[:middle]}
    inbox, of_one = inboxes[0], texts[inboxes[0]]
    middle = len(of_one) // 2
    return {inbox: of_one[:middle]}, {inbox: of_one[middle:]}


def _hold(runtime: Runtime, texts: Texts) -> None:
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


def _forget(runtime: Runtime, done: Sids) -> None:
    try:
        runtime.live.inbox.forget(done)
    except Unavailable:
        _log.warning("inboxes were not emptied: they are read again, and nothing is doubled")


def _sids(texts: Texts) -> Sids:
    return {inbox: [text.incoming.sid for text in arrived] for inbox, arrived in texts.items()}
