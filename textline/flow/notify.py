"""Notify: which streams are told that something changed. Topics name things, never what they say."""

from textline.runtime import Unit
from textline.store.conversations import Conversation


def spoke(unit: Unit, conversation: Conversation) -> None:
    """Something was said in a conversation: tell its page, its owner's list and the board."""
    unit.tell("board", f"conversation-{conversation.id}")
    if conversation.owner_id is not None:
        unit.tell(f"person-{conversation.owner_id}")


def delivered(unit: Unit, conversation_id: int) -> None:
    """A text went on its way: only the conversation's own page shows that."""
    unit.tell(f"conversation-{conversation_id}")


def changed(unit: Unit, conversation: Conversation, *also: int | None) -> None:
    """Who has a conversation, or its escalation, changed; `also` are people who had it before."""
    spoke(unit, conversation)
    unit.tell(f"state-{conversation.id}", *(f"person-{person}" for person in also if person is not None))


def alarm(unit: Unit, conversation: Conversation) -> None:
    """An escalation needs a supervisor now."""
    changed(unit, conversation)
    unit.tell("alarm")
