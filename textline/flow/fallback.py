"""Fallback: what somebody in a crisis is answered while PostgreSQL is away, from what this process saw last."""

from dataclasses import dataclass
from typing import NamedTuple

from textline.carrier.incoming import Incoming
from textline.flow import automatic, own_words
from textline.flow.each import each
from textline.flow.lanes import glance
from textline.hotlines.load import published
from textline.rules import hotlines as rules
from textline.rules.automatic import Voice
from textline.rules.numbers import country_of
from textline.rules.screen import ABUSE, MEDICAL, SELF, Screen
from textline.runtime import Runtime, Unit
from textline.store import hotlines, lines
from textline.store.lines import Line


@dataclass(frozen=True)
class Known:
    """What is needed of a line to answer for it."""

    voice: Voice
    country: str
    choices: tuple[rules.Choice, ...]
    screen: Screen | None = None


def learn(runtime: Runtime) -> None:
    """Remember every line's words, hotlines and screen, for when they cannot be read.

    Raises:
        Unavailable: PostgreSQL cannot be reached; what was known before stays.
    """
    with runtime.everywhere() as everywhere:
        found = [(line.organization_id, line.id) for line in lines.everywhere(everywhere)]
    for organization_id, line_id in found:
        each(_learn, runtime, organization_id, line_id)


def _learn(runtime: Runtime, organization_id: int, line_id: int) -> None:
    with runtime.unit(organization_id) as unit:
        line = lines.get(unit, line_id)
        runtime.last_known[line.number] = _known(unit, line)


def _known(unit: Unit, line: Line) -> Known:
    choices = tuple(hotline.choice for hotline in hotlines.every(unit))
    return Known(automatic.voice(unit, line), line.country, choices, own_words.screen_of(unit))


def screen_for(runtime: Runtime, line: str) -> Screen | None:
    """The screen of the organization that a line belongs to, with its own words as they were learned last."""
    known = runtime.last_known.get(line)
    return known.screen if isinstance(known, Known) else None


class Answer(NamedTuple):
    """A text by its name, and in words."""

    name: str
    words: str


def answer(runtime: Runtime, incoming: Incoming) -> Answer:
    """The hotline, and that we cannot read them yet; for a line never seen, the country's emergency number.

    Of a fault, a danger or pain nothing is said where others may read the phone.
    """
    known = runtime.last_known.get(incoming.line)
    if not isinstance(known, Known):
        known = Known(Voice("", "en"), country_of(incoming.line) or "", _emergency_numbers())
    country = (country_of(incoming.sender) if incoming.sender else None) or incoming.country or known.country
    seen = glance(incoming.body, known.screen)
    discreet = bool(seen and seen.discreet)
    routes = seen.routes if seen else []
    route = ABUSE if discreet else routes[0] if routes else SELF
    hotline = rules.for_country(known.choices, country, route)
    values = known.voice.helping(hotline, rules.emergency_number(known.choices, country))
    quietly = "discreet_medical" if MEDICAL in routes else "discreet"
    name = quietly if discreet else "crisis_alone"
    return Answer(name, known.voice.say(name, **values))


def _emergency_numbers() -> tuple[rules.Choice, ...]:
    """The published ones: an emergency number needs no organization's review."""
    return tuple(
        rules.Choice(n, fact["country"], None, fact["name"], fact["voice"], None, None, "everyone", True, False, True)
        for n, fact in enumerate(published())
        if fact.get("emergency")
    )  # fmt: skip
