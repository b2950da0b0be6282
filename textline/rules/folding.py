"""Folding: a text as words that can be compared, whatever the phone or the mood has made of them.

A folded text begins with a space and has one after each word; " . " stands where a sentence ends.
"""

import re
import unicodedata
from itertools import filterfalse

from textline.lexicon.load import emoji

LONGEST = 10_000  # characters that are looked at; a text holds 1,600
_LONG = 1_000
_SAME = 64  # characters by which a text is seen to begin anew
_TRIES = 64  # places where it may do so

# Expressions here begin with the sign that they are about, and look back from there: looked for letter by letter they
# would take ten times as long.
_QUOTE = re.compile("[’‘‛ʼ`´′＇'ʻʹ]")
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a\u202b\u202d\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0]"
)
# From here to there a text is shown from right to left, also Latin letters.
BACKWARDS, FORWARDS = "\u202e", "\u202c"
_MARKS = re.compile("[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]{2,}")
_PAUSE = re.compile(r"[.…,](?:(?<!\.)|(?<=\.)\.+)")  # no end of a sentence
# A row of signs is read once, from its beginning.
_END = re.compile(r"[.!?;:](?:(?<![.!?;:].)[.!?;:]*+(?:\s|$)|(?<!:)(?=[^\W\d_]{2}))")
_DOT = re.compile(r"\.(?:(?<! \.)|(?! ))")  # that ends no sentence
_HYPHEN = re.compile(r"[-‐‑–—/+&](?<=\w.)[-‐‑–—/+&]*(?=\w)")
_WORD = re.compile(r"[^\W_]+|\.")
# Letters in boxes and discs, which Unicode does not call forms of letters: white on black.
_BOXED = re.compile("[\U0001f150-\U0001f169\U0001f170-\U0001f189]")
# ñ taken apart, what stands for it while accents are left out, and itself.
_ENYES = (("n\u0303", "\ue000", "ñ"), ("N\u0303", "\ue001", "Ñ"))


def folded(text: str) -> str:
    """The text as written, in words: case, quotes, invisible characters, spaces and forms of letters do not count."""
    return in_words(plain(text))


def folded_words(text: str) -> list[str]:
    """The words of a text."""
    return [word for word in folded(text).split() if word != "."]


def plain(text: str) -> str:
    """Compatible forms, without accents, but ñ stays what it is; nothing invisible; quotes are gone, so that "don't" is
    "dont". Capital letters are still told from small ones."""
    return undirected(directed(text))


def undirected(directed_text: str) -> str:
    """Without the signs for the direction of writing."""
    return directed_text.replace(BACKWARDS, "").replace(FORWARDS, "")


def directed(text: str) -> str:
    """As `plain`, and the signs for the direction of writing still in it."""
    text = _without_repeats(text[:LONGEST])
    if text.isascii():
        return _QUOTE.sub("", text)
    shown = _MARKS.sub("", _INVISIBLE.sub("", _QUOTE.sub("", text)))
    shown = _BOXED.sub(_unboxed, shown)
    # Taken apart, and accents left out: to put it together in between takes twenty times as long.
    apart = _QUOTE.sub("", unicodedata.normalize("NFKD", shown))
    for pieces, sign, _ in _ENYES:
        apart = apart.replace(pieces, sign)
    apart = "".join(filterfalse(unicodedata.combining, apart))
    for _, sign, enye in _ENYES:
        apart = apart.replace(sign, enye)
    return apart


def _without_repeats(text: str) -> str:
    """A long text that is nothing but the same again and again, so often that all it says is said: pasted a hundred
    times it holds a thousand findings, and none that is not among the first."""
    again = 0
    for _ in range(_TRIES if len(text) > _LONG else 0):
        again = text.find(text[:_SAME], again + 1)
        if again < 0:
            break
        if text.startswith(text[again:]):
            return text[: again * max(3, -(-_LONG // again)) + len(text) % again]
    return text


def _unboxed(found: re.Match[str]) -> str:
    return chr(ord("a") + (ord(found[0]) - 0x1F150) % 32)


def in_words(plain_text: str) -> str:
    """A plain text as words in small letters with a space after each."""
    apart = _END.sub(" . ", _PAUSE.sub(" ", _HYPHEN.sub(" ", plain_text.casefold())))
    said = _DOT.sub(" ", apart)
    for sign in () if said.isascii() else emoji().keys() & set(said):
        said = said.replace(sign, f" {emoji()[sign]} ")
    return f" {' '.join(_WORD.findall(said))} "
