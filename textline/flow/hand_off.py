"""Hand off: a supervisor gives the texter a hotline, by text."""

from textline.errors import Conflict, Invalid
from textline.flow import automatic, notify
from textline.rules.handoff import Kind, State
from textline.rules.hotlines import why_not
from textline.rules.ownership import Owner
from textline.runtime import Unit
from textline.store import conversations, escalations, events, handoffs, hotlines, lines, texters
from textline.store.conversations import Conversation
from textline.store.people import Person


def hand_off(unit: Unit, person: Person, escalation_id: int, hotline_id: int) -> Conversation:
    """Send the hotline's number, and keep its conversation with this supervisor until the outcome is known.

    Raises:
        Conflict: the escalation is not acknowledged, or over, or its conversation is closed; or this number was sent.
        Invalid: the hotline is not for this texter, or not reviewed; or the texter cannot be texted.
    """
    escalation, conversation = escalations.with_conversation(unit, escalation_id)
    if escalation.acknowledged_at is None or escalation.resolved_at is not None:
        raise Conflict("Acknowledge the escalation first; one that is resolved is over.")
    hotline = hotlines.get(unit, hotline_id)
    if any(
        handoff.kind == Kind.TEXT and handoff.hotline_id == hotline.id and handoff.state != State.FAILED
        for handoff in handoffs.of_escalation(unit, escalation.id)
    ):
        raise Conflict("This hotline has been sent already: choose another, or write to the texter.")
    line, texter = lines.get(unit, conversation.line_id), texters.get(unit, conversation.texter_id)
    fault = why_not(hotline.choice, texter.country or line.country, drill=texter.drill)
    if fault:
        raise Invalid(fault)
    if not automatic.may_be_texted(texter):
        raise Invalid("This texter cannot be texted: they opted out, or their number takes no texts.")
    before = conversations.take(unit, conversation, person.id)
    conversations.give(unit, conversation, Owner.HANDED_OFF, person.id)
    voice = automatic.voice(unit, line, conversation.language)
    reach = voice.reach(hotline.choice)
    message = automatic.tell(unit, conversation, "handoff", person.id, hotline=hotline.name, reach=reach)
    handoffs.add(
        unit,
        escalation.id,
        Kind.TEXT,
        State.UNDER_WAY,
        person.id,
        hotline_id=hotline.id,
        message_id=message.id,
    )
    conversation.unanswered_since = None
    events.note(
        unit, "escalation:handed_off", by=person.id, conversation=conversation.id, hotline=hotline.name,
        reviewed=hotline.reviewed_at is not None,
    )  # fmt: skip
    notify.changed(unit, conversation, before)
    return conversation
