"""Every automatic text, in each language."""

import string

import pytest

from textline.rules.segments import _BASIC, _EXTENDED
from textline.texts.load import EDITABLE, LANGUAGES, names, text

OTHERS = [language for language in LANGUAGES if language != "en"]


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("name", names())
def test_a_translation_holds_the_same_values(name, language):
    assert text(name, language).values == text(name, "en").values
    assert text(name, language).body != text(name, "en").body
    assert text(name, language).why == text(name, "en").why


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", names())
def test_values_are_written_plainly(name, language):
    body = text(name, language).body
    assert body == body.strip() or name in ("words", "opens")
    for _, value, form, conversion in string.Formatter().parse(body):
        assert value is None or value.isidentifier()
        assert not form
        assert not conversion


@pytest.mark.parametrize("language", LANGUAGES)
def test_lists_have_all_their_parts(language):
    assert len(set(text("days", language).body.split("|"))) == 7
    call, send, keyword, between = text("words", language).body.split("|")
    assert "{voice}" in call
    assert "{text}" in send
    assert {"{text}", "{keyword}"} <= {f"{{{f[1]}}}" for f in string.Formatter().parse(keyword)}
    assert between == between.strip().join("  ")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", [*EDITABLE, "help_hotline", "help_emergency", "help_unknown", "opens"])
def test_the_shipped_words_themselves_never_force_short_segments(name, language):
    dear = set(text(name, language).body) - set(_BASIC + _EXTENDED)
    assert not dear, "with these a segment holds 70 characters, not 160"


def test_an_unknown_language_is_english_and_an_unknown_name_a_mistake():
    assert text("crisis", "tlh") == text("crisis", "en")
    with pytest.raises(KeyError):
        text("crises", "en")


def test_whoever_is_greeted_learns_how_to_stop():
    for language in LANGUAGES:
        assert "STOP" in text("welcome", language).body
        assert "{help}" in text("crisis", language).body
