"""Notify: which streams are told that something changed. Topics name things, never what they say."""

from textline.runtime import Unit
from textline.store.conversations import Conversation


def changed(unit: Unit, conversation: Conversation, *also: int | None) -> None:
    """A conversation changed: tell its page, its owner's list, the board, and other people's lists."""
    unit.tell("board", f"conversation-{conversation.id}")
    for person in {conversation.owner_id, *also} - {None}:
        unit.tell(f"person-{person}")


def alarm(unit: Unit, conversation: Conversation) -> None:
    """An escalation needs a supervisor now."""
    changed(unit, conversation)
    unit.tell("alarm")
