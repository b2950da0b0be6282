"""Which hotline a texter is given."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textline.hotlines.load import published
from textline.rules.hotlines import Choice, emergency_number, for_country, to_dial, why_not

GOOD = Choice(5, "US", None, "Lifeline", "988", "988", None, "everyone", False, True, True)
choices = st.builds(
    Choice,
    id=st.integers(1, 99),
    country=st.sampled_from(["US", "GB"]),
    region=st.sampled_from([None, "", "Bogotá"]),
    name=st.just("x"),
    voice=st.sampled_from([None, "", "988", "988, then press 1", "+44 116 123", "1 / 2", "*4141", "(55) 5"]),
    text=st.sampled_from([None, "", "741741"]),
    text_keyword=st.sampled_from([None, "HOME"]),
    serves=st.sampled_from(["everyone", "veterans", "youth"]),
    emergency=st.booleans(),
    reviewed=st.booleans(),
    around_the_clock=st.booleans(),
)
of_facts = [
    Choice(n, h["country"], h["region"], h["name"], h["voice"], h["text"], h["text_keyword"], h["serves"],
           h["emergency"], True, h["hours"] == "24/7")
    for n, h in enumerate(published(), 1)
]  # fmt: skip
countries = sorted({choice.country for choice in of_facts})


@given(st.lists(choices), st.sampled_from(["US", "GB", "FR", None]))
def test_never_an_unfit_one(offered, country):
    chosen = for_country(offered, country)
    if chosen:
        assert chosen.reviewed
        assert not chosen.emergency
        assert not chosen.region
        assert (chosen.country, chosen.serves) == (country, "everyone")
        assert chosen.voice or chosen.text


@given(st.lists(choices), st.sampled_from(["US", "GB"]))
def test_one_where_there_is_a_fit_one(offered, country):
    fit = replace(GOOD, country=country, voice=None)
    assert for_country([*offered, fit], country)


@pytest.mark.parametrize(
    "flaw",
    [{"reviewed": False}, {"emergency": True}, {"region": "Texas"}, {"serves": "veterans"},
     {"country": "CA"}, {"voice": None, "text": None}, {"voice": "", "text": ""}],
)  # fmt: skip
def test_each_flaw_alone_rules_one_out(flaw):
    assert for_country([GOOD], "US") == GOOD
    assert for_country([replace(GOOD, **flaw)], "US") is None


@given(
    st.lists(choices, unique_by=lambda c: c.id).flatmap(lambda c: st.tuples(st.just(c), st.permutations(c)))
)
def test_the_order_in_which_they_come_decides_nothing(two):
    assert for_country(two[0], "US") == for_country(two[1], "US")


def test_open_around_the_clock_then_texted_and_called_then_texted_then_the_oldest():
    always = replace(GOOD, id=7, text=None)
    both = replace(GOOD, id=9, around_the_clock=False)
    texted = replace(GOOD, id=8, voice=None, around_the_clock=False)
    sometimes = replace(GOOD, id=2, text=None, around_the_clock=False)
    later = replace(sometimes, id=3)
    ranked = [always, both, texted, sometimes, later]
    for n, best in enumerate(ranked):
        assert for_country(reversed(ranked[n:]), "US") == best


@given(st.lists(choices), st.sampled_from(["US", "GB"]))
def test_what_is_dialled_is_the_whole_number_and_nothing_else(offered, country):
    for chosen, digits in to_dial(offered, country, country):
        assert for_country([chosen], country) == chosen
        assert re.fullmatch(r"\+?[0-9]+", digits, re.ASCII)
        assert chosen.voice in ("988", "+44 116 123")


@pytest.mark.parametrize(
    "voice",
    ["988, then press 1", "113, option 5", "988 press 1", "988 ext. 2", "988#1", "988*1", "988w1", "*4141",
     "116 123 / 112", "٩٨٨", "988\n", "", None, "1-800-LIFE"],
)  # fmt: skip
def test_a_number_with_a_menu_step_is_not_dialled(voice):
    assert to_dial([replace(GOOD, voice=voice)], "US", "US") == []


def test_the_next_one_is_dialled_when_the_best_has_a_menu():
    menu, plain = replace(GOOD, voice="988, then press 1"), replace(GOOD, id=9, voice="1-800-273-8255")
    assert to_dial([menu, plain], "US", "US") == [(plain, "+18002738255")]
    assert to_dial([replace(plain, voice="+44 (20) 7.1")], "US", "US")[0][1] == "+442071"


@pytest.mark.parametrize("country", countries)
def test_published_ones_are_chosen_and_dialled_soundly(country):
    assert re.fullmatch("[0-9]+", emergency_number(of_facts, country))
    found = to_dial(of_facts, country, country)
    assert [choice for choice, _ in found][:1] == [
        choice for choice in [for_country([one for one, _ in found], country)] if choice
    ]
    assert all(re.fullmatch(r"[0-9]{3,6}|\+[0-9]{8,}", number) for _, number in found)


def test_after_those_who_know_the_danger_come_those_who_serve_everyone_and_nobody_twice():
    knows = replace(GOOD, id=7, serves="domestic_violence", voice="1-800-799-7233")
    spanish = replace(GOOD, id=8, languages=("es",))
    english = replace(GOOD, id=9, languages=("en",))
    found = [choice.id for choice, _ in to_dial([spanish, english, knows], "US", "US", "abuse", "en")]
    assert found == [7, 9, 8]


def test_the_emergency_number_is_the_countrys_own():
    police = replace(GOOD, emergency=True, voice="911", reviewed=False)
    assert emergency_number([GOOD, police, replace(police, country="GB", voice="999")], "US") == "911"
    assert emergency_number([GOOD], "US") is None
    assert emergency_number([replace(police, voice=None)], "US") is None
    assert emergency_number([police], None) is None


def test_a_short_number_is_dialled_in_its_own_country_only():
    short, long = GOOD, replace(GOOD, id=9, voice="1-800-273-8255")
    assert [one.id for one, _ in to_dial([short, long], "US", "US")] == [5, 9]
    assert to_dial([short, long], "US", "GB") == [(long, "+18002738255")]


@pytest.mark.parametrize(
    ("flaw", "says"),
    [({"country": "GB"}, "another country"), ({"emergency": True}, "emergency"), ({"reviewed": False}, "reviewed"),
     ({"voice": None, "text": None}, "no number")],
)  # fmt: skip
def test_why_a_number_is_not_given(flaw, says):
    assert why_not(GOOD, "US") is None
    assert says in why_not(replace(GOOD, **flaw), "US")
    assert why_not(replace(GOOD, reviewed=False), "US", drill=True) is None
