"""The crisis screen: which phrases of the lexicon stand in a text."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from textline.rules.levels import Level

# Before NFKC, which would make a space and a combining accent of "´".
_VARIANTS = str.maketrans(dict.fromkeys("’‘‛ʼ`´′＇", "'") | dict.fromkeys("‐‑", "-"))
# After casefold: "i" as a Turkish keyboard's capitals leave it.
_TURKISH = str.maketrans({"ı": "i", "\u0307": None})
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]"
)
_PUNCTUATION = re.compile(r"[^\w']+|_+")
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
    folded = unicodedata.normalize("NFKC", text.translate(_VARIANTS)).casefold().translate(_TURKISH)
    return _SPACE.sub(" ", _INVISIBLE.sub("", folded))


class Screen:
    """A lexicon made ready: one search over a text finds the gravest phrase that begins at each of its words."""

    def __init__(self, phrases: Sequence[Phrase]) -> None:
        mildest_first = sorted(phrases, key=lambda phrase: phrase.level)
        self._levels = {normalize(phrase.words): phrase.level for phrase in mildest_first}
        gravest_first = sorted(self._levels, key=lambda words: (-self._levels[words], -len(words)))
        either = "|".join(re.escape(words) for words in gravest_first) or "(?!)"
        # Looks ahead without taking, so that phrases may overlap: "want to [die] tonight". "_" is no letter.
        self._pattern = re.compile(rf"(?<![^\W_])(?=({either})(?![^\W_]))")

    def findings(self, text: str) -> list[Finding]:
        """The phrases in a text, each once, gravest first."""
        folded = normalize(text)
        views = dict.fromkeys(
            (folded, _PUNCTUATION.sub(" ", folded))
        )  # as written, and "kill-myself" as words
        found = dict.fromkeys(words for view in views for words in self._pattern.findall(view))
        findings = [Finding(words, self._levels[words]) for words in found]
        return sorted(findings, key=lambda finding: -finding.level)


def level_of(findings: Iterable[Finding]) -> Level:
    """The gravest level among findings."""
    return max((finding.level for finding in findings), default=Level.NONE)
