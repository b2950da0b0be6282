"""Outcome: a supervisor says what came of a handoff; "help arrived" closes it."""

from textline.errors import Conflict, Invalid
from textline.flow import notify
from textline.rules.handoff import OUTCOMES, State, may_become
from textline.runtime import Unit
from textline.store import conversations, events, handoffs
from textline.store.conversations import Conversation
from textline.store.people import Person


def tell(unit: Unit, person: Person, handoff_id: int, came: State, note: str) -> Conversation:
    """Write down what came of a handoff.

    Raises:
        Invalid: no outcome.
        Conflict: it cannot have come to this; or a telephone still rings, and will tell by itself.
    """
    if came not in OUTCOMES:
        raise Invalid("Choose what came of it.")
    handoff, _, conversation = handoffs.with_conversation(unit, handoff_id)
    still = came in (State.NO_ANSWER, State.FAILED) or handoff.state == State.UNDER_WAY
    if still and handoffs.live(unit, handoff.id):
        raise Conflict(
            "The telephone still rings, or they are in the call: it tells by itself what becomes of it."
        )
    if not may_become(handoff.state, came):
        raise Conflict("This cannot have come of it now: look at the page again.")
    handoff.state, handoff.changed_at = came, unit.now
    if came != State.CONNECTED:  # it is over, however it went: somebody is with them again, and is watched
        conversations.take_back(unit, conversation)
    if note.strip():
        handoff.note_sealed = unit.seal.close(note.strip())
    events.note(unit, f"handoff:{came}", by=person.id, conversation=conversation.id, kind=str(handoff.kind))
    notify.changed(unit, conversation)
    return conversation
