"""Which hotline a texter is given."""

import re
from collections.abc import Iterable, Sequence
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
    languages: tuple[str, ...] = ()


# Whom a hotline has to serve for each kind of danger; the first that there is. Somebody who fears a person at home is
# helped best by those who know that; somebody who has swallowed something by poison control.
_SERVES = {"abuse": ("domestic_violence", "everyone"), "medical": ("poison_control", "everyone")}
EVERYONE = ("everyone",)


def for_country(
    hotlines: Iterable[Choice], country: str | None, route: str = "self", language: str | None = None
) -> Choice | None:
    """The reviewed hotline that an automatic text may name for somebody in `country` (ISO 3166), or None.

    Only one that an organization has reviewed, and that serves the whole country, and everyone or this danger. One
    that speaks the texter's language comes first; then one that is open around the clock, since others may be closed
    now; then one that can be texted, since a texter may be unable to speak.
    """
    fit = [h for h in hotlines if h.country == country and _may_be_named(h)]
    return next(iter(_in_order(fit, route, language)), None)


def why_not(hotline: Choice, country: str, *, drill: bool = False) -> str | None:
    """Why a supervisor cannot give this hotline's number to somebody in `country`, in words for them; None: they can.

    In a drill nobody is given anything, and an unreviewed one does.
    """
    if hotline.country != country:
        return "This hotline is in another country than the texter: choose one of theirs."
    if hotline.emergency:
        return "This is an emergency number and no hotline: choose another, or write to the texter."
    if not (hotline.voice or hotline.text):
        return "This hotline has no number to call or to text: choose another."
    if not (hotline.reviewed or drill):
        return "Nobody has reviewed this hotline: check it under Set up, Hotlines, or choose another."
    return None


def _in_order(fit: Sequence[Choice], route: str, language: str | None) -> list[Choice]:
    return [
        hotline
        for serves in _SERVES.get(route, EVERYONE)
        for hotline in sorted(
            (h for h in fit if h.serves == serves), key=lambda hotline: _order(hotline, language)
        )
    ]


def _may_be_named(hotline: Choice) -> bool:
    return (
        hotline.reviewed
        and not hotline.emergency
        and not hotline.region
        and bool(hotline.voice or hotline.text)
    )


def _order(hotline: Choice, language: str | None) -> tuple[bool, bool, bool, bool, int]:
    foreign = bool(language and hotline.languages and language not in hotline.languages)
    both = bool(hotline.text and hotline.voice)
    return foreign, not hotline.around_the_clock, not both, not hotline.text, hotline.id


def emergency_number(hotlines: Iterable[Choice], country: str | None) -> str | None:
    """The country's emergency number, or None when we hold none."""
    numbers = [h.voice for h in hotlines if h.country == country and h.emergency and h.voice]
    return numbers[0] if numbers else None


def to_dial(
    hotlines: Iterable[Choice],
    country: str | None,
    line_country: str,
    route: str = "self",
    language: str | None = None,
) -> list[tuple[Choice, str]]:
    """The hotlines that a line in `line_country` can connect somebody to by telephone, the best first, each with the
    number to dial.

    One whose number carries a menu step ("988, then press 1"), or a second number, cannot be dialled by a machine; a
    short number only in its own country: elsewhere it is nobody's, or somebody else's.
    """
    fit = [h for h in hotlines if h.country == country and _may_be_named(h)]
    found = [
        (hotline, to_be_dialled(hotline.voice, hotline.country))
        for hotline in _in_order(fit, route, language)
        if hotline.voice and re.fullmatch(r"[+0-9][0-9 ().-]*", hotline.voice)
    ]
    return [one for one in found if one[1].startswith("+") or country == line_country]
