"""An organization's own words: what they add, what they lower, and what they cannot be."""

from functools import partial

import pytest

from textline.flow.lanes import screen
from textline.rules.levels import Level
from textline.rules.own_words import Effect, OwnWords, fault, with_own_words
from textline.rules.preview import Case, Kind, preview, reaches
from textline.rules.screening import look

BRIDGE = OwnWords("(jump|go) off the old mill", "en", Effect.CRISIS, number=7)
BUNGEE = OwnWords("bungee jumped off a bridge", "en", Effect.FIGURE)


def level(text: str, *words: OwnWords) -> Level:
    return look(with_own_words(screen(), words), [text]).level


def test_own_words_alarm_and_are_named_in_the_finding() -> None:
    text = "thinking I'll gо оff the old mill"  # two Cyrillic letters
    assert level(text) == Level.NONE
    found = look(with_own_words(screen(), [BRIDGE]), [text])
    assert found.level == Level.CRISIS
    assert found.findings[0].rule == "own words 7"


@pytest.mark.parametrize(
    ("effect", "expected"),
    [(Effect.CONCERN, Level.CONCERN), (Effect.CRISIS, Level.CRISIS), (Effect.IMMINENT, Level.IMMINENT)],
)
def test_each_effect(effect: Effect, expected: Level) -> None:
    assert level("me and the old mill", OwnWords("the old mill", "en", effect)) == expected


def test_own_words_have_slots_routes_and_their_language() -> None:
    words = OwnWords("{persona} va a volar del puente", "es", Effect.CRISIS, "third_party")
    assert fault(words) is None
    found = look(with_own_words(screen(), [words]), ["mi hermana va a volar del puente"])
    assert (found.level, found.route) == (Level.CRISIS, "third_party")


def test_a_figure_lowers_what_it_covers_and_nothing_beside_it() -> None:
    assert level("bungee jumped off a bridge") >= Level.CRISIS
    assert level("bungee jumped off a bridge", BUNGEE) == Level.CONCERN
    assert level("bungee jumped off a bridge and want to kill myself", BUNGEE) >= Level.CRISIS


@pytest.mark.parametrize("text", ["i want to die", "kms", "i am going to kill myself tonight"])
@pytest.mark.parametrize("effect", [Effect.CONCERN, Effect.CRISIS])
@pytest.mark.parametrize("route", ["third_party", "violence", "self"])
def test_own_words_never_lower_what_the_lexicon_finds(text: str, effect: Effect, route: str) -> None:
    whole = OwnWords(f"so? {text}", "en", effect, route)
    assert level(f"so {text}", whole) >= level(f"so {text}") >= Level.CRISIS


def test_a_denial_does_not_lower_own_words() -> None:
    assert level("i will never go off the old mill", BRIDGE) == Level.CRISIS


def test_the_shipped_screen_stays_as_it_was() -> None:
    before = screen()
    with_own_words(before, [BRIDGE, BUNGEE])
    assert look(before, ["i will go off the old mill"]).level == Level.NONE
    assert look(before, ["bungee jumped off a bridge"]).level >= Level.CRISIS


def test_many_own_words_keep_their_own_names() -> None:
    many = [OwnWords(f"word{n} here", "en", Effect.CRISIS, number=n + 1) for n in range(900)]
    mine = with_own_words(screen(), many)
    for n in (0, 1, 799, 800, 899):
        assert [one.rule for one in mine.look(f"word{n} here").findings] == [f"own words {n + 1}"]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (OwnWords("", "en", Effect.CRISIS), "Write the words"),
        (OwnWords("x" * 201, "en", Effect.CRISIS), "at most 200"),
        (OwnWords("the (bridge", "en", Effect.CRISIS), "a bracket is not closed"),
        (OwnWords("{nothing} of the name", "en", Effect.CRISIS), "there are no words of the name {nothing}"),
        (OwnWords("maybe?", "en", Effect.CRISIS), "would match every text"),
        (OwnWords("..9 karaoke", "en", Effect.FIGURE), "without gaps"),
        (OwnWords("a bridge", "fr", Effect.CRISIS), "Choose a language"),
        (OwnWords("a bridge", "en", Effect.CRISIS, "weather"), "Choose a language and a danger"),
        (OwnWords("a ... b ... c ... d ..9 e ... f", "en", Effect.CRISIS), "at most 4 gaps"),
    ],
)
def test_what_cannot_be_used_says_why_and_is_left_out(words: OwnWords, says: str) -> None:
    assert says in (fault(words) or "")
    assert level("i will go off the old mill", words, BRIDGE) == Level.CRISIS


def test_a_preview_counts_what_would_change_by_what_the_texts_were() -> None:
    cases = [
        Case(Kind.GRAVE, ("i want to kill myself",)),
        Case(Kind.REAL, ("hello", "i will go off", "the old mill"), 7),
        Case(Kind.QUIET, ("we go off the old mill road",), 8),
        Case(Kind.FALSE_ALARM, ("bungee jumped off a bridge",), 9),
    ]
    now, then = (
        partial(reaches, made, Level.CRISIS)
        for made in (screen(), with_own_words(screen(), [BRIDGE, BUNGEE]))
    )
    by = {change.kind: change for change in preview(now, then, cases)}
    assert (by[Kind.GRAVE].of, by[Kind.GRAVE].now, by[Kind.GRAVE].then) == (1, 1, 1)
    assert by[Kind.REAL].more == (cases[1],)  # said in two texts
    assert by[Kind.QUIET].more == (cases[2],)
    assert by[Kind.FALSE_ALARM].fewer == (cases[3],)
    assert (by[Kind.FALSE_ALARM].now, by[Kind.FALSE_ALARM].then) == (1, 0)
    assert by[Kind.HARMLESS].of == 0
