"""What is news in a crisis, and which words are due."""

import pytest

from textline.lexicon.load import ROUTES
from textline.rules import crisis
from textline.rules.levels import Level
from textline.texts.load import EDITABLE


@pytest.mark.parametrize(
    ("known", "route", "rose", "feared", "what"),
    [
        (["self"], "self", False, False, None),
        (["self"], "self", True, False, "graver"),
        (["self"], "medical", False, False, "also_medical"),
        (["medical"], "self", False, False, None),
        (["medical"], "self", True, False, "graver"),
        (["third_party"], "self", False, False, "also_self"),
        (["self"], "third_party", False, False, None),
        (["self"], "violence", False, False, "also_violence"),
        (["self"], "abuse", False, True, "feared"),
        (["self"], "abuse", False, False, None),
        ([], "self", False, False, "also_self"),
        ([], None, False, False, None),
        (["self"], "medical", True, True, "also_medical"),
    ],
)
def test_what_is_news(known, route, rose, feared, what):
    found = [route] if route else []
    assert crisis.news(known, found, rose=rose, newly_feared=feared) == what
    assert what is None or what in crisis.NEWS


def test_the_gravest_danger_comes_first_whatever_came_first():
    for route in ROUTES:
        assert crisis.together(["third_party"], [route])[0] == route
        assert crisis.together(["medical"], [route])[0] == "medical"
        assert crisis.together([route], [route]) == [route]


@pytest.mark.parametrize("discreet", [True, False])
@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("level", [Level.CRISIS, Level.IMMINENT])
def test_each_danger_has_words_that_are_due_once(level, route, discreet):
    words = crisis.due([], level, route, discreet=discreet)
    assert words in EDITABLE
    assert words.startswith("discreet") == discreet
    assert crisis.due(crisis.covers(level, words), level, route, discreet=discreet) is None


def test_the_words_of_a_graver_danger_or_a_higher_level_are_due():
    said = crisis.covers(Level.CRISIS, "crisis_third_party")
    assert crisis.due(said, Level.CRISIS, "self", discreet=False) == "crisis"
    assert crisis.due(said, Level.IMMINENT, "third_party", discreet=False) == "crisis_third_party"
    said = crisis.covers(Level.IMMINENT, "crisis")
    assert crisis.due(said, Level.CRISIS, "self", discreet=False) is None
    assert crisis.due(said, Level.CRISIS, "medical", discreet=False) == "crisis_medical"
    assert crisis.due(said, Level.CRISIS, "medical", discreet=True) == "discreet_medical"


def test_what_was_answered_alone_counts_as_the_hotline():
    said = [f"crisis:{level.label}" for level in Level]
    assert crisis.due(said, Level.IMMINENT, "self", discreet=False) is None
    assert crisis.due(said, Level.IMMINENT, "medical", discreet=False) == "crisis_medical"
