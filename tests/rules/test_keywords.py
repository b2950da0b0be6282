"""Words that are commands when they stand alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textline.rules.keywords import (
    HEAVY_WORDS,
    HELP_WORDS,
    START_WORDS,
    STOP_WORDS,
    Keyword,
    agrees,
    answered_by_twilio,
    asks_to_be_rung,
    is_an_answer,
    keyword,
    needs_a_human,
)

GROUPS = {
    Keyword.STOP: STOP_WORDS,
    Keyword.START: START_WORDS,
    Keyword.HELP: HELP_WORDS,
}
EVERY = [(word, found) for found, words in GROUPS.items() for word in words]
words = st.sampled_from([word for word, _ in EVERY])


def test_a_word_means_one_thing():
    assert len({word for word, _ in EVERY}) == len(EVERY)
    assert HEAVY_WORDS <= STOP_WORDS


@pytest.mark.parametrize(("word", "found"), EVERY)
@pytest.mark.parametrize("typed", ["{}", " {}\n", "\t{}\u00a0"])
def test_a_lone_word_in_any_case_is_a_command(word, found, typed):
    for spelled in (word, word.upper(), word.title()):
        assert keyword(typed.format(spelled)) is found


def test_twilios_own_opt_out_words_are_all_known():
    for word in ("STOP", "UNSUBSCRIBE", "END", "QUIT", "STOPALL", "CANCEL", "REVOKE", "OPTOUT"):
        assert keyword(word) is Keyword.STOP


@pytest.mark.parametrize(
    "body",
    ["Stop, I can't do this any more", "Stop, I can’t do this any more", "stop it", "please stop", "Help me",
     "I need help", "yes I am", "end my life", "I want to quit", "cancel everything", "call me", "don't call",
     "STOP\nSTOP", "stop!!", "“stop”", "stop 🛑", "stopp", "", " ", "\u200b", "\x00", "🛑"],
)  # fmt: skip
def test_words_for_a_person_are_no_command(body):
    assert keyword(body) is None
    assert not needs_a_human(body)


@pytest.mark.parametrize("body", ["sto\u200bp", "STOP\u200b", "\x00stop", "s t o p", "ѕtop"])
def test_what_twilio_would_not_obey_we_do_not_either(body):
    assert keyword(body) is None


@given(words, st.text(min_size=1).filter(str.strip))
def test_a_text_that_only_begins_or_ends_with_a_command_is_none(word, rest):
    assert keyword(f"{word} {rest}") is None
    assert keyword(f"{rest} {word}") is None


@given(st.text())
def test_no_text_breaks_it(body):
    assert keyword(body) in {None, *Keyword}
    assert not needs_a_human(body) or keyword(body) is Keyword.STOP


def test_a_very_long_text_is_no_command():
    assert keyword("stop " * 100_000) is None


@pytest.mark.parametrize(
    ("word", "needs"), [("End", 1), (" QUIT ", 1), ("cancel", 1), ("stop", 0), ("call", 0)]
)
def test_opt_out_words_that_may_be_a_cry_are_looked_at(word, needs):
    assert needs_a_human(word) == bool(needs)


def test_twilio_answers_its_own_words_and_no_others():
    assert all(answered_by_twilio(word) for word, _ in EVERY)
    assert not any(answered_by_twilio(word) for word in ("call", "ok", "hello", ""))


@pytest.mark.parametrize(
    "body", ["CALL", "call", " Call. ", "Call please", "“CALL”", "call, pls", "LLAMAR", "llamar por favor"]
)
def test_one_word_has_a_phone_rung(body):
    assert asks_to_be_rung(body)
    assert keyword(body) is None
    assert agrees(body) is None
    assert is_an_answer(body)


@pytest.mark.parametrize("body", ["call me", "don't call", "no call", "call my mum", "calls", "", "please"])
def test_other_words_have_none_rung(body):
    assert not asks_to_be_rung(body)


@pytest.mark.parametrize(
    ("body", "agreed"),
    [("ok", True), ("OK!", True), ("Yes please", True), ("sí", True), ("sure, thanks", True), ("No", False),
     ("no thanks", False), ("NOPE", False), ("ahora no", False), ("no I can't", None), ("ok but later", None),
     ("yes I am alone", None), ("maybe", None), ("", None), ("thanks", None)],
)  # fmt: skip
def test_only_a_lone_word_agrees_or_declines(body, agreed):
    assert agrees(body) is agreed


@given(st.text())
def test_no_text_is_an_answer_and_a_call_at_once(body):
    assert not (asks_to_be_rung(body) and agrees(body) is not None)
