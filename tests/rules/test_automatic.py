"""The wording of automatic texts: what is said."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textline.rules.automatic import Voice
from textline.rules.hotlines import Choice
from textline.texts.load import EDITABLE, names, text


def hotline(voice="988", text_to="988", keyword=None, name="988 Lifeline"):
    return Choice(1, "US", None, name, voice, text_to, keyword, "everyone", False, True, True)


@pytest.mark.parametrize(
    ("given_hotline", "english", "spanish"),
    [(hotline(), "call 988 or text 988", "llama al 988 o escribe al 988"),
     (hotline(text_to=None), "call 988", "llama al 988"),
     (hotline(voice=None), "text 988", "escribe al 988"),
     (hotline(None, "741741", "HOME"), "text HOME to 741741", "escribe HOME al 741741"),
     (hotline("1", "2", "A|B {x}"), "call 1 or text A|B {x} to 2", "llama al 1 o escribe A|B {x} al 2")],
)  # fmt: skip
def test_how_to_reach_a_hotline(given_hotline, english, spanish):
    assert Voice("Harbor", "en").reach(given_hotline) == english
    assert Voice("Harbor", "es").reach(given_hotline) == spanish


def test_help_is_the_hotline_else_the_emergency_number_else_words():
    english = Voice("Harbor", "en")
    assert english.help(hotline(), "911") == "In crisis: call 988 or text 988 (988 Lifeline)."
    assert english.help(None, "911") == "If you are in danger call 911."
    assert english.help(None, None) == "If you are in danger call your local emergency number."


def test_what_the_texter_reads_first():
    spoken = Voice("Harbor", "en")
    said = spoken.say("welcome", help=spoken.help(hotline(), "911"))
    assert said.startswith("Harbor: hi. A peer ")
    assert "call 988 or text 988" in said
    assert "{" not in said


def test_until_when_it_is_closed():
    sunday = datetime.fromisoformat("2026-11-29T09:05:00-05:00")
    assert Voice("Harbor", "en").opens(sunday) == ", until Sunday 09:05"
    assert Voice("Harbor", "es").opens(sunday) == " hasta el domingo a las 09:05"
    assert Voice("Harbor", "en").opens(None) == ""


@pytest.mark.parametrize("day", range(7))
def test_the_days_begin_on_monday(day):
    english = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"][day]
    spanish = ["lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"][day]
    assert english in Voice("", "en").opens(datetime(2026, 11, 23 + day, 9))  # noqa: DTZ001
    assert spanish in Voice("", "es").opens(datetime(2026, 11, 23 + day, 9))  # noqa: DTZ001


def test_the_organizations_own_wording_comes_first_unless_it_is_empty():
    own = Voice("Harbor", "en", {"call": "{organization} rings. {help}", "waiting": ""})
    assert own.say("call", help="Dial 1.") == "Harbor rings. Dial 1."
    assert own.say("waiting") == text("waiting", "en").body


def test_an_unknown_language_is_english():
    assert Voice("Harbor", "tlh").say("waiting") == Voice("Harbor", "en").say("waiting")


@given(st.text(max_size=40), st.sampled_from(EDITABLE), st.sampled_from(["en", "es"]))
def test_no_name_breaks_a_text_or_is_taken_for_a_value(odd, name, language):
    spoken = Voice(odd, language)
    line = hotline(voice=odd or "1", name=odd)
    values = {"opens": odd, "hotline": odd, "to": odd, "summary": odd, **spoken.helping(line, None)}
    said = spoken.say(name, **values)
    if "organization" in text(name, language).values:
        assert odd in said
    if "help" in text(name, language).values:
        assert spoken.help(line, None) in said


def test_braces_in_names_are_only_braces():
    spoken = Voice("{help} {0} {", "en")
    said = spoken.say("call", help=spoken.help(hotline(name="{organization!r}"), None))
    assert "{organization!r}" in said
    assert "{help} {0} {: hi." in spoken.say("welcome", help="")


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_text_is_there(language):
    assert all(text(name, language).body for name in names())
    assert set(EDITABLE) <= set(names())
