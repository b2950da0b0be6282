"""Successive texts of one texter read as one, and the language they are in."""

from datetime import UTC, datetime, timedelta

import pytest

from textline.flow.lanes import screen
from textline.rules.language import UNSURE, is_foreign, language
from textline.rules.levels import Level
from textline.rules.screening import FOREIGN_RULE, WINDOW, Said, in_window, look, look_at_next


def test_what_two_texts_say_only_together_is_found() -> None:
    assert look(screen(), ["i just want to"]).level < Level.CRISIS
    assert look(screen(), ["i just want to", "die"]).level == Level.CRISIS
    assert look_at_next(screen(), ["hi", "i just want to."], "Die").level == Level.CRISIS


def test_an_empty_text_between_two_is_no_gap() -> None:
    assert look_at_next(screen(), ["i want to", "", "."], "die").level == Level.CRISIS


def test_what_was_found_before_is_not_found_again() -> None:
    found = look_at_next(screen(), ["i want to kill myself"], "are you there?")
    assert found.level == Level.NONE


def test_what_a_text_adds_to_a_crisis_is_found() -> None:
    found = look_at_next(screen(), ["i want to kill myself"], "tonight")
    assert found.level == Level.IMMINENT


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("i dont know what to do with you", "en"),
        ("no sé qué hacer y estoy sola", "es"),
        ("je veux plus vivre aidez moi", "fr"),
        ("ich kann nicht mehr leben", "de"),
        ("não quero mais viver", "pt"),
        ("我想死", "zh"),
        ("死にたい", "ja"),
        ("죽고 싶어", "ko"),
        ("я хочу умереть", "ru"),
        ("أريد أن أموت", "ar"),
        ("ok", UNSURE),
        ("😂", UNSURE),
        ("", UNSURE),
        ("1234 !!", UNSURE),
    ],
)
def test_languages(text: str, code: str) -> None:
    assert language(text) == code


def test_a_language_without_a_lexicon_goes_to_a_person() -> None:
    found = look(screen(), ["je veux plus vivre aidez moi"])
    assert found.level == Level.CONCERN
    assert [finding.rule for finding in found.findings] == [FOREIGN_RULE]
    assert not is_foreign(UNSURE)


def test_look_alike_letters_are_no_russian() -> None:
    found = look(screen(), ["і want tо kіll mуself"])
    assert (found.level, found.language) == (Level.CRISIS, "en")


NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def said(*minutes: float) -> list[Said]:
    return [Said(NOON + timedelta(minutes=minute), str(minute)) for minute in minutes]


def test_texts_of_ten_minutes_are_read_together_at_most_four() -> None:
    assert in_window(said(-11, -10, -1, 0), NOON).before == ["-10", "-1", "0"]
    assert in_window(said(-5, -4, -3, -2, -1), NOON).before == ["-3", "-2", "-1"]


def test_what_came_later_is_read_after_a_text_that_is_recorded_late() -> None:
    assert in_window(said(-1, 1), NOON) == (["-1"], ["1"])


def test_a_text_that_waited_an_hour_is_read_with_those_of_its_own_time() -> None:
    assert in_window(said(-60, -59), NOON - timedelta(minutes=58)).before == ["-60", "-59"]
    assert timedelta(minutes=10) == WINDOW
