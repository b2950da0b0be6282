"""Block: a supervisor keeps a texter away for a time. Their crisis text still gets the hotline, and a person."""

from datetime import timedelta

from textline.errors import Conflict, Invalid
from textline.flow import notify
from textline.rules.ownership import Owner
from textline.runtime import Unit
from textline.store import conversations, escalations, events, texters
from textline.store.people import Person

HOURS = {1: "an hour", 24: "a day", 168: "a week", 720: "30 days"}


def block(unit: Unit, person: Person, conversation_id: int, hours: int, reason: str) -> None:
    """Block the texter of a conversation and end it.

    Raises:
        Invalid: no such length, or no reason.
        Conflict: an escalation is open.
    """
    reason = reason.strip()
    if hours not in HOURS or not reason:
        raise Invalid("Choose for how long, and write down why.")
    texter_id = conversations.get(unit, conversation_id).texter_id
    texter = texters.get(unit, texter_id, lock=True)
    conversation = conversations.get(unit, conversation_id, lock=True)
    if escalations.open_of(unit, conversation.id) is not None:
        raise Conflict("An escalation is open here: resolve it first.")
    texter.blocked_until = unit.now + timedelta(hours=hours)
    texter.block_reason_sealed = unit.seal.close(reason[:500])
    before = conversation.owner_id
    if conversation.state != Owner.CLOSED:
        conversations.give(unit, conversation, Owner.CLOSED)
        conversation.disposition = "blocked"
    events.note(unit, "texter:blocked", by=person.id, conversation=conversation.id, hours=hours)
    notify.changed(unit, conversation, before)


def unblock(unit: Unit, person: Person, conversation_id: int) -> None:
    """End a block early."""
    conversation = conversations.get(unit, conversation_id)
    texter = texters.get(unit, conversation.texter_id, lock=True)
    texter.blocked_until = texter.block_reason_sealed = None
    events.note(unit, "texter:unblocked", by=person.id, conversation=conversation.id)
    notify.changed(unit, conversation)
