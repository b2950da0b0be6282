"""Record: from the inbox into the record, once each and in order."""

from textline import log
from textline.carrier.incoming import Incoming
from textline.errors import Unavailable
from textline.flow import automatic, notify, screen
from textline.flow.receive import Arrived, opened
from textline.rules import numbers
from textline.rules.keywords import Keyword, answered_by_twilio, keyword, needs_a_human
from textline.rules.ownership import Owner
from textline.runtime import Runtime, Unit
from textline.seal import SealBroken
from textline.store import conversations, events, lines, messages, spool, texters
from textline.store.conversations import Conversation
from textline.store.lines import Line
from textline.store.texters import Texter

_log = log.get(__name__)
UNKNOWN_LINE = "unknown line"


def drain(runtime: Runtime, inbox: str) -> int:
    """Record all that waits in an inbox. Returns how many texts were new.

    May run twice at once, or again after a crash: the texter's row is held, and what is known is passed over.
    Items leave the inbox by SID, after the commit.
    """
    waiting = _waiting(runtime, inbox)
    if not waiting:
        return 0
    with runtime.everywhere() as everywhere:
        line = lines.by_number(everywhere, waiting[0].incoming.line)
    sids = [arrived.incoming.sid for arrived in waiting]
    if line is None:
        _hold(runtime, inbox, waiting)
        _forget(runtime, inbox, sids, spooled=False)
        return 0
    with runtime.unit(line.organization_id) as unit:
        new = _record_all(unit, line, waiting)
    _forget(runtime, inbox, sids, spooled=True)
    return new


def _waiting(runtime: Runtime, inbox: str) -> list[Arrived]:
    """What arrived up to now, from Redis and the spool, in order.

    Only up to the instant before reading: whatever was acknowledged before one of these was sent has then
    been there to be read, in whichever of the two, so that nothing overtakes it. The rest has its own wake-up.
    """
    until = runtime.clock()
    try:
        items = runtime.live.inbox.read(inbox)
    except Unavailable:
        items = {}
    with runtime.everywhere() as everywhere:
        items |= {item.sid: item.sealed for item in spool.of_inbox(everywhere, inbox)}
    arrived = []
    for sid, sealed in items.items():
        try:
            arrived.append(opened(runtime.seal, sealed))
        except SealBroken:
            _log.error("a text cannot be opened: put the old key back into TEXTLINE_SECRET_KEYS", sid=sid)
    return sorted(
        (a for a in arrived if a.received_at <= until), key=lambda a: (a.received_at, a.incoming.sid)
    )


def _hold(runtime: Runtime, inbox: str, waiting: list[Arrived]) -> None:
    """Keep texts to a number that no line has, until an admin sets one up."""
    with runtime.everywhere() as everywhere:
        for arrived in waiting:
            sealed = arrived.sealed(runtime.seal)
            sid = arrived.incoming.sid
            spool.put(everywhere, inbox, sid, sealed, arrived.received_at, held=UNKNOWN_LINE)
    _log.error("texts came for a number that no line has: set the line up", texts=len(waiting))


def _forget(runtime: Runtime, inbox: str, sids: list[str], *, spooled: bool) -> None:
    if spooled:
        with runtime.everywhere() as everywhere:
            spool.remove(everywhere, sids)
    try:
        runtime.live.inbox.remove(inbox, sids)
    except Unavailable:
        _log.warning("the inbox was not emptied: it is read again, and nothing is doubled", inbox=inbox)


def _record_all(unit: Unit, line: Line, waiting: list[Arrived]) -> int:
    first = waiting[0].incoming
    number = first.sender or f"unknown:{first.sid}"
    country = numbers.country_of(number) or first.country
    texter = texters.locked(unit, number, country, first.answerable)
    known = messages.known(unit, first.account_sid, [arrived.incoming.sid for arrived in waiting])
    new = [arrived for arrived in waiting if arrived.incoming.sid not in known]
    for arrived in new:
        _record_one(unit, line, texter, arrived)
    return len(new)


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
        unit.wake("match", "urgent" if grave else "texts", unit.organization_id)


def _ends_at_once(unit: Unit, conversation: Conversation, texter: Texter, text: Incoming) -> str | None:
    """The disposition of a conversation that nobody has to see, or None."""
    if conversation.state != Owner.WAITING or conversation.level > 0:
        return None
    if texter.blocked_until is not None and texter.blocked_until > unit.now:
        return "blocked"
    stopped = keyword(text.body) == Keyword.STOP or text.opt_out_type == "STOP"
    return "opted_out" if stopped and not needs_a_human(text.body) else None
