"""Disguises: words that people hide or mistype, brought back when they then are words of the lexicon.

Leet, stars, dots and spaces between letters, look-alike letters, stretched ones, exchanged or missing ones, words run
together. An everyday word is left as it is, whatever it resembles.
"""

import re
import string
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from functools import cache, lru_cache

import re2

from textline.rules.folding import BACKWARDS, FORWARDS, directed, in_words, undirected

# Within a word: what stands between single letters, signs for letters, letters in a row.
_DOTTED = re.compile(r"(?<!\w)\w(?:[.\-_*•·,/|~]\w)+(?!\w)")
_CHAINED = re.compile(r"\.(?<=\w.)(?=\w)")  # "i.want.to"
_BACKWARDS = re.compile(f"{BACKWARDS}([^{FORWARDS}\n]*)")
_SPACED = re.compile(r"(?<!\w)\w(?: {1,3}\w(?!\w))+")
_STARRED = re.compile(r"(?<![\w*])(?:\w[\w*#@$!%^&+]*)?[*#@$!%^&+][\w*#@$!%^&+]*")
# Nearly no everyday text has any of these: a sign or a digit in a word, letters that stand alone, letters in a row.
# For texts in ASCII only; RE2 looks for all at once.
_SUSPICIOUS = re2.compile(
    r"[a-zA-Z][^\w\s',.?][a-zA-Z]|[a-zA-Z_]\d|\d[a-zA-Z_]|\b\w[ .]+\w[ .]+\w\b|\b\w \w\b|\w\.[a-zA-Z]|[*#@$]|"
    + "|".join(letter * 3 for letter in string.ascii_letters + string.digits + "_")
)
_FOREIGN = re.compile(r"(?<!\w)[a-zA-Z0-9_]*+[^\W\x00-\x7f]\w*")  # a word that is not all ASCII
_RUN = re.compile(r"(\w)\1{2,}")
_LEET = str.maketrans("01345678@$!|+", "oieasgtbasilt")
_LEET_L = str.maketrans("01345678@$!|+", "oleasgtbasilt")
_SAID = str.maketrans({"2": "to", "4": "for"})
_SHORTEST_CHAINED = 8  # letters and digits that are several words
_SIGNS = re.compile(r"[*#%^&@$!+]")
_VOWELS = "aeiou"
_RUN_TOGETHER = 10  # letters: a shorter word is rarely several
_LONGEST_SPELLED = 80
_REMEMBERED = 4096  # words
_BEGINNING = 3  # letters
_SHORTEST_PIECE, _LONGEST_PIECE = 3, 12  # letters of a word that stands among others without spaces
# Latin letters that are drawn like others: small capitals, and those with a stroke.
_DRAWN_LIKE = dict(zip("ɑıɡʟɪᴋᴍʏꜱᴇʙɴʀʜɢᴀᴄᴅᴊᴏᴘᴛᴜᴠᴡᴢғꜰłøđħ", "aiglikmysebnrhgacdjoptuvwzfflodh", strict=True))


def views(text: str, keys: "Keys") -> tuple[str, str]:
    """The text folded as it is written, and with disguised words brought back by `keys`.

    What texters shorten ("u", "2", "abt") is written out in the second.
    """
    shown = directed(text)
    as_written = in_words(undirected(shown))
    if text.isascii() and not _SUSPICIOUS.search(text) and not any(map(keys.strange, as_written.split())):
        return as_written, as_written
    shown = undirected(_BACKWARDS.sub(lambda found: found[1][::-1], shown))
    shown = _latin(shown).casefold()
    shown = _DOTTED.sub(lambda found: keys.joined(found[0]), shown)
    shown = _CHAINED.sub(" ", shown)
    shown = _SPACED.sub(lambda found: keys.joined(found[0]), shown)
    if _SIGNS.search(shown):
        shown = _STARRED.sub(lambda found: keys.unstarred(found[0]), shown)
    return as_written, " ".join(["", *map(keys.undone, in_words(shown).split()), ""])


class Keys:
    """The words that people disguise, with every disguise of them that can be told in advance.

    Where two words look alike in disguise the one that stands first counts. An everyday word is none's disguise.
    `small` words may stand between others when letters are put together again; `short` are written out.
    """

    def __init__(
        self,
        words: Iterable[str],
        everyday: Collection[str] = (),
        small: Iterable[str] = (),
        short: Mapping[str, str] | None = None,
    ) -> None:
        plain = dict.fromkeys(word for word in words if word.isalpha() and len(word) > 2)
        self._words: dict[str, str] = dict(short or {})
        for word in plain:
            for other in _variants(word):
                if other not in plain and other not in everyday:
                    self._words.setdefault(other, word)
        self._words |= {word: word for word in plain}
        self._plain = plain
        self._with_letter: dict[tuple[int, int, str], list[str]] = {}
        for word in plain:
            for at, letter in enumerate(word):
                self._with_letter.setdefault((len(word), at, letter), []).append(word)
        self._small = frozenset(small)
        self._pieces = frozenset(plain) | self._small
        self._lengths: dict[str, set[int]] = {}
        for piece in self._pieces:
            self._lengths.setdefault(piece[0], set()).add(len(piece))
        self._everyday = frozenset(everyday)
        # How long the disguises are that begin so.
        self._begins: dict[str, set[int]] = {}
        for written in self._words:
            self._begins.setdefault(written[:_BEGINNING], set()).add(len(written))
        # Words come again and again, most of all in a text that is made to be slow.
        self.undone = lru_cache(_REMEMBERED)(lambda word: _undone(word, self))
        self.joined = lru_cache(_REMEMBERED)(lambda apart: _joined(apart, self))
        self.unstarred = lru_cache(_REMEMBERED)(lambda word: _starred(word, self))

    def get(self, written: str) -> str | None:
        """The word that this is a disguise of, or is."""
        return self._words.get(written)

    def with_digits(self, written: str) -> str | None:
        """The words that letters and digits are, where a digit is a letter ("d1e", "t0"), or a word ("iwant2die")."""
        leet = written.translate(_LEET)
        known = (
            self.get(leet) or self.get(written.translate(_LEET_L)) or (leet if leet in self._small else None)
        )
        if known or len(written) < _SHORTEST_CHAINED:
            return known
        words = self.apart(written.translate(_SAID))
        return " ".join(words) if words else None

    def begins(self, letters: str) -> Collection[int]:
        """How long the words, or disguises of words, are that begin with these letters (`_BEGINNING` of them)."""
        return self._begins.get(letters, ())

    def strange(self, written: str) -> bool:
        """Whether a word could be something else than it seems."""
        return self._words.get(written, written) != written or len(written) >= _RUN_TOGETHER

    def starred(self, written: str) -> str | None:
        """The word that this one is, with signs for some of its letters; at least half of them have to be there."""
        signs = len(_SIGNS.findall(written))
        if not signs or signs > (len(written) + 1) // 2 or written in self._everyday:
            return None
        # By the first letter that is written out: a text may have two thousand such words.
        at, letter = next(((at, c) for at, c in enumerate(written) if not _SIGNS.match(c)), (0, ""))
        some = self._with_letter.get((len(written), at, letter), ())
        return next((word for word in some if _fits(word, written)), None)

    def apart(self, letters: str) -> list[str] | None:
        """The words that letters without spaces spell, all of them; None when they spell none of the lexicon's."""
        # The fewest words up to each place that words lead to; only from there does one go on.
        best: dict[int, list[str]] = {0: []}
        for start in range(len(letters)):
            before = best.get(start)
            if before is None:
                continue
            for length in self._lengths.get(letters[start], ()):
                end, piece = start + length, letters[start : start + length]
                if piece in self._pieces and (end not in best or len(before) + 1 < len(best[end])):
                    best[end] = [*before, piece]
        found = best.get(len(letters))
        return found if found and any(piece in self._plain for piece in found) else None


def _fits(word: str, written: str) -> bool:
    return all(sign == letter or _SIGNS.match(sign) for letter, sign in zip(word, written, strict=True))


def _joined(apart: str, keys: Keys) -> str:
    """Letters that stand apart, as the words of the lexicon that they spell; else as they were."""
    letters = "".join(c for c in apart if c.isalnum())[:_LONGEST_SPELLED]
    for spelled in dict.fromkeys((letters, letters.translate(_LEET))):
        words = keys.apart(spelled)
        if words:
            return f" {' '.join(words)} "
    found = _pieces(letters, keys)
    return f" {' '.join(found)} " if found else apart


def _pieces(letters: str, keys: Keys) -> list[str]:
    """The words that stand somewhere in these letters, with the letters between; none when there is no word."""
    found, at, some = list[str](), 0, False
    written = tuple(dict.fromkeys((letters, letters.translate(_LEET))))
    while at < len(letters):
        word, length = _longest(written, at, keys)
        some = some or bool(word)
        found.append(word or letters[at])
        at += length
    return found if some else []


def _longest(written: Iterable[str], at: int, keys: Keys) -> tuple[str | None, int]:
    """The word that the longest piece from here is, however it is written, and the piece's length; else None and 1."""
    for length in sorted(
        {n for one in written for n in keys.begins(one[at : at + _BEGINNING])}, reverse=True
    ):
        if _SHORTEST_PIECE <= length <= _LONGEST_PIECE:
            for one in written:
                word = keys.get(one[at : at + length]) if at + length <= len(one) else None
                if word:
                    return word, length
    return None, 1


def _starred(word: str, keys: Keys) -> str:
    """A word with signs in it: each may stand for any letter."""
    read = word.rstrip("!%^&+.")
    for candidate in (read, word):
        known = (
            keys.get(_SIGNS.sub("*", candidate))
            or keys.get(candidate.translate(_LEET))
            or keys.starred(candidate)
        )
        if known:
            return known
    return word


def _undone(word: str, keys: Keys) -> str:
    known = keys.get(word)
    if known:
        return known
    if any(c.isdigit() for c in word) and not word.isdigit():
        known = keys.with_digits(word)
        if known:
            return known
    if _RUN.search(word):
        once, twice = _RUN.sub(r"\1", word), _RUN.sub(r"\1\1", word)
        return keys.get(once) or keys.get(twice) or once
    if _RUN_TOGETHER <= len(word) <= _LONGEST_SPELLED:
        return " ".join(keys.apart(word) or [word])
    return word


def _variants(word: str) -> set[str]:
    """Vowels or inner letters starred, neighbours exchanged, one letter missing or twice, all vowels missing."""
    starred = "".join("*" if c in _VOWELS else c for c in word)
    found = {starred}
    if len(word) > 3:
        found |= {word[0] + "*" * (len(word) - 2) + word[-1]}
        found |= {word[:at] + word[at + 1] + word[at] + word[at + 2 :] for at in range(1, len(word) - 1)}
        found |= {word[:at] + word[at] + word[at:] for at in range(len(word))}
    found |= {word[:at] + "*" + word[at + 1 :] for at in range(1, len(word))}
    if len(word) >= 5:
        found |= {word[1] + word[0] + word[2:]}
        found |= {word[:at] + word[at + 1 :] for at in range(1, len(word))}
    bare_word = word[0] + "".join(c for c in word[1:] if c not in _VOWELS + "y")
    if len(bare_word) >= 4:
        found |= {bare_word}
    return {other for other in found if other != word}


def _latin(text: str) -> str:
    """Letters of other scripts that look like Latin ones, in words that hold nothing else."""
    return text if text.isascii() else _FOREIGN.sub(lambda found: _look_alike(found[0]), text)


@lru_cache(_REMEMBERED)
def _look_alike(word: str) -> str:
    made = "".join(map(_alike, word))
    return made if made.isascii() else word


@cache
def _alike(character: str) -> str:
    """The Latin letter that a letter looks like by Unicode's own table, else itself."""
    if character.isascii() or unicodedata.name(character, "").startswith("LATIN"):
        return _DRAWN_LIKE.get(character, character)
    # Unicode's table takes 18 MB, and a process that never meets such a letter goes without.
    from confusable_homoglyphs import confusables

    for entry in confusables.is_confusable(character, greedy=True, preferred_aliases=["latin"]) or []:
        for twin in entry["homoglyphs"]:
            if len(twin["c"]) == 1 and twin["c"].isascii() and twin["c"].isalpha():
                return str(twin["c"])
    return character
