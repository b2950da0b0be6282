"""An organization's own words, on top of the shipped lexicon: what alarms besides, and figures of speech that do not.

A figure lowers what it covers to a concern, and no more than that; the shipped rules stay whole.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from textline.lexicon.load import LANGUAGES, ROUTES, Figure, Lexicon, Rule, lexicon
from textline.rules import patterns
from textline.rules.levels import Level
from textline.rules.screen import SELF, Screen

LONGEST = 200  # characters
_MOST_GAPS = 4


class Effect(StrEnum):
    """What words do to a text in which they stand."""

    IMMINENT = "imminent"
    CRISIS = "crisis"
    CONCERN = "concern"
    FIGURE = "figure"


@dataclass(frozen=True)
class OwnWords:
    """A pattern of the organization's own, written as the lexicon's are.

    Attributes:
        language: whose slots it may use: `en` or `es`.
        why: for whoever reads it later.
        number: by which it is known among the findings, where its words must not stand; 0 while it is not in use.
    """

    says: str
    language: str
    effect: Effect
    route: str = SELF
    why: str = ""
    number: int = 0

    @property
    def name(self) -> str:
        """By which the rule is known among the findings."""
        return f"own words {self.number}" if self.number else "own words"

    @property
    def level(self) -> Level:
        """From which on a text is noticed for these words, or is not noticed any more."""
        return Level.CONCERN if self.effect == Effect.CONCERN else Level.CRISIS


def fault(words: OwnWords) -> str | None:
    """What is wrong with them, for whoever wrote them; None: they can be used."""
    if words.language not in LANGUAGES or words.route not in ROUTES:
        return "Choose a language and a danger from the list."
    if not 0 < len(words.says) <= LONGEST:
        return f"Write the words, in at most {LONGEST} characters."
    if words.effect == Effect.FIGURE and ".." in words.says:
        return (
            "Write a figure of speech out, without gaps: whatever stood in one would alarm nobody any more."
        )
    if words.says.count("..") > _MOST_GAPS:
        return (
            f"Leave at most {_MOST_GAPS} gaps between words: with more, each text would take long to look at."
        )
    try:
        patterns.expression(words.says, lexicon(words.language).words)
    except patterns.PatternError as error:
        return f"These words cannot be used: {error}."
    return None


def with_own_words(screen: Screen, words: Iterable[OwnWords]) -> Screen:
    """The screen with those of these words that can be used."""
    usable = [one for one in words if fault(one) is None]
    return screen.with_more([_lexicon(language, usable) for language in LANGUAGES]) if usable else screen


def _lexicon(language: str, words: Iterable[OwnWords]) -> Lexicon:
    mine = [one for one in words if one.language == language]
    rules = (
        # Who writes that words alarm means it: nothing lowers them but a figure of speech, and they lower nothing.
        Rule(one.name, one.effect.value, (one.says,), one.route, keeps=True, explains=False, why=one.why)  # type: ignore[arg-type]
        for one in mine
        if one.effect != Effect.FIGURE
    )
    figures = (Figure(one.name, (one.says,), one.why) for one in mine if one.effect == Effect.FIGURE)
    return Lexicon(words=lexicon(language).words, rule=tuple(rules), figure=tuple(figures))
