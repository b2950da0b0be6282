"""Escalate: raised → acknowledged → resolved, each step with who and when."""

from collections.abc import Sequence

from textline.errors import Conflict, Invalid
from textline.flow import alarm, automatic, notify
from textline.rules import crisis
from textline.rules.access import Role, allows
from textline.rules.handoff import Kind, State, may_become
from textline.rules.levels import Level
from textline.rules.ownership import Owner
from textline.rules.resolution import missing
from textline.rules.screen import SELF
from textline.runtime import Unit
from textline.store import conversations, escalations, events, handoffs, messages, reveals, safety, texters
from textline.store.conversations import Conversation
from textline.store.escalations import DRILL, FALSE_ALARM, Escalation
from textline.store.people import Person
from textline.store.texters import Texter

# What each route of the screen says to people.
ROUTES = {
    "self": "the texter’s own life",
    "third_party": "somebody else",
    "abuse": "hurt or threatened by somebody",
    "violence": "may hurt others",
    "medical": "a body in danger: emergency number",
}
OUTCOMES = {
    "hotline": "With the hotline",
    "safe": "Safe for now, stays with us",
    "emergency": "Emergency services",
    "no_answer": "No more answer",
    FALSE_ALARM: "False alarm",
    DRILL: "A drill",
}


def raise_(
    unit: Unit,
    conversation: Conversation,
    texter: Texter,
    level: Level,
    *,
    by: int | None,
    hotline: bool = True,
    routes: Sequence[str] = (),
    discreet: bool = False,
) -> Escalation:
    """Alarm the supervisors, and send the hotline: each once a conversation, level and danger.

    What is news in an open escalation alarms anew, also when it had been acknowledged. `routes`: the dangers that were
    found, the gravest first; none, where a person raises it, or the texter asks for one. `discreet`: others may read the
    phone; they still may when another danger is found besides.
    """
    escalation = escalations.open_of(unit, conversation.id)
    conversation.level = max(conversation.level, int(level))
    if escalation is None:
        discreet = discreet or escalations.was_discreet(unit, texter.id)
        escalation = escalations.raise_(
            unit,
            conversation.id,
            int(level),
            by,
            routes[0] if routes else SELF,
            routes=routes,
            discreet=discreet,
        )
        events.note(unit, "escalation:raised", by=by, conversation=conversation.id, level=level.label)
        notify.alarm(unit, conversation)
    else:
        _go_on(unit, conversation, escalation, level, by, routes, discreet=discreet)
    if hotline:
        _send_hotline(unit, conversation, texter, level, escalation)
    return escalation


def _go_on(
    unit: Unit,
    conversation: Conversation,
    escalation: Escalation,
    level: Level,
    by: int | None,
    routes: Sequence[str],
    *,
    discreet: bool,
) -> None:
    """It alarms anew at what is news: a higher level, another danger, or somebody who is feared."""
    why = crisis.news(
        escalation.routes,
        routes,
        rose=level > escalation.level,
        newly_feared=discreet and not escalation.discreet,
    )
    if routes:
        escalation.routes = crisis.together(escalation.routes, routes)
        escalation.route = escalation.routes[0]
    if why is None:
        return
    escalation.level = max(escalation.level, int(level))
    escalation.discreet = escalation.discreet or discreet
    _ring(unit, escalation, why)
    events.note(unit, "escalation:rose", by=by, conversation=conversation.id, level=level.label)
    notify.alarm(unit, conversation)


def _send_hotline(
    unit: Unit, conversation: Conversation, texter: Texter, level: Level, escalation: Escalation
) -> None:
    """What is due of it, or an alarm where no text reaches them."""
    words = crisis.due(conversation.said, level, escalation.route, discreet=escalation.discreet)
    if words is None:
        return
    if automatic.say(unit, conversation, texter, words, urgent=True, route=escalation.helped_by):
        # No welcome in the middle of a crisis.
        conversations.note_said(conversation, "welcome", *crisis.covers(level, words))
    elif not automatic.may_be_texted(texter):
        alarm.raise_(unit, "unreachable", conversation.id)


# Why an escalation rings anew.
RANG_FOR = crisis.NEWS | {
    "opted_out": "they sent STOP: no text reaches them any more",
    "undelivered": "our text did not reach them",
    "not_leaving": "our text to them does not leave: Twilio does not take it",
    "pressed": "whoever is with them asks for a supervisor",
    "call": "a call with them has ended, or reached nobody",
    "asked": "they ask for a person",
}


def _ring(unit: Unit, escalation: Escalation, why: str) -> None:
    """Somebody has to acknowledge it anew. While nobody has, it goes on up the on-call list from where it was."""
    escalation.alarmed_at, escalation.rang_for = unit.now, why
    if escalation.acknowledged_at is not None:
        escalation.waits_since = unit.now
    escalation.acknowledged_at = escalation.acknowledged_by = None


def opted_out(unit: Unit, texter: Texter) -> None:
    """The texter wants no more texts, on whichever line they said so: in a crisis nothing that we write reaches them.
    Alarm anew, whoever had acknowledged."""
    for escalation, conversation in escalations.open_of_texter(unit, texter.id):
        _ring(unit, escalation, "opted_out")
        alarm.raise_(unit, "unreachable", conversation.id)
        notify.alarm(unit, conversation)


def opted_in(unit: Unit, texter: Texter) -> None:
    """Texts reach the texter again: where help is, if that could not be said when it was needed."""
    for escalation, conversation in escalations.open_of_texter(unit, texter.id):
        _send_hotline(unit, conversation, texter, Level(escalation.level), escalation)


def not_delivered(unit: Unit, conversation_id: int, message_id: int, why: str = "undelivered") -> None:
    """A crisis's automatic text did not reach the texter: alarm anew, whoever had acknowledged. If it was to hand them
    to a hotline, it has not; if it was to ask them, they were not asked."""
    handoff = handoffs.of_message(unit, message_id)
    conversation = conversations.get(unit, conversation_id, lock=True)
    escalation = escalations.open_of(unit, conversation_id)
    if escalation is None:
        return
    if handoff is not None and handoff.state == State.OFFERED:
        handoff.message_id = None
    elif handoff is not None and handoff.kind == Kind.TEXT and may_become(handoff.state, State.FAILED):
        handoff.state, handoff.changed_at = State.FAILED, unit.now
        conversations.take_back(unit, conversation)
    _ring(unit, escalation, why)
    escalation.undelivered = True
    events.note(unit, "escalation:text_not_delivered", conversation=conversation_id)
    notify.alarm(unit, conversation)


def not_leaving(unit: Unit, conversation_id: int) -> None:
    """A crisis's automatic text cannot be given to Twilio, and is tried on: alarm anew, whoever had acknowledged."""
    conversation = conversations.get(unit, conversation_id, lock=True)
    escalation = escalations.open_of(unit, conversation_id)
    if escalation is not None:
        _ring(unit, escalation, "not_leaving")
        events.note(unit, "escalation:text_not_leaving", conversation=conversation_id)
        notify.alarm(unit, conversation)


def not_reached(unit: Unit, conversation: Conversation, escalation_id: int, why: str = "call") -> None:
    """A call connected nobody, could not be made, or has ended: alarm anew, whoever had acknowledged."""
    escalation = escalations.get(unit, escalation_id)
    conversations.take_back(unit, conversation)
    if escalation.resolved_at is None:
        _ring(unit, escalation, why)
        notify.alarm(unit, conversation)


def by_person(unit: Unit, person: Person, conversation_id: int, reason: str = "") -> None:
    """A volunteer or supervisor escalates with one press, with or without a reason."""
    texter_id = conversations.get(unit, conversation_id).texter_id
    texter = texters.get(unit, texter_id, lock=True)  # before the conversation, as a drain does
    conversation = conversations.get(unit, conversation_id, lock=True)
    if conversation.state == Owner.CLOSED:
        raise Conflict("The conversation is closed. When the texter writes again, a new one opens.")
    if not allows(person.role, Role.SUPERVISOR) and conversation.owner_id != person.id:
        raise Conflict("The conversation is no longer yours: a supervisor can see it.")
    escalation = raise_(unit, conversation, texter, Level.CRISIS, by=person.id)
    # If it was acknowledged, their page did not show that yet: they are heard all the same.
    if escalation.acknowledged_at is not None:
        _ring(unit, escalation, "pressed")
        notify.alarm(unit, conversation)
    if reason.strip():
        escalation.reason_sealed, escalation.reason_by = unit.seal.close(reason.strip()), person.id
        events.note(unit, "escalation:reason", by=person.id, conversation=conversation.id)


def nobody_reads_along(unit: Unit, person: Person, escalation_id: int) -> Conversation:
    """A supervisor knows that nobody who is feared reads this texter's phone; gives the conversation.

    Until the screen finds one again, their texts name where help is, in this escalation, where it is said now, and the
    next ones.
    """
    about = conversations.get(unit, escalations.get(unit, escalation_id).conversation_id)
    texter = texters.get(unit, about.texter_id, lock=True)  # before the conversations, as a drain does
    held = escalations.open_of_texter(unit, texter.id)
    escalations.forget_discreet(unit, texter.id)
    for open_, conversation in held:
        conversation.said = [name for name in conversation.said if not name.startswith("crisis:")]
        _send_hotline(unit, conversation, texter, Level(open_.level), open_)
    conversation = conversations.get(unit, about.id)
    events.note(unit, "escalation:nobody_reads_along", by=person.id, conversation=conversation.id)
    notify.changed(unit, conversation)
    return conversation


def acknowledge(unit: Unit, person: Person, escalation_id: int, rang: str = "") -> Conversation:
    """A supervisor has seen the alarm; gives its conversation. `rang`: what they saw of when it rang (`Escalation.rang`).

    Raises:
        Conflict: somebody else has, or it is over; or it has rung anew since they looked.
    """
    escalation, conversation = escalations.with_conversation(unit, escalation_id)
    if escalation.resolved_at is not None:
        raise Conflict("The escalation has been resolved already.")
    if escalation.acknowledged_at is not None:
        raise Conflict("Somebody else has acknowledged it already.")
    if rang and rang != escalation.rang:
        raise Conflict("It has rung anew since this page was shown: see why, then acknowledge it.")
    escalation.acknowledged_by, escalation.acknowledged_at = person.id, unit.now
    events.note(unit, "escalation:acknowledged", by=person.id, conversation=conversation.id)
    notify.changed(unit, conversation)
    return conversation


def resolve(
    unit: Unit, person: Person, escalation_id: int, outcome: str, note: str, seen: int | None = None
) -> Conversation:
    """A supervisor says how it ended; gives the conversation. `seen` is the last message that they saw.

    Raises:
        Invalid: no such outcome.
        Conflict: not acknowledged yet, or resolved already; or something has still to be asked, or written down; or
            the texter has just written.
    """
    if outcome not in OUTCOMES:
        raise Invalid("Choose how it ended.")
    escalation, conversation = escalations.with_conversation(unit, escalation_id)
    if escalation.resolved_at is not None:
        raise Conflict("The escalation has been resolved already.")
    if escalation.acknowledged_at is None:
        raise Conflict("Acknowledge the escalation first.")
    needed = missing(
        asked=outcome == FALSE_ALARM or safety.latest(unit, escalation.id) is not None,
        handed=[(one.kind, one.state) for one in handoffs.of_escalation(unit, escalation.id)],
        told=all(kept.outcome_sealed is not None for kept in reveals.of_escalation(unit, escalation.id)),
    )
    if needed:
        raise Conflict(f"First: {'; '.join(needed)}.")
    if seen is not None and messages.has_newer(unit, conversation.id, seen):
        raise Conflict("They have just written again: read it first.")
    escalation.resolved_by, escalation.resolved_at, escalation.outcome = person.id, unit.now, outcome
    escalation.note_sealed = unit.seal.close(note.strip()) if note.strip() else None
    conversation.level = int(Level.NONE)
    conversations.take_back(unit, conversation)
    # A later crisis in this conversation is a new one: its hotline text goes out again.
    conversation.said = [name for name in conversation.said if not name.startswith("crisis:")]
    events.note(unit, "escalation:resolved", by=person.id, conversation=conversation.id, outcome=outcome)
    notify.changed(unit, conversation)
    return conversation
