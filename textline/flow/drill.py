"""Drill: a crisis played from its text to its end, with everything real but the texter's phone."""

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from textline.carrier.incoming import Incoming
from textline.errors import Conflict, Invalid
from textline.flow import ask_safety, close, escalate, hand_off, receive
from textline.rules.access import Role, allows
from textline.rules.delivery import Delivery
from textline.rules.drill import sender
from textline.rules.safety import QUESTIONS
from textline.runtime import Runtime, Unit
from textline.store import (
    conversations,
    escalations,
    handoffs,
    hotlines,
    lines,
    messages,
    organizations,
    people,
    safety,
    texters,
)
from textline.store.conversations import Conversation
from textline.store.escalations import Escalation
from textline.store.messages import Author
from textline.store.people import Person

WORDS = "DRILL, nobody is in danger: I want to kill myself tonight"
# What the system does by itself, and then what a supervisor does, in this order.
BY_ITSELF = ("recorded", "escalated", "hotline sent")
END = "resolved"
BY_A_PERSON = ("acknowledged", "safety questions answered", "handed off", END)


@dataclass(frozen=True)
class Drill:
    """A drill under way."""

    organization_id: int
    sender: str


def begin(runtime: Runtime, line_number: str | None = None) -> Drill:
    """Let the drill's text come in, as one from a phone would behind the webhook.

    Raises:
        Invalid: there is no such line, or several and none is named.
    """
    with runtime.everywhere() as everywhere:
        found = [
            line
            for organization in organizations.every(everywhere)
            for line in lines.every(everywhere.within(organization.id))
            if line_number in (None, line.number)
        ]
    if len(found) != 1:
        known = ", ".join(line.number for line in found) or "none yet: set one up under Set up"
        raise Invalid(f"Say which line with --line. Lines: {known}.")
    line = found[0]
    drill = Drill(line.organization_id, sender(secrets.token_hex(6)))
    text = Incoming(
        account_sid=runtime.carrier.account_sid, sid="SM" + secrets.token_hex(16), sender=drill.sender, line=line.number,
        body=WORDS, country=line.country,
    )  # fmt: skip
    receive.receive(runtime, text)
    return drill


def reached(runtime: Runtime, drill: Drill) -> set[str]:
    """The steps that it has come to."""
    with runtime.unit(drill.organization_id) as unit:
        conversation = _conversation(unit, drill)
        if conversation is None:
            return set()
        escalation = escalations.latest(unit, conversation.id)
        thread = messages.thread(unit, conversation.id)
        sent = any(text.author == Author.AUTOMATIC and text.delivery == Delivery.DELIVERED for text in thread)
        steps = {"recorded"} | ({"hotline sent"} if sent else set())
        return steps | (_of(unit, escalation) if escalation else set())


def _of(unit: Unit, escalation: Escalation) -> set[str]:
    steps = {
        "acknowledged": escalation.acknowledged_at is not None,
        "safety questions answered": safety.latest(unit, escalation.id) is not None,
        "handed off": bool(handoffs.of_escalation(unit, escalation.id)),
        END: escalation.resolved_at is not None,
    }
    return {"escalated"} | {step for step, done in steps.items() if done}


def _conversation(unit: Unit, drill: Drill) -> Conversation | None:
    texter = texters.known(unit, drill.sender)
    return conversations.latest_of(unit, texter.id) if texter else None


def supervisor(runtime: Runtime, drill: Drill, email: str) -> Person:
    """Whoever plays the supervisor.

    Raises:
        Invalid: no supervisor of this organization has the address.
    """
    with runtime.everywhere() as everywhere:
        person = people.by_email(everywhere, email)
    if (
        person is None
        or person.organization_id != drill.organization_id
        or not allows(person.role, Role.SUPERVISOR)
    ):
        raise Invalid("No supervisor of this line's organization signs in with this address.")
    return person


def play(runtime: Runtime, drill: Drill, person: Person) -> Iterator[str]:
    """Do what a supervisor does, step by step; gives each step once it is done, then ends the conversation.

    Raises:
        Conflict: no hotline of the line's country can be given by text.
    """
    steps: tuple[Callable[[Unit, Escalation], object], ...] = (
        lambda unit, escalation: escalate.acknowledge(unit, person, escalation.id),
        lambda unit, escalation: ask_safety.answer(
            unit, person, escalation.id, dict.fromkeys(QUESTIONS, "no"), ""
        ),
        lambda unit, escalation: hand_off.hand_off(unit, person, escalation.id, _hotline(unit, drill)),
        lambda unit, escalation: escalate.resolve(unit, person, escalation.id, escalations.DRILL, ""),
    )
    for name, do in zip(BY_A_PERSON, steps, strict=True):
        with runtime.unit(drill.organization_id) as unit:
            do(unit, _escalation(unit, drill))
        yield name
    with runtime.unit(drill.organization_id) as unit:
        conversation = _conversation(unit, drill)
        if conversation is not None:
            close.close(unit, person, conversation.id, "not_for_us", "A drill")


def _escalation(unit: Unit, drill: Drill) -> Escalation:
    conversation = _conversation(unit, drill)
    escalation = escalations.latest(unit, conversation.id) if conversation else None
    if escalation is None:
        raise Conflict("The drill's text has not been escalated.")
    return escalation


def _hotline(unit: Unit, drill: Drill) -> int:
    conversation = _conversation(unit, drill)
    country = texters.get(unit, conversation.texter_id).country if conversation else None
    for hotline in hotlines.of_country(unit, country):
        if not hotline.emergency and (hotline.voice or hotline.text):
            return hotline.id
    raise Conflict("No hotline of the line's country can be given by text: see Set up, Hotlines.")
