"""What the console's pages show, gathered from the record."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from textline.errors import NotFound
from textline.rules.access import Role, may_read
from textline.rules.handoff import State, may_become
from textline.rules.hotlines import why_not
from textline.rules.ownership import Owner
from textline.rules.pseudonyms import pseudonym
from textline.rules.resolution import missing
from textline.runtime import Unit
from textline.store import (
    conversations,
    escalations,
    events,
    handoffs,
    hotlines,
    lines,
    messages,
    people,
    reveals,
    safety,
    texters,
)
from textline.store.conversations import Conversation
from textline.store.escalations import Escalation
from textline.store.events import Event
from textline.store.handoffs import Handoff, Leg
from textline.store.hotlines import Hotline
from textline.store.messages import Text
from textline.store.people import Person
from textline.store.reveals import Reveal
from textline.store.safety import Asked
from textline.store.texters import Texter


@dataclass(frozen=True)
class Row:
    """A conversation in a list."""

    conversation: Conversation
    pseudonym: str
    last: Text | None
    owner: str | None
    reachable: bool


@dataclass(frozen=True)
class Handed:
    """A handoff, opened: to whom, what the texter answered, why without, what came of it; who is rung now."""

    handoff: Handoff
    to: str
    summary: str
    consent: str
    reason: str
    note: str
    live: list[Leg]
    may: frozenset[State]


@dataclass(frozen=True)
class Panel:
    """What stands beside a conversation."""

    conversation: Conversation
    texter: Texter
    owner: str | None
    escalation: Escalation | None
    handoffs: list[Handed]
    hotlines: list[Hotline]
    volunteers: list[Person]
    events: list[Event]
    names: dict[int, str]
    blocked: bool
    country: str
    notes: list[tuple[str, str]]
    asked: Asked | None
    reason: str | None
    reveals: list[tuple[Reveal, str, str]]
    missing: list[str]


@dataclass(frozen=True)
class Teammate:
    """Somebody on the board."""

    person: Person
    present: bool
    open: int


def rows(unit: Unit, found: list[Conversation]) -> list[Row]:
    """Conversations with the texter's pseudonym, their last words and the owner's name."""
    last = messages.last_words(unit, [conversation.id for conversation in found])
    names = people.names(unit)
    reachable = texters.reachable(unit, [conversation.texter_id for conversation in found])
    return [
        Row(c, pseudonym(c.texter_id), last.get(c.id), names.get(c.owner_id or 0), c.texter_id in reachable)
        for c in found
    ]


def readable(unit: Unit, person: Person, conversation_id: int) -> Conversation:
    """A conversation that this person may read.

    Raises:
        NotFound: there is none, or it is not for them: which of the two is nobody's business.
    """
    conversation = conversations.get(unit, conversation_id)
    if not may_read(person.role, person.id, conversation.owner_id):
        raise NotFound("There is no such conversation, or it is not yours any more.")
    return conversation


def pseudonyms(unit: Unit, conversation_ids: list[int]) -> dict[int, str]:
    """The pseudonym of each conversation's texter."""
    return {number: pseudonym(texter) for number, texter in conversations.texters_of(unit, conversation_ids)}


def moved_to(unit: Unit, person: Person, conversation_id: int) -> str:
    """What became of a conversation that this person had, in words; nothing, of one that they never had."""
    with suppress(NotFound):
        conversation = conversations.get(unit, conversation_id)
        if _had(unit, person, conversation_id):
            if conversation.state == Owner.CLOSED:
                return "It has been closed."
            has = people.names(unit).get(conversation.owner_id or 0)
            who = f"{has} has it now, and" if has else "It waits for somebody, and whoever takes it"
            return f"{who} can read all that was said."
    return ""


def _had(unit: Unit, person: Person, conversation_id: int) -> bool:
    return any(
        person.id in (event.by, event.details.get("volunteer"), event.details.get("before"))
        for event in events.of_conversation(unit, conversation_id)
    )


def panel(unit: Unit, conversation: Conversation) -> Panel:
    """All that stands beside a conversation."""
    texter = texters.get(unit, conversation.texter_id)
    names = people.names(unit)
    escalation = escalations.latest(unit, conversation.id)
    country = texter.country or lines.get(unit, conversation.line_id).country
    handed, shown = _handed(unit, escalation), _reveals(unit, escalation)
    asked = safety.latest(unit, escalation.id) if escalation else None
    return Panel(
        conversation=conversation,
        texter=texter,
        owner=names.get(conversation.owner_id or 0),
        escalation=escalation,
        handoffs=handed,
        hotlines=[
            one
            for one in hotlines.of_country(unit, country)
            if not why_not(one.choice, country, drill=texter.drill)
        ],
        volunteers=[p for p in people.every(unit) if p.role == Role.VOLUNTEER and p.disabled_at is None],
        events=events.of_conversation(unit, conversation.id),
        names=names,
        blocked=_in_force(texter.blocked_until, unit.now),
        country=country,
        notes=_notes(unit, conversation, escalation, texter),
        asked=asked,
        reason=unit.seal.open(escalation.reason_sealed) if escalation and escalation.reason_sealed else None,
        reveals=shown,
        missing=missing(
            asked=asked is not None,
            handed=[(one.handoff.kind, one.handoff.state) for one in handed],
            told=all(told for _, _, told in shown),
        ),
    )


def _handed(unit: Unit, escalation: Escalation | None) -> list[Handed]:
    found = handoffs.of_escalation(unit, escalation.id) if escalation else []
    known = hotlines.names(unit) if found else {}

    def opened(sealed: str | None) -> str:
        return unit.seal.open(sealed) if sealed else ""

    return [
        Handed(
            handoff=one,
            to=known.get(one.hotline_id or 0, "") or opened(one.to_sealed),
            summary=opened(one.summary_sealed),
            consent=opened(one.consent_sealed),
            reason=opened(one.reason_sealed),
            note=opened(one.note_sealed),
            live=handoffs.live(unit, one.id),
            may=frozenset(state for state in State if may_become(one.state, state)),
        )
        for one in found
    ]


def _reveals(unit: Unit, escalation: Escalation | None) -> list[tuple[Reveal, str, str]]:
    """Each time that the number was shown, with the reason and what came of it."""
    opened = unit.seal.open
    return [
        (kept, opened(kept.reason_sealed), opened(kept.outcome_sealed) if kept.outcome_sealed else "")
        for kept in (reveals.of_escalation(unit, escalation.id) if escalation else [])
    ]


def _notes(
    unit: Unit, conversation: Conversation, escalation: Escalation | None, texter: Texter
) -> list[tuple[str, str]]:
    """What people wrote down here, opened, each with what it was about."""
    sealed = [
        ("Why blocked", texter.block_reason_sealed),
        ("On the escalation", escalation.note_sealed if escalation else None),
        ("On closing", conversation.note_sealed),
    ]
    return [(about, unit.seal.open(note)) for about, note in sealed if note]


def _in_force(until: datetime | None, now: datetime) -> bool:
    return until is not None and until > now


def team(unit: Unit, present: set[int]) -> list[Teammate]:
    """Everybody who can sign in, with whether they are there and how many conversations they have."""
    counts = conversations.open_counts(unit)
    everybody = [person for person in people.every(unit) if person.disabled_at is None]
    return [Teammate(person, person.id in present, counts.get(person.id, 0)) for person in everybody]
