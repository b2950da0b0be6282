"""Tense: whether what somebody says is over, or not."""

import re
from bisect import bisect_left
from collections.abc import Collection, Iterable, Sequence

from textline.lexicon.load import Tense

# Before a finding, what may tell its time, or whose it is: so many characters, and words of them.
SHORTLY, WORDS_BEFORE = 60, 3
_SENTENCE_END = re.compile(r" (?=\. )")


class Stretches:
    """The sentences of a text, or the parts of them: which of them a place is in."""

    def __init__(self, end: re.Pattern[str], folded: str) -> None:
        self._ends = [at.start() for at in end.finditer(folded)]

    def number(self, place: int) -> int:
        """Which stretch this place is in."""
        return bisect_left(self._ends, place)


def sentences(folded: str) -> Stretches:
    """The sentences of a folded text."""
    return Stretches(_SENTENCE_END, folded)


def shortly_before(folded: str, place: int) -> list[str]:
    """The few words before a place."""
    return folded[max(0, place - SHORTLY) : place].split()[-WORDS_BEFORE:]


def _any_of(words: Iterable[str]) -> re.Pattern[str]:
    """Where any of these begins, by the space before it."""
    return re.compile(f" (?=(?:{'|'.join(map(re.escape, words))}) )")


class Tenses:
    """The words of some languages that tell a time. With a word of the first person, a verb's own time begins."""

    def __init__(self, tenses: Sequence[Tense], first_person: Collection[str]) -> None:
        self._past = frozenset().union(*(tense.past for tense in tenses))
        self._present = frozenset().union(*(tense.present for tense in tenses))
        parts = [word for tense in tenses for word in tense.parts]
        self._begins = {".", *parts, *first_person}
        recent = [time for tense in tenses for time in tense.recent]
        self._part_end, self._recent = _any_of((".", *parts)), _any_of(recent)

    def parts(self, folded: str) -> Stretches:
        """The parts of a folded text's sentences."""
        return Stretches(self._part_end, folded)

    def recent(self, folded: str, parts: Stretches) -> set[int]:
        """The parts that tell of a time not long past."""
        return {parts.number(at.start()) for at in self._recent.finditer(folded)}

    def is_over(self, folded: str, start: int, end: int, *, beside: bool) -> bool:
        """Whether a time long past, in the same sentence or even beside it, is the time of what is said here: what is
        told as past is; what is told without a time is, beside it; what is told as present never is."""
        told = self._told(folded, start, end)
        return told in self._past or (told is None and beside)

    def _told(self, folded: str, start: int, end: int) -> str | None:
        """The first word that tells the time, of these or shortly before them."""
        before = shortly_before(folded, start)
        begun = max((n for n, word in enumerate(before) if word in self._begins), default=0)
        words = (*before[begun:], *folded[start:end].split())
        return next((word for word in words if word in self._past or word in self._present), None)
