"""Folding: a text as words that can be compared, whatever the phone or the mood has made of them.

A folded text begins with a space and has one after each word; " . " stands where a sentence ends.
"""

import re
import unicodedata
from itertools import filterfalse

from textline.lexicon.load import emoji

LONGEST = 10_000  # characters that are looked at; a text holds 1,600

# Expressions here begin with the sign that they are about, and look back from there: looked for letter by letter they
# would take ten times as long.
_QUOTE = re.compile("[’‘‛ʼ`´′＇'ʻʹ]")
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0]"
)
_MARKS = re.compile("[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]{2,}")
_PAUSE = re.compile(r"[.…,](?:(?<!\.)|(?<=\.)\.+)")  # no end of a sentence
# A row of signs is read once, from its beginning.
_END = re.compile(r"[.!?;:](?:(?<![.!?;:].)[.!?;:]*+(?:\s|$)|(?<!:)(?=[^\W\d_]{2}))")
_DOT = re.compile(r"\.(?:(?<! \.)|(?! ))")  # that ends no sentence
_HYPHEN = re.compile(r"[-‐‑–—/+&](?<=\w.)[-‐‑–—/+&]*(?=\w)")
_CHARACTERS = 10_000  # that are remembered: more than any language writes in texts
_NO_LETTER = "\ue000"  # stands for ñ while accents are taken away


def folded(text: str) -> str:
    """The text as written, in words: case, quotes, invisible characters, spaces and forms of letters do not count."""
    return in_words(plain(text))


def folded_words(text: str) -> list[str]:
    """The words of a text."""
    return [word for word in folded(text).split() if word != "."]


def plain(text: str) -> str:
    """Compatible forms, small letters, nothing invisible; quotes are gone, so that "don't" is "dont"."""
    if text.isascii():
        return _QUOTE.sub("", text[:LONGEST].lower())
    shown = _INVISIBLE.sub("", _QUOTE.sub("", text[:LONGEST]))
    shown = unicodedata.normalize("NFKC", _MARKS.sub("", shown))
    return bare(_QUOTE.sub("", shown.casefold()))


def bare(text: str) -> str:
    """Without accents, which phones and haste leave out; but ñ stays what it is."""
    apart = unicodedata.normalize("NFD", text.replace("ñ", _NO_LETTER))
    return "".join(filterfalse(unicodedata.combining, apart)).replace(_NO_LETTER, "ñ")


def in_words(plain_text: str) -> str:
    """A plain text as words with a space after each."""
    apart = _END.sub(" . ", _PAUSE.sub(" ", _HYPHEN.sub(" ", plain_text)))
    kept = _DOT.sub(" ", apart).translate(_SAID)
    return f" {' '.join(kept.split())} "


class _Said(dict[int, str]):
    """What each character becomes: letters and figures stay; an emoji that says something about danger is a word; any
    other sign is a space. Filled as characters come."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        name = emoji().get(character)
        said = f" {name} " if name else character if character.isalnum() or character in ". " else " "
        if len(self) < _CHARACTERS:
            self[code] = said
        return said


_SAID = _Said()
