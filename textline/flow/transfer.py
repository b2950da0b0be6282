"""Transfer: a conversation goes back to the queue, to a supervisor, or to another volunteer."""

from textline.errors import Conflict, Invalid, NotAllowed
from textline.flow import notify
from textline.rules.access import Role, allows
from textline.rules.ownership import Owner
from textline.runtime import Unit
from textline.store import conversations, events, people
from textline.store.conversations import Conversation
from textline.store.people import Person


def give_back(unit: Unit, person: Person, conversation_id: int) -> None:
    """Back to the queue: its waiting begins anew, and this person is passed over for a little while.

    Raises:
        NotAllowed: a volunteer gives back only what is theirs.
        Conflict: nobody has it.
    """
    conversation = conversations.get(unit, conversation_id, lock=True)
    if conversation.owner_id is None:
        raise Conflict("Nobody has this conversation at the moment.")
    if not allows(person.role, Role.SUPERVISOR) and conversation.owner_id != person.id:
        raise NotAllowed("The conversation is not yours.")
    _release(unit, conversation, "conversation:given_back", by=person.id)


def take_over(unit: Unit, person: Person, conversation_id: int) -> None:
    """A supervisor takes a conversation, whoever has it."""
    conversation = conversations.get(unit, conversation_id, lock=True)
    before = conversation.owner_id
    if conversation.state == Owner.SUPERVISOR and before == person.id:
        raise Conflict("You have this conversation already.")
    conversations.give(unit, conversation, Owner.SUPERVISOR, person.id)
    events.note(unit, "conversation:taken_over", by=person.id, conversation=conversation.id, before=before)
    notify.changed(unit, conversation, before)
    unit.wake("match", "matches", unit.organization_id)  # whoever had it has room now


def assign(unit: Unit, person: Person, conversation_id: int, volunteer_id: int) -> None:
    """A supervisor gives a conversation to a volunteer of their choice."""
    volunteer = people.get(unit, volunteer_id)
    if volunteer.disabled_at is not None or volunteer.role != Role.VOLUNTEER:
        raise Invalid("Choose a volunteer who can take conversations.")
    conversation = conversations.get(unit, conversation_id, lock=True)
    before = conversation.owner_id
    if conversation.state in (Owner.VOLUNTEER, Owner.HANDED_OFF):
        conversations.give(unit, conversation, Owner.SUPERVISOR, person.id)
    conversations.give(unit, conversation, Owner.VOLUNTEER, volunteer.id)
    events.note(
        unit, "conversation:assigned", by=person.id, conversation=conversation.id, volunteer=volunteer.id
    )
    notify.changed(unit, conversation, before)


def release_all(unit: Unit, person_id: int, action: str) -> int:
    """All that somebody has goes back to the queue: they are gone. Returns how many.

    Who was merely not heard any more may be asked again as soon as they are back: they may be the only one. Not a
    second time: whose page comes and goes would have the texter for ever, and nobody would be alarmed.
    What was handed off stays theirs: it waits for an outcome, and comes back by itself when the texter writes.
    """
    held = [c for c in conversations.of_owner(unit, person_id) if c.state != Owner.HANDED_OFF]
    for conversation in held:
        locked = conversations.get(unit, conversation.id, lock=True)
        if locked.owner_id == person_id:
            _release(unit, locked, action, by=person_id if action.startswith("person:") else None)
    return len(held)


def _release(unit: Unit, conversation: Conversation, action: str, by: int | None) -> None:
    before = conversation.owner_id
    lost_once = action == "conversation:owner_gone" and conversation.returned_by != before
    conversations.give(unit, conversation, Owner.WAITING)
    conversation.returned_by, conversation.returned_at = before, None if lost_once else unit.now
    events.note(unit, action, by=by, conversation=conversation.id, before=before)
    notify.changed(unit, conversation, before)
    unit.wake("match", "first" if conversation.grave.escalates else "matches", unit.organization_id)
