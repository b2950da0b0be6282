"""Whether an organization's own wording of an automatic text is sound."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textline.errors import Invalid
from textline.rules.automatic import MOST_SEGMENTS, Voice, check_wording
from textline.rules.segments import MOST_CHARACTERS, segments
from textline.texts.load import EDITABLE, LANGUAGES, text

VALUES = {"help": "h" * 100, "opens": "o" * 30, "hotline": "n" * 45, "reach": "r" * 50, "emergency": "e" * 27}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", EDITABLE)
def test_what_ships_is_sound(name, language):
    body = text(name, language).body
    assert check_wording(name, language, f"  {body}\n") == body


@pytest.mark.parametrize(
    "body",
    ["{help} {x}", "{help} {0}", "{help} {}", "{help} { help }", "{help} {Help}", "{help} {help.__class__}",
     "{help.__init__.__globals__}", "{help[0]}", "{help!r}", "{help!s}", "{help:>999999}", "{help:{help}}",
     "{help!r:x}", "{help:d}", "{help} {emergency}", "{help} {reach}", "{help} {organization.x}"],
)  # fmt: skip
def test_fields_formats_conversions_and_attributes_are_refused(body):
    with pytest.raises(Invalid):
        check_wording("crisis", "en", body)


@pytest.mark.parametrize(
    "body", ["{help", "help}", "{help} {", "{help} }", "{help!}", "{help!rr}", "{help} {{}"]
)
def test_an_open_brace_is_refused_with_a_remedy(body):
    with pytest.raises(Invalid, match=r"\{help\}"):
        check_wording("crisis", "en", body)


@pytest.mark.parametrize(
    ("name", "body", "missing"),
    [("crisis", "We are coming.", "{help}"), ("crisis", "{{help}}", "{help}"), ("welcome", "", "{help}"),
     ("handoff", "Call {reach}", "{hotline}"), ("handoff", "Hi", "{hotline} and {reach}")],
)  # fmt: skip
def test_the_hotline_cannot_be_left_out(name, body, missing):
    with pytest.raises(Invalid) as refused:
        check_wording(name, "en", body)
    assert missing in str(refused.value)


def test_a_name_may_be_left_out_or_brought_in_and_braces_doubled():
    assert check_wording("off_hours", "en", "Closed. {help}") == "Closed. {help}"
    assert check_wording("waiting", "en", "{organization}: wait") == "{organization}: wait"
    assert (
        Voice("H", "en", {"call": check_wording("call", "en", "{{ {help} }}")}).say("call", help="1")
        == "{ 1 }"
    )


@pytest.mark.parametrize(
    ("name", "language"), [("words", "en"), ("help_hotline", "en"), ("x", "en"), ("crisis", "de")]
)
def test_only_what_may_be_worded_anew(name, language):
    with pytest.raises(Invalid, match="no automatic text"):
        check_wording(name, language, "{help}")


@pytest.mark.parametrize(
    "body",
    [
        "{help}" + "x" * 513,
        "{help}" * 7,
        "{help}{organization}" * 5,
        "{help}" + "😔" * 84,
        "{help}" + "€" * 260,
    ],
)
def test_too_long_with_its_values_is_refused(body):
    with pytest.raises(Invalid, match=f"at most {MOST_SEGMENTS}"):
        check_wording("crisis", "en", body)


@pytest.mark.parametrize("body", ["{help}" + "x" * 512, "{help}" + "😔" * 83])
def test_as_long_as_can_be_is_taken(body):
    assert check_wording("crisis", "en", body) == body


PIECES = st.sampled_from(["{help}", "{organization}", "{opens}", "{reach}", "{", "}", "{{", "}}", "{x}", "!r", ":9",
                          "words ", "’", "😔", "é", "[0]", ".a", "{help:>9}", "\x00"])  # fmt: skip


@given(st.sampled_from(EDITABLE), st.sampled_from(["en", "es"]), st.lists(PIECES, max_size=20).map("".join))
def test_whatever_is_taken_can_be_said_and_sent(name, language, body):
    try:
        own = check_wording(name, language, body)
    except Invalid:
        return
    said = Voice("o" * 40, language, {name: own}).say(name, **VALUES)
    assert segments(said) <= MOST_SEGMENTS
    assert len(said) <= MOST_CHARACTERS
    for value in text(name, language).values - {"organization", "opens"}:
        assert VALUES[value] in said
