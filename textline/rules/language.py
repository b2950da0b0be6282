"""Which language a text is in, as far as can be told: what no lexicon of ours covers must not count as safe."""

import re
import threading
import unicodedata
from functools import cache, lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

KNOWN = ("en", "es")
UNSURE = "unsure"
# How sure the recognition has to be (0 to 1) before a text in Latin letters counts as another language than English
# or Spanish. Measured on 5,600 English texts of 8 characters and more: none is taken for another.
_SURE = 0.8
_reading = threading.Lock()
_FEWEST_LETTERS = 8
_REMEMBERED = 1024  # texts
_LONGEST = 500  # characters that are looked at
_LETTERS = re.compile(r"[^\W\d_]+")
# Letters that no word of English or Spanish has: one script that they belong to is enough.
_SCRIPTS = {
    "CJK": "zh", "HIRAGANA": "ja", "KATAKANA": "ja", "HANGUL": "ko", "ARABIC": "ar", "HEBREW": "he",
    "DEVANAGARI": "hi", "THAI": "th", "BENGALI": "bn", "TAMIL": "ta", "GEORGIAN": "ka", "ARMENIAN": "hy",
    "ETHIOPIC": "am", "KHMER": "km", "MYANMAR": "my", "GUJARATI": "gu", "GURMUKHI": "pa", "TELUGU": "te",
    "KANNADA": "kn", "MALAYALAM": "ml", "SINHALA": "si", "LAO": "lo", "CYRILLIC": "ru", "GREEK": "el",
}  # fmt: skip
# Two of these and the recognition, which takes longer than all the rest, need not be asked.
_EVERYDAY = {
    "en": frozenset(
        {"i", "im", "the", "you", "and", "my", "dont", "have", "this", "what", "with", "they", "ive", "was", "cant",
         "want", "just", "need", "help", "but", "are", "it", "its", "not", "your", "about", "could", "would", "she",
         "much", "been", "there", "somebody", "thank", "thanks", "know", "because", "think", "feel", "really", "going",
         "when", "how", "then", "from", "has", "had", "were", "him", "them", "their", "that", "thats", "didnt", "hey"}
    ),
    "es": frozenset(
        {"estoy", "quiero", "muy", "yo", "pero", "hola", "los", "las", "el", "porque", "soy", "tengo", "hay", "y",
         "ayuda"}
    ),
}  # fmt: skip


def _recogniser() -> "LanguageIdentifier":
    with _reading:  # by one thread, the others wait: reading it twice would take them longer
        return _read()


@cache
def _read() -> "LanguageIdentifier":
    # Only here: it brings numpy, which a web process does not need.
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def make_ready() -> None:
    """Read the recognition's model, which takes from a third of a second to one; else the first text that needs it
    waits for that. Safe to call beside others that ask."""
    _recogniser()


@lru_cache(_REMEMBERED)
def language(text: str) -> str:
    """The language as two letters (ISO 639-1), or "unsure" for what is too short or too mixed to tell.

    `text` should have its disguises undone: Cyrillic letters that only look like Latin ones are no Russian.
    """
    words = _LETTERS.findall(text[:_LONGEST])
    letters = "".join(words)
    if not letters:
        return UNSURE
    if letters.isascii() and (everyday := _everyday({word.lower() for word in words})):
        return everyday
    strange = [character for character in letters if not _is_latin(character)]
    if len(strange) > len(letters) / 2:
        found, sure = _recogniser().classify(text[:_LONGEST])
        script = _SCRIPTS.get(unicodedata.name(strange[0], "").split(" ")[0].split("-")[0], UNSURE)
        return str(found) if sure > _SURE and found not in KNOWN else script
    if len(letters) < _FEWEST_LETTERS:
        return UNSURE
    found, sure = _recogniser().classify(text[:_LONGEST].lower())
    if found in KNOWN:
        return str(found)
    return str(found) if sure > _SURE else UNSURE


def _everyday(words: set[str]) -> str | None:
    counts = {code: len(some & words) for code, some in _EVERYDAY.items()}
    code = max(counts, key=counts.__getitem__)
    return code if counts[code] >= 2 else None


def _is_latin(character: str) -> bool:
    return character < "\u0250" or unicodedata.name(character, "").startswith("LATIN")


def is_foreign(code: str) -> bool:
    """Whether a language was recognised that no lexicon covers."""
    return code not in (*KNOWN, UNSURE)
