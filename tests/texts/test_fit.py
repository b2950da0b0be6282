"""Automatic texts with the values that they are sent with: every published hotline, in every language."""

import pytest

from textline.hotlines.load import published
from textline.rules.automatic import MOST_SEGMENTS, Voice
from textline.rules.hotlines import Choice, emergency_number, for_country
from textline.rules.segments import segments
from textline.texts.load import EDITABLE, LANGUAGES, text

HOTLINES = [
    Choice(n, h["country"], h["region"], h["name"], h["voice"], h["text"], h["text_keyword"], h["serves"],
           h["emergency"], True, h["hours"] == "24/7")
    for n, h in enumerate(published(), 1)
]  # fmt: skip
COUNTRIES = sorted({hotline.country for hotline in HOTLINES})
SPEAK = {
    "en": ["US", "CA", "GB", "IE", "AU", "NZ", "IN", "ZA", "SG", "KE", "GH", "NG", "PH"],
    "es": ["US", "ES", "MX", "AR", "CO", "CL", "PE"],
}
OPENS = {"en": ", until Wednesday 09:00", "es": " hasta el miércoles a las 09:00"}
ORGANIZATIONS = ["Harbor Peer Line", "The Peer Support Line of Greater Harbor "]
assert len(ORGANIZATIONS[1]) == 40


def said(name, language, organization, hotline, country, summary="x" * 300):
    spoken = Voice(organization, language)
    if name == "handoff" and not hotline:
        return ""
    values = spoken.helping(hotline, emergency_number(HOTLINES, country))
    values |= {"opens": OPENS[language], "to": "the Harbor clinic", "summary": summary}
    return spoken.say(name, hotline=hotline.name if hotline else "", **values)


def fit_for(country):
    """Every hotline that could be chosen in a country, were it the only one reviewed; and none."""
    return [None, *[h for h in HOTLINES if h.country == country and for_country([h], country)]]


@pytest.mark.parametrize("organization", ORGANIZATIONS)
@pytest.mark.parametrize(("language", "country"), [(lang, c) for lang, cs in SPEAK.items() for c in cs])
def test_texts_fit_what_they_declare_where_their_language_is_spoken(language, country, organization):
    for name in EDITABLE:
        for hotline in fit_for(country):
            body = said(name, language, organization, hotline, country)
            assert segments(body) <= text(name, language).most, body


@pytest.mark.parametrize("country", COUNTRIES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_render_and_arrive_whole_in_every_country(language, country):
    for name in EDITABLE:
        for hotline in fit_for(country):
            body = said(name, language, ORGANIZATIONS[1], hotline, country)
            assert segments(body) <= MOST_SEGMENTS, body
            assert "{" not in body
            assert "None" not in body
            if hotline and "{help}" in text(name, language).body:
                assert hotline.name in body
                assert (hotline.text or hotline.voice) in body


@pytest.mark.parametrize("name", EDITABLE)
def test_with_988_a_text_takes_two_segments_in_either_language(name):
    lifeline = for_country(HOTLINES, "US")
    assert lifeline.voice == lifeline.text == "988"
    for language in LANGUAGES:
        assert (
            segments(said(name, language, ORGANIZATIONS[0], lifeline, "US", "18, lives alone, wants to talk"))
            <= 2
        )


@pytest.mark.parametrize("name", ["help_hotline", "help_emergency", "help_unknown", "opens"])
def test_the_parts_fit_one_segment_with_ordinary_values(name):
    lifeline = for_country(HOTLINES, "US")
    for language in LANGUAGES:
        spoken = Voice("Harbor", language)
        parts = {"help_hotline": spoken.help(lifeline, None), "help_emergency": spoken.help(None, "911")}
        body = parts.get(name) or {"help_unknown": spoken.help(None, None), "opens": OPENS[language]}[name]
        assert segments(body) <= text(name, language).most


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_spoken_renders(language):
    spoken = Voice("Harbor", language)
    greeting = spoken.say("voice_greeting", danger=spoken.help(None, "911"))
    assert "Harbor" in greeting
    assert "911" in greeting
    assert "Lifeline" in spoken.say("voice_choice", hotline="Lifeline")
    assert "Lifeline" in spoken.say("voice_connecting", hotline="Lifeline")
    assert spoken.say("voice_goodbye")
