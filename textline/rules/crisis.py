"""Crisis: what becomes of one while it lasts. What is news in it, and which words its texter is sent."""

from collections.abc import Collection

from textline.lexicon.load import ROUTES
from textline.rules.levels import Level
from textline.rules.screen import MEDICAL, SELF, THIRD_PARTY

# Why a crisis rings anew when more is found in it, in words for supervisors.
NEWS = {
    "also_medical": "a body is in danger",
    "feared": "somebody hurts or threatens them, who may read the phone",
    "also_self": "their own life is in danger",
    "also_violence": "they may hurt others",
    "graver": "it has become graver",
}
# What is said of each danger. Where somebody who is feared may read along, no danger is named, and no hotline.
_WORDS = {MEDICAL: "crisis_medical", THIRD_PARTY: "crisis_third_party"}
# Which of them covers which: what was said of a graver danger need not be said of another.
_COVERS = {"crisis_third_party": 0, "crisis": 1, "discreet": 1, "crisis_medical": 2, "discreet_medical": 2}


def together(known: Collection[str], found: Collection[str]) -> list[str]:
    """The dangers that were known, with those that have been found; the gravest first."""
    return sorted({*known, *found}, key=ROUTES.index)


def news(known: Collection[str], found: Collection[str], *, rose: bool, newly_feared: bool) -> str | None:
    """What is news (a key of `NEWS`) when these dangers are found where those are known; None: nothing is.

    Whoever has swallowed something is in danger of their own life too, and somebody else's danger is none of theirs.
    """
    expected = {*known, *({SELF} if MEDICAL in known else ())}
    is_news = {f"also_{route}" for route in {*found} - expected}
    is_news |= {what for what, so in (("feared", newly_feared), ("graver", rose)) if so}
    return next((what for what in NEWS if what in is_news), None)


def due(said: Collection[str], level: Level, route: str, *, discreet: bool) -> str | None:
    """The automatic text that is due, by its name; None: it has been said, or a graver one.

    Each once a conversation, level and danger: what was said at a higher level covers the lower ones.
    """
    words = _WORDS.get(route, "crisis")
    if discreet:
        words = "discreet_medical" if route == MEDICAL else "discreet"
    covered = max((rank for name, rank in _COVERS.items() if _key(name) in said), default=1)
    return None if f"crisis:{level.label}" in said and _COVERS[words] <= covered else words


def covers(level: Level, words: str) -> list[str]:
    """What counts as said once this text is."""
    return [*(f"crisis:{lower.label}" for lower in Level if lower <= level), _key(words)]


def _key(words: str) -> str:
    """As what they are remembered: a level and a text are both called "crisis"."""
    return f"crisis:words:{words}"
