"""The lexicon as data: what a clinician may get wrong when changing it, and that every line of it is alive."""

import random
from pathlib import Path

import pytest

from tests.lexicon.sample import sample
from textline.flow.lanes import screen
from textline.lexicon.load import (
    LANGUAGES,
    LEVELS,
    ROUTES,
    Figure,
    Lexicon,
    LexiconError,
    Rule,
    lexicon,
    read,
)
from textline.rules import patterns
from textline.rules.disguise import Keys
from textline.rules.levels import Level
from textline.rules.screen import Screen

BY_LANGUAGE = {language: lexicon(language) for language in LANGUAGES}
SHIPPED = list(BY_LANGUAGE.values())
RULES = [(one, rule, says) for one in SHIPPED for rule in one.rule for says in rule.says]
FIGURES = [
    (language, one, rule, says)
    for language, one in BY_LANGUAGE.items()
    for rule in one.figure
    for says in rule.says
]
PLAIN = {
    "en": ("i want to kill myself", "i want to die", "im going to kill myself", "i really wanna die"),
    "es": ("quiero suicidarme", "me quiero matar hoy", "voy a matarme", "quiero quitarme la vida"),
}


def test_both_languages_all_levels_and_all_routes_are_there() -> None:
    for one in SHIPPED:
        assert {rule.level for rule in one.rule} == set(LEVELS)
        assert {rule.route for rule in one.rule} == set(ROUTES)
    assert LANGUAGES == ("en", "es")


def test_names_of_rules_are_told_apart() -> None:
    for one in SHIPPED:
        names = [entry.name for entry in (*one.rule, *one.figure)]
        assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    ("of", "rule", "says"), RULES, ids=[f"{r.name}-{n}" for n, (_, r, _) in enumerate(RULES)]
)
def test_what_a_rule_says_is_found(of: Lexicon, rule: Rule, says: str) -> None:
    """By the rule alone: figures, negations and graver rules of the whole lexicon may make something else of it."""
    alone = Screen([Lexicon(words=of.words, rule=(Rule(rule.name, rule.level, (says,), rule.route, True),))])
    dice = random.Random(says)
    for _ in range(3):
        text = sample(patterns.expression(says, of.words), dice).strip(" .")
        seen = alone.look(text)
        assert seen.level >= Level[rule.level.upper()], text
        assert seen.route == rule.route


@pytest.mark.parametrize(
    ("language", "of", "rule", "says"),
    FIGURES,
    ids=[f"{r.name}-{n}" for n, (_, _, r, _) in enumerate(FIGURES)],
)
def test_plain_words_beside_a_figure_of_speech_are_never_silenced(
    language: str, of: Lexicon, rule: Figure, says: str
) -> None:
    dice = random.Random(says)
    text = sample(patterns.expression(says, of.words), dice).strip(" .")
    plain = PLAIN[language]
    for joint in (". ", ", ", " ", "\n", " and " if language == "en" else " y "):
        together = f"{text}{joint}{dice.choice(plain)}"
        assert screen().look(together).level >= Level.CRISIS, together
        together = f"{dice.choice(plain)}{joint}{text}"
        assert screen().look(together).level >= Level.CRISIS, together


@pytest.mark.parametrize("one", SHIPPED, ids=LANGUAGES)
def test_no_word_that_people_disguise_looks_like_an_everyday_one(one: Lexicon) -> None:
    keys = Keys(one.disguised.words, one.disguised.everyday)
    for word in one.disguised.everyday:
        assert keys.get(word) in (None, word)


def wrong(tmp_path: Path, words: str) -> str:
    (tmp_path / "rules.toml").write_text("# a comment\n" + words)
    with pytest.raises(LexiconError) as error:
        Screen([read([tmp_path / "rules.toml"])])
    return str(error.value)


GOOD = '[[rule]]\nname = "n"\nlevel = "crisis"\nsays = ["want to die"]\n'


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (GOOD + "level = ,\n", "rules.toml: Invalid value (at line 6"),
        (GOOD.replace('"crisis"', '"bad"'), "rules.toml, line 3: 'n', level: Input should be 'concern', 'crisis' or"),
        (GOOD.replace("level", "lvl"), "rules.toml, line 3: 'n', level: Field required"),
        (GOOD + 'rute = "self"\n', "rules.toml, line 3: 'n', rute: Unexpected keyword argument"),
        (GOOD + 'route = "other"\n', "rules.toml, line 3: 'n', route: Input should be 'medical', 'self', 'violence'"),
        (GOOD.replace('["want to die"]', '"want to die"'), "line 3: 'n', says: Input should be a valid tuple"),
        (GOOD.replace('name = "n"\n', ""), "rules.toml: 'a rule without a name', name: Field required"),
        (GOOD.replace("[[rule]]", "[[rul]]"), "rules.toml: 'rul': Unexpected keyword argument"),
        ('[raises]\nsay = ["tonight"]\n', "rules.toml: 'raises', says: Field required"),
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
    assert Screen([read([tmp_path / "rules.toml"])]).look("I WANT to die!").level == Level.CRISIS
