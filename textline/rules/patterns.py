"""The lexicon's way of writing what people say, made into regular expressions.

A pattern is words with slots: `{want} {adverb}? to (die|be dead) ... tonight`. `{name}` is any of the words of that
name, `(a|b c)` either, `?` after any of these: it may be missing; `...` up to three other words, `..6` up to six;
`suicid*` every word that begins so; `#` a number, `##` one of two digits or more; a lone `.` the end of a sentence.
It is matched against a text that was folded (see `folding`): words with one space after each, and " . " where a
sentence ends, over which no pattern reaches.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import NamedTuple

from textline.rules.folding import folded_words

_TOKEN = re.compile(r"\s+|\.\.\.|\.\.[0-9]|\.(?=[\s|)]|$)|\{[a-z_]+\}|##|#|[()|?]|[^\s(){}|?#.]+\*?")
_USUAL_GAP = 3
_END = r"(?:\. |$)"
_NUMBER, _LARGE_NUMBER = r"[0-9]+ ", r"[1-9][0-9]+ "

Words = Mapping[str, Sequence[str]]


class PatternError(ValueError):
    """A pattern cannot be understood; says why, for whoever writes lexicons."""


def expression(pattern: str, words: Words) -> str:
    """The regular expression of a pattern. It begins behind a space, and ends with one.

    Raises:
        PatternError: it is not written as patterns are.
    """
    reader = _Reader(pattern, words)
    whole = reader.alternatives()
    if reader.at < len(reader.tokens):
        raise PatternError(f"a bracket is closed that was not opened in {pattern!r}")
    if whole.may_miss:
        raise PatternError(f"nothing in {pattern!r} has to be there: it would match every text")
    return " " + whole.made


class _Part(NamedTuple):
    """A part of a pattern as an expression, and whether it also matches where nothing stands."""

    made: str
    may_miss: bool = False


class _Reader:
    """Reads a pattern from left to right."""

    def __init__(self, pattern: str, words: Words) -> None:
        self.pattern = pattern
        self.words = words
        self.tokens = _tokens(pattern)
        self.at = 0

    def alternatives(self) -> _Part:
        """What stands between brackets, or the whole: sequences with "|" between."""
        found = [self._sequence()]
        while self._take("|"):
            found.append(self._sequence())
        if len(found) == 1:
            return found[0]
        return _Part(f"(?:{'|'.join(part.made for part in found)})", any(part.may_miss for part in found))

    def _sequence(self) -> _Part:
        parts = []
        while self.at < len(self.tokens) and self.tokens[self.at] not in ("|", ")"):
            part = self._element()
            parts.append(_Part(f"(?:{part.made})?", may_miss=True) if self._take("?") else part)
        if not parts:
            raise PatternError(f"there is nothing between two signs in {self.pattern!r}")
        return _Part("".join(part.made for part in parts), all(part.may_miss for part in parts))

    def _element(self) -> _Part:
        sign = self.tokens[self.at]
        self.at += 1
        if sign == "(":
            made = self.alternatives()
            if not self._take(")"):
                raise PatternError(f"a bracket is not closed in {self.pattern!r}")
            return made
        if sign == "?":
            raise PatternError(f'"?" has nothing before it in {self.pattern!r}')
        if sign.startswith("{"):
            return self._slot(sign[1:-1])
        if sign == ".":
            return _Part(_END, may_miss=True)
        if sign.startswith(".."):
            return _Part(gap(int(sign[2:]) if sign[2:].isdecimal() else _USUAL_GAP), may_miss=True)
        if sign in ("#", "##"):
            return _Part(_NUMBER if sign == "#" else _LARGE_NUMBER)
        return _Part(word(sign))

    def _slot(self, name: str) -> _Part:
        if name not in self.words:
            raise PatternError(f"there are no words of the name {{{name}}} in {self.pattern!r}")
        return _Part(_either(tuple(self.words[name])))

    def _take(self, token: str) -> bool:
        if self.at < len(self.tokens) and self.tokens[self.at] == token:
            self.at += 1
            return True
        return False


def _tokens(pattern: str) -> list[str]:
    at, found = 0, []
    for match in _TOKEN.finditer(pattern + "\n"):
        if match.start() > at:
            raise PatternError(f"{pattern[at]!r} cannot stand in a pattern: {pattern!r}")
        at = match.end()
        if not match[0].isspace():
            found.append(match[0])
    return found


@cache
def _either(words: tuple[str, ...]) -> str:
    return f"(?:{'|'.join(word(one) for one in words)})"


@cache
def word(written: str) -> str:
    """A word, or several, as they stand in a folded text, with a space after each."""
    whole = written.removesuffix("*")
    parts = folded_words(whole)
    if not parts:
        raise PatternError(f"{written!r} holds no word")
    made = "".join(re.escape(part) + " " for part in parts)
    return made[:-1] + "[^ .]* " if written.endswith("*") else made


def gap(most: int) -> str:
    """Up to so many words of any kind, within a sentence."""
    return rf"(?:[^ .]+ ){{0,{most}}}"
