"""Record: texts into the record, once each and in order; then screened, escalated, or set to be matched."""

from datetime import datetime

from textline import log
from textline.carrier.incoming import Incoming
from textline.flow import automatic, escalate, lanes, notify, offer, screen
from textline.flow.contained import contained
from textline.flow.receive import Arrived
from textline.rules import crisis, numbers
from textline.rules.keywords import (
    Keyword,
    answered_by_twilio,
    asks_to_be_rung,
    is_an_answer,
    keyword,
    needs_a_human,
)
from textline.rules.levels import Level
from textline.rules.ownership import Owner
from textline.rules.screening import WINDOW, Around, Said, in_window
from textline.runtime import Unit
from textline.store import conversations, events, messages, texters
from textline.store.conversations import Conversation
from textline.store.lines import Line
from textline.store.messages import Received
from textline.store.texters import Texter

_log = log.get(__name__)


def record(unit: Unit, line: Line, inboxes: dict[str, list[Arrived]]) -> dict[str, list[Arrived]]:
    """Record the texts of several texters, each list in its order. Returns those that are recorded.

    The texters' rows are held until the end, so that whatever is done for one of them happens in turn; what is
    known by then is passed over. All is recorded, or nothing; but among several texters, those whom somebody else
    holds are left out: a process that was stopped with thirty of them in hand would be waited for thirty times.
    """
    found = _texters(unit, list(inboxes.values()))
    free = {inbox: texts for inbox, texts in inboxes.items() if _number(texts[0].incoming) in found}
    if free:
        _record_all(unit, line, found, list(free.values()))
    return free


def _record_all(unit: Unit, line: Line, found: dict[str, Texter], senders: list[list[Arrived]]) -> None:
    known = _known(unit, senders)
    queues = [
        (found[_number(texts[0].incoming)], [t for t in texts if t.incoming.sid not in known])
        for texts in senders
    ]
    writing = [texter.id for texter, texts in queues if texts]
    open_ = conversations.open_of_all(unit, line.id, writing)
    said = messages.since(unit, writing, _earliest(senders) - WINDOW)
    with unit.gathering():
        for place in range(max(len(texts) for _, texts in queues)):
            turn = [(texter, texts[place]) for texter, texts in queues if place < len(texts)]
            _record_turn(unit, line, open_, said, turn)


def _earliest(senders: list[list[Arrived]]) -> datetime:
    return min(arrived.said_at for texts in senders for arrived in texts)


def _texters(unit: Unit, senders: list[list[Arrived]]) -> dict[str, Texter]:
    firsts = [texts[0].incoming for texts in senders]
    return texters.locked_all(
        unit,
        {
            _number(text): (numbers.country_of(_number(text)) or text.country, text.answerable)
            for text in firsts
        },
        wait=len(senders) == 1,
    )


def _number(text: Incoming) -> str:
    return text.sender or f"unknown:{text.sid}"


def _known(unit: Unit, senders: list[list[Arrived]]) -> set[str]:
    """The SIDs of what is in the record already.

    One that Redis could not give when a second webhook of it was recorded from the spool came at the earlier time.
    """
    by_account: dict[str, dict[str, datetime]] = {}
    for arrived in (arrived for texts in senders for arrived in texts):
        by_account.setdefault(arrived.incoming.account_sid, {})[arrived.incoming.sid] = arrived.received_at
    known = set()
    for account, came in by_account.items():
        for sid, at in messages.times(unit, account, list(came)).items():
            known.add(sid)
            if came[sid] < at:
                messages.came_earlier(unit, account, sid, came[sid])
    return known


def _record_turn(
    unit: Unit,
    line: Line,
    open_: dict[int, Conversation],
    said: dict[int, list[Said]],
    turn: list[tuple[Texter, Arrived]],
) -> None:
    """Record one text each of several texters.

    Kept up to date, by texter: `open_` conversations, and what they have `said`.
    """
    new = {texter.id: arrived.received_at for texter, arrived in turn if texter.id not in open_}
    for conversation in conversations.begin_all(unit, line.id, new):
        open_[conversation.texter_id] = conversation
        events.note(unit, "conversation:opened", conversation=conversation.id)
    received = [_received(texter, open_[texter.id], arrived) for texter, arrived in turn]
    ids = messages.add_received(unit, received)
    for (texter, arrived), message_id in zip(turn, ids, strict=True):
        conversation = open_[texter.id]
        theirs = said.setdefault(texter.id, [])
        _record_one(unit, conversation, texter, arrived, message_id, in_window(theirs, arrived.said_at))
        theirs.append(Said(arrived.said_at, arrived.incoming.body))
        if conversation.state == Owner.CLOSED:
            del open_[texter.id]


def _received(texter: Texter, conversation: Conversation, arrived: Arrived) -> Received:
    text = arrived.incoming
    media = "\n".join(media.url for media in text.media) or None
    return Received(
        conversation.id, texter.id, text.account_sid, text.sid, text.body, media, arrived.received_at, arrived.sent_at
    )  # fmt: skip


def _record_one(
    unit: Unit,
    conversation: Conversation,
    texter: Texter,
    arrived: Arrived,
    message_id: int,
    around: Around,
) -> None:
    text = arrived.incoming
    if conversations.take_back(unit, conversation):
        # They write to us again: whoever handed them off has them.
        events.note(unit, "conversation:came_back", conversation=conversation.id)
    conversation.last_text_at = max(conversation.last_text_at, arrived.received_at)
    conversation.unanswered_since = conversation.unanswered_since or arrived.received_at
    if arrived.answered:
        _answered(unit, conversation, texter, arrived)
    told = _obey(unit, texter, arrived)
    if told == Keyword.STOP:
        escalate.opted_out(unit, texter)
    elif told == Keyword.START:
        escalate.opted_in(unit, texter)
    grave = screen.screen(unit, conversation, texter, message_id, text.body, around)
    grave = _would_talk(unit, conversation, texter, arrived) or grave
    _route(unit, conversation, texter, text, grave=grave)
    notify.spoke(unit, conversation)
    _log.info(
        "text recorded", conversation=conversation.id, message=message_id, sid=text.sid, late=bool(arrived.sent_at)
    )  # fmt: skip


def _answered(unit: Unit, conversation: Conversation, texter: Texter, arrived: Arrived) -> None:
    """The hotline went out in TwiML while PostgreSQL was away. Whether it left, Twilio's log will tell."""
    messages.add_answered(unit, conversation.id, texter.id, arrived.answered or "", arrived.said_at)
    said = crisis.covers(Level.IMMINENT, arrived.answered_with or "crisis")
    conversations.note_said(conversation, "welcome", *said)
    events.note(unit, "texter:answered_alone", conversation=conversation.id)


def _obey(unit: Unit, texter: Texter, arrived: Arrived) -> Keyword | None:
    """Note what Twilio has done with a lone word: it acts on it, and answers it, by itself. Gives STOP or START, where
    the texter wants no more texts from now on, or wants them again.

    A late one says nothing about now, when the texter has written since.
    """
    text = arrived.incoming
    if arrived.sent_at and messages.texted_since(unit, texter.id, arrived.sent_at):
        return None
    command = keyword(text.body)
    if command == Keyword.STOP or text.opt_out_type == "STOP":
        texter.opted_out_at = unit.now
        return Keyword.STOP
    if command == Keyword.START or text.opt_out_type == "START":
        texter.opted_out_at, texter.opted_in_at = None, arrived.said_at
        return Keyword.START
    return None


def _would_talk(unit: Unit, conversation: Conversation, texter: Texter, arrived: Arrived) -> bool:
    """Take an answer to what was offered, and ring whoever asks for it. Returns whether they ask for a person."""
    body, said_at = arrived.incoming.body, arrived.said_at
    # Only an escalation can have offered anything.
    if (
        conversation.grave.escalates
        and is_an_answer(body)
        and contained(unit, offer.heard, conversation, body, said_at)
    ):
        return False
    if asks_to_be_rung(body):
        screen.asked_for_a_person(unit, conversation, texter, body, said_at)
        return True
    if lanes.asks_for_a_call(body):
        contained(unit, offer.say_how_to_be_called, conversation, texter)
    return False


def _route(unit: Unit, conversation: Conversation, texter: Texter, text: Incoming, *, grave: bool) -> None:
    """Answer a recorded text, end its conversation where nobody has to see it, or have somebody found."""
    ends = None if grave else _ends_at_once(unit, conversation, texter, text)
    if ends:
        conversations.give(unit, conversation, Owner.CLOSED)
        conversation.disposition = ends
        events.note(unit, "conversation:closed", conversation=conversation.id, disposition=ends)
        return
    if not (grave or answered_by_twilio(text.body) or text.opt_out_type):
        automatic.greet(unit, conversation, texter)
    if conversation.state == Owner.WAITING:
        unit.wake("match", "first" if grave else "matches", unit.organization_id)


def _ends_at_once(unit: Unit, conversation: Conversation, texter: Texter, text: Incoming) -> str | None:
    """The disposition of a conversation that nobody has to see, or None."""
    if conversation.state != Owner.WAITING or conversation.grave.escalates:
        return None
    if texter.blocked_until is not None and texter.blocked_until > unit.now:
        return "blocked"
    stopped = keyword(text.body) == Keyword.STOP or text.opt_out_type == "STOP"
    lightly = conversation.level == 0 and not needs_a_human(text.body)
    return "opted_out" if stopped and lightly else None
