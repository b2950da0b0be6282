"""The lexicon as data: what a clinician may get wrong when changing it."""

import unicodedata

import pytest

from textline.lexicon.load import LANGUAGES, LEVELS, phrases
from textline.rules.levels import Level
from textline.rules.screen import Phrase, Screen, level_of, normalize

READ = phrases()
SCREEN = Screen([Phrase(words, Level[level.upper()]) for words, level in READ])
# A haircut, rather than a wound: left to the accent.
ACCENT_MATTERS = {"me corté"}


def level(text):
    return level_of(SCREEN.findings(text))


def without_accents(words):
    bare = "".join(
        c for c in unicodedata.normalize("NFD", words) if c == "\u0303" or not unicodedata.combining(c)
    )
    return unicodedata.normalize("NFC", bare)  # "ñ" stays: it has a key of its own


def test_both_languages_and_all_levels_are_read():
    assert {level for _, level in READ} == set(LEVELS)
    assert all(Level[level.upper()] > Level.NONE for level in LEVELS)
    assert LANGUAGES == ("en", "es")
    assert {"kill myself", "quiero morir"} <= {words for words, _ in READ}


def test_no_phrase_stands_twice():
    said = [normalize(words) for words, _ in READ]
    assert sorted(set(said)) == sorted(said)


@pytest.mark.parametrize(("words", "name"), READ)
def test_each_phrase_is_written_soundly_and_found(words, name):
    assert words == " ".join(words.split())
    assert len(words) >= 3, "a shorter one would be found in anything"
    assert level(f"so, {words.upper()}.") >= Level[name.upper()]
    assert level(words.replace("'", "’")) >= Level[name.upper()]


@pytest.mark.parametrize(("words", "name"), [phrase for phrase in READ if "'" in phrase[0]])
def test_the_apostrophe_may_be_left_out(words, name):
    assert level(words.replace("'", "")) >= Level[name.upper()]


@pytest.mark.parametrize(
    ("words", "name"), [p for p in READ if without_accents(p[0]) != p[0] and p[0] not in ACCENT_MATTERS]
)
def test_the_accent_may_be_left_out(words, name):
    assert level(without_accents(words)) >= Level[name.upper()]


@pytest.mark.parametrize(
    ("text", "least"),
    [("I’m on the bridge. i cant do this", Level.IMMINENT), ("i want to die tonight", Level.IMMINENT),
     ("don´t want to live", Level.CRISIS), ("me quiero morir 😔", Level.CRISIS), ("YA NO QUIERO VIVIR", Level.CRISIS),
     ("im bleeding", Level.IMMINENT), ("Stop, I can't go on", Level.CONCERN)],
)  # fmt: skip
def test_what_somebody_would_write(text, least):
    assert level(text) >= least


@pytest.mark.parametrize(
    "text",
    ["hi, is anybody there?", "I want to live", "my dog died last week and I miss him", "estoy triste",
     "thank you, that helped", "I had a bad day at school", "STOP", "me corte el pelo"],
)  # fmt: skip
def test_ordinary_talk_alarms_nobody(text):
    assert level(text) is Level.NONE
