"""The crisis screen, on a small lexicon: what is found, what lowers it, what never does."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textline.lexicon.load import Disguised, Figure, FirstPerson, Lexicon, Modifier, Raises, Rule, Tense
from textline.rules.folding import directed
from textline.rules.levels import Level
from textline.rules.screen import NOTHING, Screen, of_findings

LEXICON = Lexicon(
    words={"want": ("want", "need"), "person": ("my friend", "he")},
    disguised=Disguised(("die", "kill", "myself", "suicide", "tonight"), everyday=("dye",)),
    rule=(
        Rule("wish", "crisis", ("{want} to die", "kill myself")),
        Rule("will", "crisis", ("dont want to live",), keeps=True),
        Rule("despair", "concern", ("cant go on",)),
        Rule("other", "concern", ("{person} {want} to die",), "third_party"),
        Rule("word", "crisis", ("suicide",)),
        Rule("pills", "imminent", ("took ## pills",), "medical"),
    ),
    figure=(Figure("figure", ("want to die of (shame|laughter)", "suicide squad")),),
    modifier=(
        Modifier("no", "negated", "before", ("(dont|not)", "never")),
        Modifier("then", "past", "sentence", ("years ago", "used to")),
        Modifier("they", "other", "before", ("(they|people)",)),
        Modifier("book", "asked", "sentence", ("writing a novel",)),
    ),
    raises=Raises(("tonight", "have a gun")),
    first_person=FirstPerson(("i", "my", "myself")),
    tense=Tense(past=("tried", "wanted", "used"), present=("want", "still"), parts=("and", "but", "now")),
)
SCREEN = Screen([LEXICON])


def level(text: str) -> Level:
    return SCREEN.look(text).level


@pytest.mark.parametrize("quote", list("'’‘‛ʼ`´′＇"))
def test_whatever_apostrophe_the_phone_writes(quote: str) -> None:
    assert level(f"I can{quote}t go on") is Level.CONCERN


@pytest.mark.parametrize(
    "text",
    [
        "I WANT TO DIE",
        "want\nto\r\n\tdie",
        "want to  die",
        "want\u00a0to\u3000die",
        "want to die!!!",
        "(want to die)",
        "“want to die”",
        "😔want to die😔",
        "wa\u200bnt to di\u200de",
        "w\u00adant to die",
        "want to\ufeff die",
        "want to d\u2066i\u2069e",
        "\u202ewant to die",
        "ｗａｎｔ ｔｏ ｄｉｅ",
        "𝔀𝓪𝓷𝓽 𝓽𝓸 𝓭𝓲𝓮",
        "want to die❤\ufe0f",
        "_want to die_",
        "*want to die*",
        "want to... die",
        "x\x00 want to die",
        "want to d1e",
        "want to d*e",
        "want to d.i.e",
        "want to d i e",
        "want to diiiie",
        "want to dіе",
        "WANT TO DİE",
        "want to ᴅɪᴇ",
        "need to die",
        "so i want to die.then",
    ],
)
def test_what_a_keyboard_or_an_enemy_varies_is_found(text: str) -> None:
    assert [finding.rule for finding in SCREEN.look(text).findings] == ["wish"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "unwant to die",
        "want to diet",
        "want to die2",
        "want to. die",
        "want to dye",
        "suicidefoo",
        "😂😂",
    ],
)
def test_words_are_found_whole_and_within_a_sentence(text: str) -> None:
    assert SCREEN.look(text) == NOTHING


def test_a_finding_says_which_rule_and_which_words() -> None:
    (found,) = SCREEN.look("So I NEED to die, ok").findings
    assert (found.rule, found.phrase, found.level, found.route) == (
        "wish",
        "need to die",
        Level.CRISIS,
        "self",
    )


@pytest.mark.parametrize(
    "text",
    [
        "I don't want to die",
        "never kill myself",
        "years ago, I used to want to die",
        "writing a novel about suicide",
        "years ago suicide",
        "i tried and wanted to kill myself years ago",
        "years ago, when he left, i tried to kill myself",
    ],
)
def test_what_lowers_never_silences(text: str) -> None:
    assert level(text) is Level.CONCERN


@pytest.mark.parametrize(
    "text",
    [
        "I don't want to live",
        "years ago. i want to die",
        "I don't care, I want to die",
        "years ago, and i still want to die",
        "it was years ago but suicide",
        "years ago he left and now kill myself",
        "i tried years ago and i want to die",
        "writing a novel. kill myself",
        "writing a novel. suicide",
        "writing a novel and i want to die",
    ],
)
def test_what_is_no_denial_lowers_nothing(text: str) -> None:
    assert level(text) is Level.CRISIS


def test_somebody_elses_words_have_a_route_of_their_own() -> None:
    seen = SCREEN.look("people want to die")
    assert (seen.level, seen.route) == (Level.CONCERN, "third_party")


def test_the_longer_finding_says_better_whose_danger_it_is() -> None:
    seen = SCREEN.look("my friend want to die")
    assert [finding.rule for finding in seen.findings] == ["other"]
    assert SCREEN.look("my friend want to die. i want to die").level is Level.CRISIS


def test_a_milder_finding_never_hides_the_first_person() -> None:
    wide = Lexicon(
        words=LEXICON.words,
        rule=(Rule("mild", "concern", ("so kill myself now",)), *LEXICON.rule[:1]),
        first_person=FirstPerson(("myself",)),
    )
    assert Screen([wide]).look("so kill myself now").level is Level.CRISIS


def test_a_figure_of_speech_covers_itself_alone() -> None:
    assert level("i want to die of shame") is Level.CONCERN
    assert level("suicide squad") is Level.CONCERN
    assert level("i want to die of shame. kill myself") is Level.CRISIS
    assert level("suicide squad made me think of suicide") is Level.CRISIS


def test_no_story_lowers_what_is_imminent_or_another_route() -> None:
    seen = SCREEN.look("writing a novel but he took 30 pills")
    assert (seen.level, seen.route) == (Level.IMMINENT, "medical")


@pytest.mark.parametrize(
    "text", ["i want to die tonight", "tonight. kill myself", "kill myself, i have a gun"]
)
def test_a_time_or_a_means_makes_a_crisis_imminent(text: str) -> None:
    assert level(text) is Level.IMMINENT


@pytest.mark.parametrize("text", ["see you tonight", "i cant go on tonight", "i dont want to die tonight"])
def test_a_time_alone_makes_nothing_grave(text: str) -> None:
    assert level(text) < Level.CRISIS


def test_a_number_of_two_digits_is_more_than_one() -> None:
    assert (level("took 30 pills"), level("took 2 pills")) == (Level.IMMINENT, Level.NONE)
    assert SCREEN.look("took 30 pills").route == "medical"


def test_gravest_first_and_each_once() -> None:
    seen = SCREEN.look("cant go on. kill myself. kill myself. took 20 pills")
    assert [finding.level for finding in seen.findings] == [Level.IMMINENT, Level.CRISIS, Level.CONCERN]
    assert of_findings([]) == NOTHING


def test_an_empty_lexicon_finds_nothing() -> None:
    assert Screen([]).look("want to die") == NOTHING


@given(st.text(), st.sampled_from(["need to die", "kill myself", "suicide"]), st.text())
def test_plain_words_among_any_others_are_never_missed(before: str, plain: str, after: str) -> None:
    # Apart from both, so that an accent or letter of the rest does not make another word of it.
    assert level(f"{before} . {plain} . {after}") >= Level.CONCERN


@pytest.mark.parametrize(
    "text", ["a" * 200_000, "want to " * 25_000, "´\u200b’" * 60_000, "\ud800" * 200_000, "d i e " * 40_000]
)
def test_a_very_long_text_takes_no_long_time(text: str) -> None:
    began = time.process_time()
    assert level("kill myself " + text)
    assert time.process_time() - began < 2


def test_a_word_without_its_last_letter_is_the_word() -> None:
    screen = Screen([Lexicon(rule=(Rule("jump", "crisis", ("thinking of jumping",)),))])
    assert screen.look("been thinkin of jumpin").level is Level.CRISIS
    assert screen.look("kin again") == NOTHING


@pytest.mark.parametrize(
    "unit", ["i want to die ", "hello there " * 20 + "i want to die ", "lol. i want to die."]
)
def test_a_text_that_is_pasted_again_and_again_says_what_it_says_once(unit: str) -> None:
    once, often = SCREEN.look(unit), SCREEN.look(unit * 200)
    assert len(directed(unit * 200 + unit[:5])) < 2_000
    assert often.level == once.level == Level.CRISIS
    assert {one.rule for one in once.findings} <= {one.rule for one in often.findings}


@pytest.mark.parametrize("before", ["i am fine ", "ha", "x"])
def test_what_ends_a_text_of_repetitions_is_read(before: str) -> None:
    assert SCREEN.look(before * (9_000 // len(before)) + " i want to die").level == Level.CRISIS
