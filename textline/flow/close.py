"""Close: a conversation ends with a disposition."""

from textline.errors import Conflict, Invalid, NotAllowed
from textline.flow import notify
from textline.rules.access import Role, allows
from textline.rules.ownership import Owner
from textline.runtime import Unit
from textline.store import conversations, escalations, events, messages
from textline.store.people import Person

DISPOSITIONS = {
    "supported": "Talked, and felt supported",
    "resources": "Given resources",
    "referred": "Referred elsewhere",
    "no_reply": "Texter stopped replying",
    "not_for_us": "Not for this line",
    "prank": "Prank or abuse",
}


def close(
    unit: Unit, person: Person, conversation_id: int, disposition: str, note: str, seen: int | None = None
) -> None:
    """End a conversation; the texter's next text opens another. `seen` is the last message the person saw.

    Raises:
        Invalid: no such disposition.
        NotAllowed: not this volunteer's.
        Conflict: an escalation is open, the conversation is closed already, or the texter has just written.
    """
    if disposition not in DISPOSITIONS:
        raise Invalid("Choose how the conversation ended.")
    conversation = conversations.get(unit, conversation_id, lock=True)
    if not allows(person.role, Role.SUPERVISOR) and conversation.owner_id != person.id:
        raise NotAllowed("The conversation is not yours.")
    if escalations.open_of(unit, conversation.id) is not None:
        raise Conflict("An escalation is open here: a supervisor resolves it first.")
    if seen is not None and messages.has_newer(unit, conversation.id, seen):
        raise Conflict("They have just written again: read it first.")
    before = conversation.owner_id
    conversations.give(unit, conversation, Owner.CLOSED)
    conversation.disposition = disposition
    conversation.note_sealed = unit.seal.close(note.strip()) if note.strip() else None
    events.note(
        unit, "conversation:closed", by=person.id, conversation=conversation.id, disposition=disposition
    )
    notify.changed(unit, conversation, before)
    unit.wake("match", "matches", unit.organization_id)
