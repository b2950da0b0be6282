"""Ask safety: keep what a texter answered to the safety questions; what they answer can raise the level."""

from collections.abc import Mapping

from textline.errors import Conflict, NotAllowed
from textline.flow import escalate, notify
from textline.rules import safety as rules
from textline.rules.access import Role, allows
from textline.rules.levels import Level
from textline.runtime import Unit
from textline.store import conversations, escalations, events, safety, texters
from textline.store.people import Person


def answer(unit: Unit, person: Person, escalation_id: int, given: Mapping[str, str], why_not: str) -> int:
    """Keep the answers; gives the conversation.

    Raises:
        Invalid: a question is not answered.
        NotAllowed: the conversation is another volunteer's.
        Conflict: the escalation is resolved.
    """
    answers = rules.checked(given, why_not)
    texter = texters.get(
        unit,
        conversations.get(unit, escalations.get(unit, escalation_id).conversation_id).texter_id,
        lock=True,
    )
    escalation, conversation = escalations.with_conversation(unit, escalation_id)
    if escalation.resolved_at is not None:
        raise Conflict("The escalation has been resolved already.")
    if not allows(person.role, Role.SUPERVISOR) and conversation.owner_id != person.id:
        raise NotAllowed("The conversation is not yours any more.")
    safety.add(unit, escalation.id, person.id, answers, why_not.strip())
    events.note(unit, "escalation:safety_asked", by=person.id, conversation=conversation.id)
    if rules.is_imminent(answers) and escalation.level < Level.IMMINENT:
        escalate.raise_(unit, conversation, texter, Level.IMMINENT, by=person.id)
    notify.changed(unit, conversation)
    return conversation.id
