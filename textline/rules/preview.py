"""A preview: what a change of the screen would do to texts of which is known what they were."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from textline.rules.levels import Level
from textline.rules.screen import Screen
from textline.rules.screening import WINDOW_TEXTS, look_at_next


class Kind(StrEnum):
    """What a case was."""

    GRAVE = "grave"  # shipped: has to alarm
    HARMLESS = "harmless"  # shipped: should not
    REAL = "real"  # an escalation of the organization's that was none in vain
    FALSE_ALARM = "false_alarm"  # one that was
    QUIET = "quiet"  # a conversation of the organization's that nobody escalated


class Case(NamedTuple):
    """Successive texts of one texter. `conversation_id`: where to read them, if they are the organization's."""

    kind: Kind
    texts: tuple[str, ...]
    conversation_id: int | None = None


@dataclass(frozen=True)
class Change:
    """What becomes of the cases of one kind.

    Attributes:
        of: how many there are.
        now, then: how many of them are noticed as the screen is, and as it would be.
        more, fewer: those that would be noticed, and those that would not be any more.
    """

    kind: Kind
    of: int
    now: int
    then: int
    more: tuple[Case, ...]
    fewer: tuple[Case, ...]


Notices = Callable[[Case], bool]


def preview(now: Notices, then: Notices, cases: Iterable[Case]) -> list[Change]:
    """What becomes of the cases of each kind, by whether each is noticed as the screen is, and as it would be."""
    looked = [(case, now(case), then(case)) for case in cases]
    return [_change(kind, [row for row in looked if row[0].kind == kind]) for kind in Kind]


def _change(kind: Kind, looked: Sequence[tuple[Case, bool, bool]]) -> Change:
    more = tuple(case for case, before, after in looked if after and not before)
    fewer = tuple(case for case, before, after in looked if before and not after)
    now = sum(before for _, before, _ in looked)
    return Change(kind, len(looked), now, now + len(more) - len(fewer), more, fewer)


def reaches(screen: Screen, level: Level, case: Case) -> bool:
    """Whether a case reaches a level, as when it came: each text alone, and together with those before it."""
    texts = case.texts
    return any(
        look_at_next(screen, texts[max(0, place - WINDOW_TEXTS + 1) : place], text).level >= level
        for place, text in enumerate(texts)
    )
