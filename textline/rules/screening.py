"""Screening: a texter's last texts, each alone and all read as one, with the language they are in."""

from collections.abc import Sequence
from dataclasses import dataclass

from textline.rules.language import UNSURE, is_foreign, language
from textline.rules.levels import Level
from textline.rules.screen import SELF, Finding, Screen, Seen, gravest

FOREIGN_RULE = "a language that the lexicon does not cover"


@dataclass(frozen=True)
class Screened(Seen):
    """What texts show. `language`: two letters, or "unsure"."""

    language: str = UNSURE


def look(screen: Screen, texts: Sequence[str]) -> Screened:
    """What the last of a texter's successive texts shows, and all of them read as one.

    "i want to" and "die" are nothing each. What only an earlier text shows counts as well: the caller leaves out
    what was screened before, if that matters.
    """
    seen = [screen.look(text) for text in texts]
    if len(texts) > 1:
        seen.append(screen.look(as_one(texts)))
    code = language(screen.undisguised(as_one(texts)))
    found = gravest(seen)
    if is_foreign(code):
        found = gravest([found, Seen(Level.CONCERN, SELF, (Finding(code, Level.CONCERN, FOREIGN_RULE),))])
    return Screened(found.level, found.route, found.findings, code)


def as_one(texts: Sequence[str]) -> str:
    """Successive texts as if they had been sent as one: where one ends, no sentence does."""
    return " ".join(text.strip().rstrip(".,;:!…-") for text in texts)
