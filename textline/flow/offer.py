"""Offer: ask a texter whether they may be handed to somebody else, and take their answer."""

from datetime import datetime, timedelta

from textline.errors import Conflict, Invalid
from textline.flow import automatic, dial, notify, ring
from textline.rules.handoff import OFFERED_AGAIN, Kind, State, may_become
from textline.rules.keywords import agrees, asks_to_be_rung
from textline.runtime import Unit
from textline.store import conversations, escalations, events, handoffs, lines, messages, texters
from textline.store.conversations import Conversation
from textline.store.handoffs import Handoff
from textline.store.messages import Author
from textline.store.people import Person
from textline.store.texters import Texter

_WORDS = {Kind.CALL: "call_offer", Kind.CALLBACK: "callback_offer", Kind.REFERRAL: "referral_offer"}
# An answer that comes later is read by a person: a phone must not ring when nobody expects it any more.
_FRESH = timedelta(minutes=15)


def offer(
    unit: Unit, person: Person, escalation_id: int, kind: Kind, *, hotline_id: int | None = None, to: str = "",
    summary: str = "",
) -> Conversation:  # fmt: skip
    """Ask the texter for their consent, and take the conversation until the outcome is known.

    Somebody who cannot be texted is not asked: a supervisor notes what they heard otherwise, or goes on without. When
    texts reach them again, they are asked anew.

    Raises:
        Conflict: the escalation is not acknowledged, or over; or the same is on its way already.
        Invalid: to nobody, or with no summary; or the hotline cannot be rung.
    """
    escalation, conversation = escalations.with_conversation(unit, escalation_id)
    if escalation.acknowledged_at is None or escalation.resolved_at is not None:
        raise Conflict("Acknowledge the escalation first; one that is resolved is over.")
    if kind in (Kind.CALL, Kind.CALLBACK) and texters.get(unit, conversation.texter_id).drill:
        raise Conflict("This is a drill: nobody is there to be called. Send the hotline’s number instead.")
    known = handoffs.of_escalation(unit, escalation.id)
    going_on = next((one for one in known if one.kind == kind and one.state not in OFFERED_AGAIN), None)
    never_asked = going_on is not None and going_on.state == State.OFFERED and going_on.message_id is None
    reached = automatic.may_be_texted(texters.get(unit, conversation.texter_id))
    if going_on is not None and not (never_asked and reached):
        raise Conflict("This has been offered already: see what became of it.")
    to, summary = to.strip(), summary.strip()
    if kind == Kind.REFERRAL and not (to and summary):
        raise Invalid("Say to whom, and what they will be told: the texter agrees to these words.")
    if kind == Kind.CALL and hotline_id not in {
        choice.id for choice, _ in dial.hotlines_for(unit, conversation)
    }:
        raise Invalid(
            "This hotline cannot be rung: it is not reviewed, or its number cannot be dialled. Choose another."
        )
    before = conversations.take(unit, conversation, person.id)
    message = None
    if reached:
        message = automatic.tell(unit, conversation, _WORDS[kind], person.id, to=to, summary=summary)
    handoffs.add(
        unit, escalation.id, kind, State.OFFERED, person.id, hotline_id=hotline_id,
        message_id=message.id if message else None, to=to, summary=summary, instead_of=going_on,
    )  # fmt: skip
    events.note(unit, "handoff:offered", by=person.id, conversation=conversation.id, kind=str(kind))
    notify.changed(unit, conversation, before)
    return conversation


def heard(unit: Unit, conversation: Conversation, body: str, said_at: datetime) -> bool:
    """Take a lone word of the texter's (`keywords.is_an_answer`) for the answer to what was offered; whether it was one.

    Only while it is fresh and no person has asked something else since: what it then answers, a person reads. CALL
    names what it answers.
    """
    rung, agreed = asks_to_be_rung(body), agrees(body)
    wanted = State.DECLINED if agreed is False else State.AGREED
    found = [one for one in handoffs.of_conversation(unit, conversation.id) if may_become(one.state, wanted)]
    if rung:
        found = [one for one in found if one.kind == Kind.CALL and one.state == State.OFFERED]
    elif messages.last_author(unit, conversation.id) != Author.AUTOMATIC:
        return False
    handoff = found[0] if found else None
    if handoff is None or not handoff.at < said_at or unit.now - said_at > _FRESH:
        return False
    if wanted == State.AGREED and handoff.state != State.OFFERED:
        return False
    _answered(unit, conversation, handoff, body.strip(), wanted, by=None)
    if wanted == State.AGREED and handoff.kind == Kind.CALL:
        ring.begin_call(unit, conversation, handoff)
    return True


def noted(unit: Unit, person: Person, handoff_id: int, words: str, *, agreed: bool) -> Conversation:
    """A supervisor writes down what the texter answered in their own words.

    Raises:
        Invalid: no words.
        Conflict: it is answered, or over.
    """
    if not words.strip():
        raise Invalid("Write down the words in which they agreed, or did not.")
    handoff, _, conversation = handoffs.with_conversation(unit, handoff_id)
    wanted = State.AGREED if agreed else State.DECLINED
    if not may_become(handoff.state, wanted):
        raise Conflict("This has been answered already: look at the page again.")
    _answered(unit, conversation, handoff, words.strip(), wanted, by=person.id)
    return conversation


def _answered(
    unit: Unit, conversation: Conversation, handoff: Handoff, words: str, wanted: State, *, by: int | None
) -> None:
    handoff.state, handoff.changed_at = wanted, unit.now
    handoff.consent_sealed = unit.seal.close(words)
    events.note(unit, f"handoff:{wanted}", by=by, conversation=conversation.id, kind=str(handoff.kind))
    notify.changed(unit, conversation)


def say_how_to_be_called(unit: Unit, conversation: Conversation, texter: Texter) -> bool:
    """The texter would rather talk: tell them once how to be called. Returns whether they would be rung."""
    may = _may_ask(unit, conversation, texter)
    if may:
        automatic.say_once(unit, conversation, texter, "call_offer")
    return may


# Calls that texters ask for by themselves: each costs, and may be somebody's game, or at somebody else's expense.
_MOST_A_DAY = 4  # of one texter
_MOST_AN_HOUR = 30  # of an organization; beyond that a supervisor offers them


def asked_for_a_call(
    unit: Unit, conversation: Conversation, texter: Texter, words: str, said_at: datetime
) -> bool:
    """The texter wants to be called: ring them at once and connect a hotline, with or without a supervisor.

    Returns whether they are rung, or in a call already.
    """
    known = handoffs.of_conversation(unit, conversation.id)
    calls = [one for one in known if one.kind == Kind.CALL]
    if any(call.state == State.UNDER_WAY for call in calls) or any(
        handoffs.live(unit, one.id) for one in known
    ):
        return True
    escalation = escalations.open_of(unit, conversation.id)
    if escalation is None:
        return False
    agreed = next((call for call in calls if call.state == State.AGREED), None)
    if unit.now - said_at > _FRESH or not (agreed or _may_ask(unit, conversation, texter)):
        return False
    if agreed is None:
        agreed = handoffs.add(unit, escalation.id, Kind.CALL, State.AGREED, None)
        agreed.consent_sealed = unit.seal.close(words)
        events.note(unit, "handoff:asked_for", conversation=conversation.id, kind=str(Kind.CALL))
    ring.begin_call(unit, conversation, agreed)
    notify.changed(unit, conversation)
    return True


def _may_ask(unit: Unit, conversation: Conversation, texter: Texter) -> bool:
    """Whether the line rings this texter when they ask: somebody of its own country, not blocked, not often."""
    if (
        not texter.answerable
        or texter.drill
        or texter.country != lines.get(unit, conversation.line_id).country
    ):
        return False
    if texter.blocked_until is not None and texter.blocked_until > unit.now:
        return False
    return (
        bool(dial.hotlines_for(unit, conversation))
        and handoffs.self_asked(unit, unit.now - timedelta(days=1), texter.id) < _MOST_A_DAY
        and handoffs.self_asked(unit, unit.now - timedelta(hours=1)) < _MOST_AN_HOUR
    )
