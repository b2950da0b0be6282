"""What a texter is told by Textline itself, and when."""

from datetime import UTC, datetime, time

import pytest

from tests.cast import ALEX, Cast
from textline.flow import set_up
from textline.flow.match import match
from textline.rules.ownership import Owner
from textline.store import lines, texters
from textline.store.messages import Author


def automatic(cast: Cast) -> list[str]:
    thread = cast.thread(cast.conversation(ALEX))
    return [text.body for text in thread if text.author == Author.AUTOMATIC]


def test_a_first_text_is_welcomed_once_and_told_once_that_nobody_is_free(cast: Cast) -> None:
    for body in ("Hi", "Hello?", "Anyone?"):
        cast.texts(ALEX, body)
    match(cast.run, cast.organization)
    welcome, waiting = automatic(cast)
    assert "988" in welcome
    assert "not an emergency service" in welcome
    assert "STOP" in welcome
    assert "in line" in waiting


def test_whoever_is_matched_at_once_is_not_told_to_wait(cast: Cast) -> None:
    cast.comes(cast.maya)
    cast.texts(ALEX, "Hi")
    assert len(automatic(cast)) == 1


def test_outside_the_hours_the_texter_is_told_when_the_line_opens(cast: Cast) -> None:
    closed = (datetime.now(UTC).weekday() + 3) % 7
    with cast.run.unit(cast.organization) as unit:
        set_up.set_hours(unit, cast.ada, cast.line.id, [(closed, "09:00", "17:00")], "")
    cast.texts(ALEX, "Hi")
    cast.texts(ALEX, "Hi?")
    _, off_hours = automatic(cast)
    assert "closed now, until" in off_hours
    assert "09:00" in off_hours
    with cast.run.unit(cast.organization) as unit:
        assert lines.hours(unit, cast.line).openings[0].opens == time(9)


@pytest.mark.parametrize("word", ["STOP", "stop", " Unsubscribe "])
def test_stop_is_not_answered_and_ends_a_waiting_conversation(cast: Cast, word: str) -> None:
    conversation = cast.texts(ALEX, word)
    assert conversation.state == Owner.CLOSED
    assert conversation.disposition == "opted_out"
    assert automatic(cast) == []


@pytest.mark.parametrize("word", ["END", "quit", "Cancel"])
def test_a_lone_end_is_shown_to_a_human(cast: Cast, word: str) -> None:
    cast.comes(cast.maya)
    conversation = cast.texts(ALEX, word)
    assert conversation.owner_id == cast.maya.id
    assert automatic(cast) == []


def test_stop_within_a_sentence_is_a_text_like_any_other(cast: Cast) -> None:
    conversation = cast.texts(ALEX, "Stop, I can't do this any more")
    assert conversation.state == Owner.WAITING
    assert len(automatic(cast)) == 2


def test_start_lifts_an_opt_out(cast: Cast) -> None:
    cast.texts(ALEX, "STOP")
    cast.texts(ALEX, "START")
    with cast.run.unit(cast.organization) as unit:
        assert texters.locked_all(unit, {ALEX: (None, True)})[ALEX].opted_out_at is None


def test_help_is_left_to_twilio_to_answer_and_still_reaches_a_person(cast: Cast) -> None:
    conversation = cast.texts(ALEX, "HELP")
    assert conversation.state == Owner.WAITING
    assert all("hi. A peer" not in body for body in automatic(cast))


def test_call_gets_the_hotline_and_alarms_the_supervisors(cast: Cast) -> None:
    from textline.store import escalations

    conversation = cast.texts(ALEX, "Call")
    assert "988" in automatic(cast)[0]
    with cast.run.unit(cast.organization) as unit:
        assert [e.conversation_id for e in escalations.unresolved(unit)] == [conversation.id]


def test_an_own_wording_is_said(cast: Cast) -> None:
    with cast.run.unit(cast.organization) as unit:
        set_up.set_wording(unit, cast.ada, cast.line.id, "welcome", "Harbour here. {help}")
    cast.texts(ALEX, "Hi")
    assert automatic(cast)[0].startswith("Harbour here. In crisis: call 988")


def test_a_spanish_line_speaks_spanish(cast: Cast) -> None:
    with cast.run.unit(cast.organization) as unit:
        set_up.change_line(unit, cast.ada, cast.line.id, "Puerto", "es", "America/New_York")
    cast.texts(ALEX, "Hola")
    assert "llama al 988" in automatic(cast)[0]
