"""Offer: ask a texter whether they may be handed to somebody else, and take their answer."""

from textline.errors import Conflict, Invalid
from textline.flow import automatic, dial, notify, ring
from textline.rules.handoff import OFFERED_AGAIN, Kind, State, may_become
from textline.rules.keywords import agrees
from textline.rules.ownership import Owner
from textline.runtime import Unit
from textline.store import conversations, escalations, events, handoffs, texters
from textline.store.conversations import Conversation
from textline.store.handoffs import Handoff
from textline.store.people import Person
from textline.store.texters import Texter

_WORDS = {Kind.CALL: "call_offer", Kind.CALLBACK: "callback_offer", Kind.REFERRAL: "referral_offer"}


def offer(
    unit: Unit, person: Person, escalation_id: int, kind: Kind, *, hotline_id: int | None = None, to: str = "",
    summary: str = "",
) -> Conversation:  # fmt: skip
    """Ask the texter for their consent, and take the conversation until the outcome is known.

    Somebody who cannot be texted is not asked: a supervisor notes what they heard otherwise, or goes on without.

    Raises:
        Conflict: the escalation is not acknowledged, or over; or the same is on its way already.
        Invalid: to nobody, or with no summary; or the hotline cannot be rung.
    """
    escalation, conversation = escalations.with_conversation(unit, escalation_id)
    if escalation.acknowledged_at is None or escalation.resolved_at is not None:
        raise Conflict("Acknowledge the escalation first; one that is resolved is over.")
    known = handoffs.of_escalation(unit, escalation.id)
    if any(one.kind == kind and one.state not in OFFERED_AGAIN for one in known):
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
    before = conversation.owner_id
    if conversation.state != Owner.SUPERVISOR or conversation.owner_id != person.id:
        conversations.give(unit, conversation, Owner.SUPERVISOR, person.id)
    texter = texters.get(unit, conversation.texter_id)
    message = None
    if automatic.may_be_texted(texter):
        message = automatic.tell(unit, conversation, _WORDS[kind], person.id, to=to, summary=summary)
    handoffs.add(
        unit, escalation.id, kind, State.OFFERED, person.id, hotline_id=hotline_id,
        message_id=message.id if message else None, to=to, summary=summary,
    )  # fmt: skip
    events.note(unit, "handoff:offered", by=person.id, conversation=conversation.id, kind=str(kind))
    notify.changed(unit, conversation, before)
    return conversation


def heard(unit: Unit, conversation: Conversation, body: str) -> bool:
    """Take a lone word of the texter's for the answer to what was offered. Returns whether it was one."""
    agreed = agrees(body)
    handoff = handoffs.offered(unit, conversation.id) if agreed is not None else None
    if handoff is None:
        return False
    _answered(unit, conversation, handoff, body.strip(), agreed=bool(agreed), by=None)
    if agreed and handoff.kind == Kind.CALL:
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
    handoff = handoffs.get(unit, handoff_id)
    _, conversation = escalations.with_conversation(unit, handoff.escalation_id)
    _answered(unit, conversation, handoff, words.strip(), agreed=agreed, by=person.id)
    return conversation


def _answered(
    unit: Unit, conversation: Conversation, handoff: Handoff, words: str, *, agreed: bool, by: int | None
) -> None:
    wanted = State.AGREED if agreed else State.DECLINED
    if not may_become(handoff.state, wanted):
        raise Conflict("This has been answered already: look at the page again.")
    handoff.state, handoff.changed_at = wanted, unit.now
    handoff.consent_sealed = unit.seal.close(words)
    events.note(unit, f"handoff:{wanted}", by=by, conversation=conversation.id, kind=str(handoff.kind))
    notify.changed(unit, conversation)


def say_how_to_be_called(unit: Unit, conversation: Conversation, texter: Texter) -> None:
    """The texter would rather talk: tell them once how to be called, where a hotline can be rung."""
    if texter.answerable and dial.hotlines_for(unit, conversation):
        automatic.say_once(unit, conversation, texter, "call_offer")


# In one escalation, that a texter asks for by themself: each costs, and may be somebody's game.
_MOST_CALLS = 3


def asked_for_a_call(unit: Unit, conversation: Conversation, texter: Texter, words: str) -> bool:
    """The texter wants to be called: ring them at once and connect a hotline, with or without a supervisor.

    Returns whether they are rung. Not when no hotline can be dialled, or they have been rung often.
    """
    calls = handoffs.calls_of(unit, conversation.id)
    if any(call.state in (State.AGREED, State.UNDER_WAY) for call in calls):
        return True  # the phone rings already
    if not texter.answerable or len(calls) >= _MOST_CALLS or not dial.hotlines_for(unit, conversation):
        return False
    escalation = escalations.open_of(unit, conversation.id)
    if escalation is None:
        return False
    handoff = handoffs.add(unit, escalation.id, Kind.CALL, State.AGREED, None)
    handoff.consent_sealed = unit.seal.close(words)
    events.note(unit, "handoff:asked_for", conversation=conversation.id, kind=str(Kind.CALL))
    ring.begin_call(unit, conversation, handoff)
    return True
