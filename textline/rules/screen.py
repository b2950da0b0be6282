"""The crisis screen: which phrases of the lexicon stand in a text."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from textline.rules.levels import Level

_QUOTES = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "`": "'", "´": "'", "＇": "'"})
_INVISIBLE = re.compile("[\u200b-\u200f\u2060\ufeff\u00ad]")
_SPACE = re.compile(r"[\s]+")


@dataclass(frozen=True)
class Phrase:
    """One line of the lexicon: words that, standing in a text, mean at least `level`."""

    words: str
    level: Level


@dataclass(frozen=True)
class Finding:
    """What the screen found in a text: the lexicon's phrase and its level."""

    phrase: str
    level: Level


def normalize(text: str) -> str:
    """Fold what a phone's keyboard varies: case, compatibility forms, quotes, invisible characters, spaces."""
    folded = unicodedata.normalize("NFKC", text).translate(_QUOTES).casefold()
    return _SPACE.sub(" ", _INVISIBLE.sub("", folded))


class Screen:
    """A lexicon made ready: one search over a text finds every phrase."""

    def __init__(self, phrases: Sequence[Phrase]) -> None:
        self._levels = {normalize(phrase.words): phrase.level for phrase in phrases}
        longest_first = sorted(self._levels, key=len, reverse=True)
        either = "|".join(re.escape(words) for words in longest_first)
        self._pattern = re.compile(rf"(?<!\w)(?:{either})(?!\w)")

    def findings(self, text: str) -> list[Finding]:
        """The phrases in a text, each once, gravest first."""
        found = dict.fromkeys(self._pattern.findall(normalize(text)))
        findings = [Finding(words, self._levels[words]) for words in found]
        return sorted(findings, key=lambda finding: -finding.level)


def level_of(findings: Iterable[Finding]) -> Level:
    """The gravest level among findings."""
    return max((finding.level for finding in findings), default=Level.NONE)
