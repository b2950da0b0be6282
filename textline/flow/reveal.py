"""Reveal: the one way to a texter's number, when a life is in danger now. With a reason, a password, and a trace."""

from dataclasses import dataclass

from textline.errors import Conflict, Invalid
from textline.flow import notify, sign_in
from textline.rules import hotlines as rules
from textline.rules.numbers import readable
from textline.runtime import Runtime
from textline.store import conversations, escalations, events, hotlines, lines, reveals, texters
from textline.store.people import Person

_SHORTEST_REASON = 10


@dataclass(frozen=True)
class Revealed:
    """A number to give to emergency services. `emergency`: whom to call in the texter's country, if we hold it."""

    reveal_id: int
    conversation_id: int
    number: str
    country: str
    emergency: str | None


def reveal(
    runtime: Runtime, person: Person, escalation_id: int, reason: str, password: str, place: str
) -> Revealed:
    """Show the number of an escalation's texter.

    Raises:
        Invalid: no reason that somebody could understand later.
        NotAllowed: not this person's password, or too many tries.
        Conflict: the escalation is over.
    """
    if len(reason.strip()) < _SHORTEST_REASON:
        raise Invalid("Write down why the number is needed: what did they say, and what is about to happen?")
    sign_in.check(
        runtime, person.email, password, place, wrong="This is not your password. Type it once more."
    )
    with runtime.unit(person.organization_id) as unit:
        escalation, conversation = escalations.with_conversation(unit, escalation_id)
        if escalation.resolved_at is not None:
            raise Conflict("The escalation has been resolved: raise it anew if somebody is in danger.")
        texter = texters.get(unit, conversation.texter_id)
        kept = reveals.add(unit, escalation.id, person.id, reason.strip())
        events.note(unit, "number:revealed", by=person.id, conversation=conversation.id, reveal=kept.id)
        country = texter.country or lines.get(unit, conversation.line_id).country
        choices = [hotline.choice for hotline in hotlines.of_country(unit, country)]
        notify.changed(unit, conversation)
        emergency = rules.emergency_number(choices, country)
        return Revealed(kept.id, conversation.id, readable(texters.number(unit, texter)), country, emergency)


def tell_outcome(runtime: Runtime, person: Person, escalation_id: int, reveal_id: int, outcome: str) -> int:
    """Write down what was said to emergency services, to whom, and what came of it; gives the conversation.

    Raises:
        Invalid: nothing is written.
        Conflict: it has been written down already.
    """
    if not outcome.strip():
        raise Invalid("Write down whom you called, what you said, and what they will do.")
    with runtime.unit(person.organization_id) as unit:
        kept = reveals.get(unit, escalation_id, reveal_id)
        if kept.outcome_sealed is not None:
            raise Conflict("This has been written down already.")
        kept.outcome_sealed, kept.outcome_at = unit.seal.close(outcome.strip()), unit.now
        escalation = escalations.get(unit, escalation_id)
        conversation = conversations.get(unit, escalation.conversation_id)
        events.note(unit, "number:outcome_told", by=person.id, conversation=conversation.id, reveal=kept.id)
        notify.changed(unit, conversation)
        return conversation.id
