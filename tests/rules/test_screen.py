"""The crisis screen: what it finds, and what a keyboard or an enemy does to a text."""

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textline.rules.levels import Level
from textline.rules.screen import Finding, Phrase, Screen, level_of, normalize

PHRASES = [
    Phrase("can't go on", Level.CONCERN),
    Phrase("want to die", Level.CRISIS),
    Phrase("kill myself", Level.CRISIS),
    Phrase("suicide", Level.CRISIS),
    Phrase("me corté", Level.CONCERN),
    Phrase("self-harm", Level.CONCERN),
    Phrase("kill myself tonight", Level.IMMINENT),
    Phrase("die tonight", Level.IMMINENT),
]
SCREEN = Screen(PHRASES)


def level(text):
    return level_of(SCREEN.findings(text))


@pytest.mark.parametrize("quote", list("'’‘‛ʼ`´′＇"))
def test_whatever_apostrophe_the_phone_writes(quote):
    assert level(f"I can{quote}t go on") is Level.CONCERN


@pytest.mark.parametrize(
    "text",
    ["I WANT TO DIE", "want\nto\r\n\tdie", "want to  die", "want\u00a0to\u3000die", "want to die!!!", "(want to die)",
     "“want to die”", "😔want to die😔", "wa\u200bnt to di\u200de", "w\u00adant to die", "want to\ufeff die",
     "want to d\u2066i\u2069e", "\u202ewant to die", "ｗａｎｔ ｔｏ ｄｉｅ", "𝔀𝓪𝓷𝓽 𝓽𝓸 𝓭𝓲𝓮",
     "want to die❤\ufe0f", "_want to die_", "*want to die*", "WANT TO DİE", "want to dıe", "x\x00 want to die"],
)  # fmt: skip
def test_what_a_keyboard_or_an_enemy_varies_is_found(text):
    assert SCREEN.findings(text) == [Finding("want to die", Level.CRISIS)]


@pytest.mark.parametrize("text", ["SUİCİDE", "suıcıde", "#suicide", "suicide's", "_suicide_"])
def test_turkish_capitals_and_marks(text):
    assert level(text) is Level.CRISIS


@pytest.mark.parametrize("text", ["Me corté", "me corte\u0301", "ME CORTÉ"])
def test_accents_however_they_are_made(text):
    assert level(text) is Level.CONCERN


def test_hyphens_that_do_not_break():
    assert level("self‑harm") is level("self‐harm") is Level.CONCERN


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "unwant to die",
        "want to diet",
        "want to die2",
        "suicidefoo",
        "want to, well, die",
        "me corten",
    ],
)
def test_words_are_found_whole_and_side_by_side_only(text):
    assert SCREEN.findings(text) == []


def test_phrases_that_overlap_are_both_found():
    found = SCREEN.findings("I want to die tonight")
    assert found == [Finding("die tonight", Level.IMMINENT), Finding("want to die", Level.CRISIS)]


def test_of_phrases_that_begin_together_the_gravest_counts():
    mild_and_long = Screen([Phrase("kill", Level.CRISIS), Phrase("kill time", Level.CONCERN)])
    assert level_of(mild_and_long.findings("kill time")) is Level.CRISIS
    assert level("kill myself tonight") is Level.IMMINENT


def test_each_once_and_gravest_first():
    found = SCREEN.findings("suicide. suicide. can't go on. can’t go on. die tonight")
    assert [finding.phrase for finding in found] == ["die tonight", "suicide", "can't go on"]


@pytest.mark.parametrize("levels", [(1, 3), (3, 1)])
def test_a_phrase_that_stands_twice_means_the_graver(levels):
    twice = Screen([Phrase("Help’s", Level(levels[0])), Phrase("help's", Level(levels[1]))])
    assert level_of(twice.findings("help's")) is Level.IMMINENT


def test_an_empty_lexicon_finds_nothing():
    assert Screen([]).findings("want to die ") == []
    assert level_of([]) is Level.NONE


def test_signs_of_a_pattern_are_only_signs():
    assert Screen([Phrase("a.b*", Level.CRISIS)]).findings("axbb") == []
    assert Screen([Phrase("a.b*", Level.CRISIS)]).findings("a.b*")


@given(st.text(), st.sampled_from(PHRASES), st.text())
def test_a_phrase_among_any_words_is_never_missed(before, phrase, after):
    # Apart from both, so that an accent or letter of the rest does not make another word of it.
    assert level(f"{before} . {phrase.words} . {after}") >= phrase.level


@given(st.text())
def test_whatever_it_is_nothing_breaks_and_normal_stays_normal(text):
    normal = normalize(text)
    SCREEN.findings(text)
    assert "\u200b" not in normal
    assert "’" not in normal
    assert "  " not in normal
    assert normal == normalize(unicodedata.normalize("NFKC", normal)) or not normal.isascii()


@pytest.mark.parametrize(
    "text", ["a" * 200_000, "want to " * 25_000, "´\u200b’" * 60_000, "\ud800" * 200_000]
)
def test_a_very_long_text_takes_no_long_time(text):
    began = time.process_time()
    assert SCREEN.findings(text + " kill myself")
    assert time.process_time() - began < 2
