"""The lexicon as data: what a clinician may get wrong when changing it, and that every line of it is alive."""

import random
from pathlib import Path

import pytest

from tests.lexicon.sample import sample
from textline.flow.lanes import screen
from textline.lexicon.load import LANGUAGES, LEVELS, ROUTES, LexiconError, Rule, lexicon, read
from textline.rules import patterns
from textline.rules.disguise import Keys
from textline.rules.levels import Level
from textline.rules.screen import Screen

SHIPPED = [lexicon(language) for language in LANGUAGES]
RULES = [(one, rule, says) for one in SHIPPED for rule in one.rules for says in rule.says]
FIGURES = [(one, rule, says) for one in SHIPPED for rule in one.figures for says in rule.says]
PLAIN = {
    "en": ("i want to kill myself", "i want to die", "im going to kill myself", "i really wanna die"),
    "es": ("quiero suicidarme", "me quiero matar hoy", "voy a matarme", "quiero quitarme la vida"),
}


def test_both_languages_all_levels_and_all_routes_are_there() -> None:
    for one in SHIPPED:
        assert {rule.level for rule in one.rules} == set(LEVELS)
        assert {rule.route for rule in one.rules} == set(ROUTES)
    assert LANGUAGES == ("en", "es")


def test_names_of_rules_are_told_apart() -> None:
    names = [(one.language, rule.name) for one in SHIPPED for rule in (*one.rules, *one.figures)]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    ("of", "rule", "says"), RULES, ids=[f"{r.name}-{n}" for n, (_, r, _) in enumerate(RULES)]
)
def test_what_a_rule_says_is_found(of, rule: Rule, says: str) -> None:
    """By the rule alone: figures, negations and graver rules of the whole lexicon may make something else of it."""
    alone = Screen(
        [of.__class__(of.language, of.words, (), (Rule(rule.name, rule.level, rule.route, (says,), True),))]
    )
    dice = random.Random(says)
    for _ in range(3):
        text = sample(patterns.expression(says, of.words), dice).strip(" .")
        seen = alone.look(text)
        assert seen.level >= Level[rule.level.upper()], text
        assert seen.route == rule.route


@pytest.mark.parametrize(
    ("of", "rule", "says"), FIGURES, ids=[f"{r.name}-{n}" for n, (_, r, _) in enumerate(FIGURES)]
)
def test_plain_words_beside_a_figure_of_speech_are_never_silenced(of, rule: Rule, says: str) -> None:
    dice = random.Random(says)
    text = sample(patterns.expression(says, of.words), dice).strip(" .")
    plain = PLAIN[of.language]
    for joint in (". ", ", ", " ", "\n", " and " if of.language == "en" else " y "):
        together = f"{text}{joint}{dice.choice(plain)}"
        assert screen().look(together).level >= Level.CRISIS, together
        together = f"{dice.choice(plain)}{joint}{text}"
        assert screen().look(together).level >= Level.CRISIS, together


@pytest.mark.parametrize("one", SHIPPED, ids=LANGUAGES)
def test_no_word_that_people_disguise_looks_like_an_everyday_one(one) -> None:
    keys = Keys(one.disguised, one.everyday)
    for word in one.everyday:
        assert keys.get(word) in (None, word)


def wrong(tmp_path: Path, words: str) -> str:
    (tmp_path / "rules.toml").write_text("# a comment\n" + words)
    with pytest.raises(LexiconError) as error:
        Screen([read("en", [tmp_path / "rules.toml"])])
    return str(error.value)


GOOD = '[[rule]]\nname = "n"\nlevel = "crisis"\nsays = ["want to die"]\n'


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (GOOD + "level = ,\n", "line 6"),
        (GOOD.replace('"crisis"', '"bad"'), "rules.toml, line 3: level of 'n' is one of concern, crisis, imminent"),
        (GOOD.replace("level", "lvl"), "rules.toml, line 3: 'n' lacks level"),
        (GOOD + 'rute = "self"\n', "'n' has rute, which means nothing here"),
        (GOOD + 'route = "other"\n', "route of 'n' is one of medical, self, violence, abuse, third_party"),
        (GOOD.replace('["want to die"]', '"want to die"'), "says of 'n' is a list of texts"),
        (GOOD.replace("want to die", "{wnat} to die"), "line 5: there are no words of the name {wnat}"),
        (GOOD.replace("want to die", "(want to die"), "line 5: a bracket is not closed"),
        (GOOD.replace("want to die", "want) to die"), "line 5: a bracket is closed that was not opened"),
        (GOOD.replace("want to die", "want? to?"), "line 5: nothing in 'want? to?' has to be there"),
        (GOOD.replace("want to die", "want (|to) die"), "line 5: there is nothing between two signs"),
        (GOOD.replace("want to die", "!!!"), "line 5: '!!!' holds no word"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_line(tmp_path: Path, words: str, says: str) -> None:
    assert says in wrong(tmp_path, words)


def test_a_good_one_is_read(tmp_path: Path) -> None:
    (tmp_path / "rules.toml").write_text(GOOD)
    assert Screen([read("en", [tmp_path / "rules.toml"])]).look("I WANT to die!").level == Level.CRISIS
