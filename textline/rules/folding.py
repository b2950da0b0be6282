"""Folding: a text as words that can be compared, whatever the phone, the mood or the wish to hide has made of them.

A folded text begins with a space and has one after each word; " . " stands where a sentence ends.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from functools import cache

from confusable_homoglyphs import confusables

LONGEST = 10_000  # characters that are looked at; a text holds 1,600

_QUOTES = str.maketrans(dict.fromkeys("’‘‛ʼ`´′＇'ʻʹ", None))
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0]"
)
_MARKS = re.compile("[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]{2,}")
_SPACES = re.compile(r"\s+")
_PAUSE = re.compile(r"\.{2,}|…|,")  # no end of a sentence
_END = re.compile(r"[.!?;:]+(?:\s|$)|[.!?;](?=[^\W\d_]{2})")
_LEFT = re.compile(r"[^\w. ]|_|(?<! )\.|\.(?! )")
_HYPHEN = re.compile(r"(?<=\w)[-‐‑–—/+&]+(?=\w)")

# Within a word: what stands between single letters, signs for letters, letters in a row.
_DOTTED = re.compile(r"(?<!\w)\w(?:[.\-_*•·,/|~]\w)+(?!\w)")
_SPACED = re.compile(r"(?<!\w)\w(?: {1,3}\w(?!\w))+")
_STARRED = re.compile(r"(?<![\w*])(?:\w[\w*#@$!%^&+]*)?[*#@$!%^&+][\w*#@$!%^&+]*")
# Nearly no everyday text has any of these: a sign or a digit in a word, letters that stand alone, letters in a row.
_SUSPICIOUS = re.compile(r"[^\W\d_][^\w\s',.?!][^\W\d_]|[^\W\d]\d|\d[^\W\d]|\b\w[ .]+\w\b(?=[ .]+\w\b)|\b\w \w\b|\b\w\.\w\b|(\w)\1\1|[*#@$]")
_RUN = re.compile(r"(\w)\1{2,}")
_LEET = str.maketrans("01345678@$!|+", "oieasgtbasilt")
_LEET_L = str.maketrans("01345678@$!|+", "oleasgtbasilt")
_SIGNS = re.compile(r"[*#%^&@$!+]")
_VOWELS = "aeiouáéíóú"


def folded(text: str) -> str:
    """The text as written, in words: case, quotes, invisible characters, spaces and forms of letters do not count."""
    return _words(_plain(text))


def undisguised(text: str, keys: Mapping[str, str]) -> str:
    """The text with disguised words brought back: look-alike letters, leet, stars, letters apart, stretched, mistyped.

    Only where it then is a word of the lexicon, by `keys` (see `disguises`): an everyday word is left as it is.
    """
    as_written = folded(text)
    if text.isascii() and not _SUSPICIOUS.search(text) and not any(keys.get(w, w) != w for w in as_written.split()):
        return as_written
    plain = _plain(_latin(text))
    plain = _DOTTED.sub(lambda found: _joined(found[0], keys), plain)
    plain = _SPACED.sub(lambda found: _joined(found[0], keys), plain)
    plain = _STARRED.sub(lambda found: _starred(found[0], keys), plain)
    return " ".join(["", *(_undone(word, keys) for word in _words(plain).split()), ""])


def folded_words(text: str) -> list[str]:
    """The words of a text."""
    return [word for word in folded(text).split() if word != "."]


def bare(text: str) -> str:
    """Without accents, which phones and haste leave out; but ñ stays what it is."""
    apart = unicodedata.normalize("NFD", text.replace("ñ", "\ue000"))
    return "".join(c for c in apart if not unicodedata.combining(c)).replace("\ue000", "ñ")


def _plain(text: str) -> str:
    """Compatible forms, small letters, nothing invisible; quotes are gone, so that "don't" is "dont"."""
    if text.isascii():
        return text[:LONGEST].lower().translate(_QUOTES)
    shown = _INVISIBLE.sub("", text[:LONGEST].translate(_QUOTES))
    shown = unicodedata.normalize("NFKC", _MARKS.sub("", shown))
    return bare(shown.casefold().translate(_QUOTES))


def _words(plain: str) -> str:
    apart = _END.sub(" . ", _PAUSE.sub(" ", _HYPHEN.sub(" ", plain)))
    kept = _LEFT.sub(lambda found: _named(found[0]), apart)
    return f" {' '.join(kept.split())} "


# Emoji that say something about danger become words, which the lexicon's rules may use.
_EMOJI = {
    "🔫": "gunemoji", "💊": "pillemoji", "🔪": "knifeemoji", "🗡": "knifeemoji", "⚰": "coffinemoji", "🪦": "graveemoji", "🩸": "bloodemoji",
    "🪢": "noosemoji", "🌉": "bridgeemoji", "💉": "needleemoji", "😂": "lol", "🤣": "lol", "💀": "lol", "😭": "cryemoji", "😹": "lol", "🆘": "sos",
}  # fmt: skip


def _named(character: str) -> str:
    name = _EMOJI.get(character)
    return f" {name} " if name else " "


def _latin(text: str) -> str:
    """Letters of other scripts that look like Latin ones, in words that hold both, or nothing but such letters."""
    if text.isascii():
        return text
    return re.sub(r"\w+", lambda found: _look_alike(found[0]), text[:LONGEST])


@cache
def _alike(character: str) -> str:
    """The Latin letter that a letter looks like by Unicode's own table, else itself."""
    if character.isascii() or unicodedata.name(character, "").startswith("LATIN"):
        return _SMALL.get(character, character)
    for entry in confusables.is_confusable(character, greedy=True, preferred_aliases=["latin"]) or []:
        for twin in entry["homoglyphs"]:
            if len(twin["c"]) == 1 and twin["c"].isascii() and twin["c"].isalpha():
                return str(twin["c"])
    return character


# Latin letters that are drawn like others.
_SMALL = {"ɑ": "a", "ı": "i", "ɡ": "g", "ʟ": "l", "ɪ": "i", "ᴋ": "k", "ᴍ": "m", "ʏ": "y", "ꜱ": "s", "ᴇ": "e", "ʙ": "b", "ɴ": "n", "ʀ": "r", "ʜ": "h", "ɢ": "g", "ᴀ": "a", "ᴄ": "c", "ᴅ": "d", "ᴊ": "j", "ᴏ": "o", "ᴘ": "p", "ᴛ": "t", "ᴜ": "u", "ᴠ": "v", "ᴡ": "w", "ᴢ": "z", "ғ": "f", "ꜰ": "f", "ł": "l", "ø": "o", "đ": "d", "ħ": "h"}  # fmt: skip


def _look_alike(word: str) -> str:
    if word.isascii():
        return word
    made = "".join(map(_alike, word))
    return made if made.isascii() else word


def _joined(apart: str, keys: Mapping[str, str]) -> str:
    """Letters that stand apart, as the words of the lexicon that they spell; else as they were."""
    letters = "".join(c for c in apart if c.isalnum())
    found, at, some = [], 0, False
    while at < len(letters):
        for length in range(min(12, len(letters) - at), 1, -1):
            piece = letters[at : at + length]
            word = keys.get(piece) or keys.get(piece.translate(_LEET))
            if word and length > 2:
                found.append(word)
                some = True
                break
        else:
            length = 1
            found.append(letters[at])
        at += length
    return f" {' '.join(found)} " if some else apart


def _starred(word: str, keys: Mapping[str, str]) -> str:
    """A word with signs in it: each may stand for any letter."""
    read = word.rstrip("!%^&+.")
    for candidate in (read, word):
        known = keys.get(_SIGNS.sub("*", candidate)) or keys.get(candidate.translate(_LEET))
        if known:
            return known
    return word


def _undone(word: str, keys: Mapping[str, str]) -> str:
    if word in keys:
        return keys[word]
    if any(c.isdigit() for c in word) and not word.isdigit():
        known = keys.get(word.translate(_LEET)) or keys.get(word.translate(_LEET_L))
        if known:
            return known
    if _RUN.search(word):
        once, twice = _RUN.sub(r"\1", word), _RUN.sub(r"\1\1", word)
        return keys.get(once) or keys.get(twice) or once
    return word


def disguises(words: Iterable[str], everyday: Collection[str] = ()) -> dict[str, str]:
    """Every disguised writing of these words that can be told in advance, with the word: `keys` for `undisguised`.

    Where two words look alike in disguise the one that stands first counts. An everyday word is none's disguise.
    """
    plain = dict.fromkeys(word for word in words if word.isalpha() and len(word) > 2)
    made: dict[str, str] = {}
    for word in plain:
        for other in _variants(word):
            if other not in plain and other not in everyday:
                made.setdefault(other, word)
    return made | {word: word for word in plain}


def _variants(word: str) -> set[str]:
    """Vowels or inner letters starred, neighbours exchanged; of long words also one letter missing or twice."""
    starred = "".join("*" if c in _VOWELS else c for c in word)
    found = {starred, word[0] + "*" * (len(word) - 2) + word[-1]} if len(word) > 3 else {starred}
    found |= {word[:at] + "*" + word[at + 1 :] for at in range(1, len(word))} if len(word) > 2 else set()
    if len(word) >= 5:
        found |= {word[:at] + word[at + 1] + word[at] + word[at + 2 :] for at in range(len(word) - 1)}
    if len(word) >= 6:
        found |= {word[:at] + word[at + 1 :] for at in range(1, len(word))}
        found |= {word[:at] + word[at] + word[at:] for at in range(len(word))}
    return {other for other in found if other != word}
