"""Screening: a texter's last texts, each alone and all read as one, with the language they are in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from textline.rules.language import UNSURE, is_foreign, language
from textline.rules.levels import Level
from textline.rules.screen import SELF, Finding, Screen, Seen, gravest, of_findings

FOREIGN_RULE = "a language that the lexicon does not cover"

# A texter's texts within so long are read as one, the latest so many of them.
WINDOW = timedelta(minutes=10)
WINDOW_TEXTS = 4


class Said(NamedTuple):
    """A text of a texter, and when it came."""

    at: datetime
    body: str


class Around(NamedTuple):
    """A texter's texts that are read together with one: those before it and, where it is recorded late, after it."""

    before: Sequence[str] = ()
    after: Sequence[str] = ()


def in_window(said: Sequence[Said], at: datetime) -> Around:
    """Those of a texter's texts that are read together with one that came at `at`."""
    near = sorted((one for one in said if abs(one.at - at) <= WINDOW), key=lambda one: one.at)
    before = [one.body for one in near if one.at <= at][-WINDOW_TEXTS + 1 :]
    return Around(before, [one.body for one in near if one.at > at][: WINDOW_TEXTS - 1])


@dataclass(frozen=True)
class Screened(Seen):
    """What texts show. `language`: two letters, or "unsure"."""

    language: str = UNSURE


def look(screen: Screen, texts: Sequence[str]) -> Screened:
    """What a texter's successive texts show, each alone and all read as one."""
    seen = [screen.look(text) for text in texts]
    if len(texts) > 1:
        seen.append(screen.look_together(texts))
    return _with_language(gravest(seen), " ".join(map(screen.undisguised, texts)))


def look_at_next(screen: Screen, before: Sequence[str], text: str, after: Sequence[str] = ()) -> Screened:
    """What a text shows that the texter's texts around it have not shown: alone, and read together with them.

    "i want to" and "die" are nothing each. What was found before was found then.
    """
    seen = [screen.look(text)]
    if before or after:
        together = screen.look_together([*before, text, *after])
        if _shows_more(together, seen[0]):
            known = screen.look_together([*before, *after]).findings
            seen.append(of_findings([one for one in together.findings if not _is_known(one, known)]))
    return _with_language(gravest(seen), screen.undisguised(text))


def _shows_more(together: Seen, alone: Seen) -> bool:
    more_dangers = bool(set(together.routes) - set(alone.routes))
    return together.level > alone.level or more_dangers or together.discreet > alone.discreet


def _is_known(one: Finding, known: Sequence[Finding]) -> bool:
    """Read as one with the next text, what was found may go on by some words, or be found by another rule."""
    return any(
        other.phrase in one.phrase
        and other.route == one.route
        and other.level >= one.level
        and other.feared >= one.feared
        for other in known
    )


def _with_language(found: Seen, text: str) -> Screened:
    code = language(text)
    if is_foreign(code):
        found = gravest([found, Seen(Level.CONCERN, SELF, (Finding(code, Level.CONCERN, FOREIGN_RULE),))])
    return Screened(found.level, found.route, found.findings, code)
