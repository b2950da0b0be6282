"""Record: from the inbox into the record, once each and in order."""

import time
from collections.abc import Callable

from textline import log
from textline.carrier.incoming import Incoming
from textline.errors import Busy, Unavailable
from textline.flow import automatic, lanes, notify, screen
from textline.flow.receive import Arrived, opened
from textline.rules import numbers
from textline.rules.keywords import Keyword, answered_by_twilio, keyword, needs_a_human
from textline.rules.ownership import Owner
from textline.runtime import Runtime, Unit
from textline.seal import SealBroken
from textline.store import conversations, events, lines, messages, spool, texters
from textline.store.base import Everywhere
from textline.store.conversations import Conversation
from textline.store.lines import Line
from textline.store.texters import Texter

_log = log.get(__name__)
UNKNOWN_LINE = "unknown line"
UNRECORDED = "could not be recorded"

# One transaction holds so many texts at most: a texter who sends thousands must not hold a worker for long.
_AT_ONCE = 50
_ROUNDS = 40
_MOST_AHEAD_S = 1.0


def drain(runtime: Runtime, inbox: str, sleep: Callable[[float], None] = time.sleep) -> int:
    """Record all that waits in an inbox. Returns how many texts were new.

    May run twice at once, or again after a crash: the texter's row is held, and what is known is passed over.
    Items leave the inbox by SID, after the commit.
    """
    new = 0
    for _ in range(_ROUNDS):
        waiting, ahead = _waiting(runtime, inbox)
        if waiting:
            new += _drain_some(runtime, inbox, waiting[:_AT_ONCE])
        elif ahead is None:
            break
        else:
            sleep(min(ahead, _MOST_AHEAD_S))
    return new


def _drain_some(runtime: Runtime, inbox: str, waiting: list[Arrived]) -> int:
    with runtime.everywhere() as everywhere:
        line = lines.by_number(everywhere, waiting[0].incoming.line)
    sids = [arrived.incoming.sid for arrived in waiting]
    if line is None:
        _hold(runtime, inbox, waiting)
        _forget(runtime, inbox, sids, spooled=False)
        return 0
    with runtime.unit(line.organization_id) as unit:
        new = _record_all(unit, line, inbox, waiting)
    _forget(runtime, inbox, sids, spooled=True)
    return new


def _waiting(runtime: Runtime, inbox: str) -> tuple[list[Arrived], float | None]:
    """What arrived up to now, from Redis and the spool, in order; and in how many seconds more may be read.

    Only up to the instant before reading: whatever was acknowledged before one of these was sent has then
    been there to be read, in whichever of the two, so that nothing overtakes it. What another machine, whose
    clock is ahead, has stamped later than now is read a little later.
    """
    until = runtime.clock()
    try:
        items = runtime.live.inbox.read(inbox)
    except Unavailable:
        items = {}
    with runtime.everywhere() as everywhere:
        items |= {item.sid: item.sealed for item in spool.of_inbox(everywhere, inbox)}
    arrived = sorted(_opened(runtime, items), key=lambda a: (a.received_at, a.incoming.sid))
    ready = [a for a in arrived if a.received_at <= until]
    ahead = (arrived[-1].received_at - until).total_seconds() if len(ready) < len(arrived) else None
    return ready, ahead


def _opened(runtime: Runtime, items: dict[str, str]) -> list[Arrived]:
    arrived = []
    for sid, sealed in items.items():
        try:
            arrived.append(opened(runtime.seal, sealed))
        except SealBroken:
            _log.error("a text cannot be opened: put the old key back into TEXTLINE_SECRET_KEYS", sid=sid)
        except (TypeError, KeyError, ValueError):
            # Of another version's making: it stays where it is, and the texter's other texts go on.
            _log.exception("a text cannot be read: install the version that kept it", sid=sid)
    return arrived


def _hold(runtime: Runtime, inbox: str, waiting: list[Arrived]) -> None:
    """Keep texts to a number that no line has, until an admin sets one up."""
    with runtime.everywhere() as everywhere:
        for arrived in waiting:
            _put_aside(everywhere, inbox, arrived, UNKNOWN_LINE)
    _log.error("texts came for a number that no line has: set the line up", texts=len(waiting))


def _put_aside(everywhere: Everywhere, inbox: str, arrived: Arrived, reason: str) -> None:
    sealed, sid = arrived.sealed(everywhere.seal), arrived.incoming.sid
    urgent = lanes.is_urgent(arrived.incoming.body)
    spool.put(everywhere, inbox, sid, sealed, arrived.received_at, held=reason, urgent=urgent)


def _forget(runtime: Runtime, inbox: str, sids: list[str], *, spooled: bool) -> None:
    """Take texts out of the inbox, and out of the spool where they are not held there."""
    if spooled:
        with runtime.everywhere() as everywhere:
            spool.remove(everywhere, sids)
    try:
        runtime.live.inbox.remove(inbox, sids)
    except Unavailable:
        _log.warning("the inbox was not emptied: it is read again, and nothing is doubled", inbox=inbox)


def _record_all(unit: Unit, line: Line, inbox: str, waiting: list[Arrived]) -> int:
    """Record texts, each under a savepoint: one that cannot be is held for a person, and the others go on."""
    first = waiting[0].incoming
    number = first.sender or f"unknown:{first.sid}"
    country = numbers.country_of(number) or first.country
    texter = texters.locked(unit, number, country, first.answerable)
    known = messages.known(unit, first.account_sid, [arrived.incoming.sid for arrived in waiting])
    new = [arrived for arrived in waiting if arrived.incoming.sid not in known]
    recorded = 0
    for arrived in new:
        try:
            with unit.savepoint():
                _record_one(unit, line, texter, arrived)
            recorded += 1
        except (Unavailable, Busy):
            raise
        except Exception:
            _log.exception("a text could not be recorded: it is held", sid=arrived.incoming.sid)
            _put_aside(unit, inbox, arrived, UNRECORDED)
    return recorded


def _record_one(unit: Unit, line: Line, texter: Texter, arrived: Arrived) -> None:
    text = arrived.incoming
    conversation = _conversation(unit, line, texter, arrived)
    media = "\n".join(media.url for media in text.media) or None
    message = messages.add_received(
        unit, conversation.id, texter.id, account_sid=text.account_sid, sid=text.sid, body=text.body,
        media=media, at=arrived.received_at,
    )  # fmt: skip
    conversation.last_text_at = arrived.received_at
    conversation.unanswered_since = conversation.unanswered_since or arrived.received_at
    _obey(unit, texter, text)
    grave = screen.screen(unit, conversation, texter, message.id, text.body)
    _route(unit, conversation, texter, text, grave=grave)
    notify.spoke(unit, conversation)
    _log.info("text recorded", conversation=conversation.id, message=message.id, sid=text.sid)


def _conversation(unit: Unit, line: Line, texter: Texter, arrived: Arrived) -> Conversation:
    conversation = conversations.open_of(unit, texter.id, line.id)
    if conversation is None:
        conversation = conversations.begin(unit, texter.id, line.id, arrived.received_at)
        events.note(unit, "conversation:opened", conversation=conversation.id)
    elif conversation.state == Owner.HANDED_OFF:
        # They write to us again: whoever handed them off has them.
        conversations.give(unit, conversation, Owner.SUPERVISOR, conversation.owner_id)
        events.note(unit, "conversation:came_back", conversation=conversation.id)
    return conversation


def _obey(unit: Unit, texter: Texter, text: Incoming) -> None:
    """Note what Twilio has done with a lone word: it acts on it, and answers it, by itself."""
    command = keyword(text.body)
    if command == Keyword.STOP or text.opt_out_type == "STOP":
        texter.opted_out_at = unit.now
    elif command == Keyword.START or text.opt_out_type == "START":
        texter.opted_out_at = None


def _route(unit: Unit, conversation: Conversation, texter: Texter, text: Incoming, *, grave: bool) -> None:
    """Answer a recorded text, end its conversation where nobody has to see it, or have somebody found."""
    if keyword(text.body) == Keyword.CALL:
        screen.asked_for_a_person(unit, conversation, texter)
        grave = True
    ends = None if grave else _ends_at_once(unit, conversation, texter, text)
    if ends:
        conversations.give(unit, conversation, Owner.CLOSED)
        conversation.disposition = ends
        events.note(unit, "conversation:closed", conversation=conversation.id, disposition=ends)
        return
    if not (grave or answered_by_twilio(keyword(text.body)) or text.opt_out_type):
        automatic.greet(unit, conversation, texter)
    if conversation.state == Owner.WAITING:
        unit.wake("match", "soon" if grave else "texts", unit.organization_id)


def _ends_at_once(unit: Unit, conversation: Conversation, texter: Texter, text: Incoming) -> str | None:
    """The disposition of a conversation that nobody has to see, or None."""
    if conversation.state != Owner.WAITING or conversation.grave.escalates:
        return None
    if texter.blocked_until is not None and texter.blocked_until > unit.now:
        return "blocked"
    stopped = keyword(text.body) == Keyword.STOP or text.opt_out_type == "STOP"
    lightly = conversation.level == 0 and not needs_a_human(text.body)
    return "opted_out" if stopped and lightly else None
