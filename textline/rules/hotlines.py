"""Which hotline a texter is given."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from textline.rules.numbers import to_be_dialled


@dataclass(frozen=True)
class Choice:
    """A hotline as the rule sees it. `region` None serves the whole country."""

    id: int
    country: str
    region: str | None
    name: str
    voice: str | None
    text: str | None
    text_keyword: str | None
    serves: str
    emergency: bool
    reviewed: bool
    around_the_clock: bool


def for_country(hotlines: Iterable[Choice], country: str | None) -> Choice | None:
    """The reviewed hotline that an automatic text may name for somebody in `country` (ISO 3166), or None.

    Only one that an organization has reviewed, that serves everyone and the whole country. One that can be
    texted comes first, since a texter may be unable to speak; then one that is open around the clock.
    """
    fit = [
        h
        for h in hotlines
        if h.country == country
        and h.reviewed
        and not h.emergency
        and h.serves == "everyone"
        and not h.region
        and (h.voice or h.text)
    ]
    return min(
        fit, key=lambda h: (not (h.text and h.voice), not h.text, not h.around_the_clock, h.id), default=None
    )


def emergency_number(hotlines: Iterable[Choice], country: str | None) -> str | None:
    """The country's emergency number, or None when we hold none."""
    numbers = [h.voice for h in hotlines if h.country == country and h.emergency and h.voice]
    return numbers[0] if numbers else None


def to_dial(hotlines: Iterable[Choice], country: str | None) -> tuple[Choice, str] | None:
    """The hotline that a caller can be connected to, with the number to dial; None when there is none.

    One whose number carries a menu step ("988, then press 1"), or a second number, cannot be dialled by a machine.
    """
    callable_ = [h for h in hotlines if h.voice and re.fullmatch(r"[+0-9][0-9 ().-]*", h.voice)]
    chosen = for_country(callable_, country)
    if chosen is None or chosen.voice is None:
        return None
    return chosen, to_be_dialled(chosen.voice, chosen.country)
