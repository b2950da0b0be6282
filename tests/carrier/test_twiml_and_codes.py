"""The answers in TwiML, and what error codes mean."""

import xml.etree.ElementTree as ET

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from textline.carrier import codes, twiml
from textline.carrier.codes import Kind


def test_silence() -> None:
    assert list(ET.fromstring(twiml.silence())) == []


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(st.characters(), max_size=60))
def test_any_text_is_good_xml(body: str) -> None:
    for made in (twiml.text(body), twiml.goodbye(body), twiml.bridge("988", body, "en")):
        assert ET.fromstring(made).tag == "Response"


def test_text() -> None:
    (message,) = ET.fromstring(twiml.text("<b> & 🌱"))
    assert (message.tag, message.text) == ("Message", "<b> & 🌱")


def test_greet_asks_twice_and_hangs_up() -> None:
    root = ET.fromstring(twiml.greet("This is a text line.", "es", "https://x.org/a?b=1&c=2"))
    assert [verb.tag for verb in root] == ["Gather", "Gather", "Hangup"]
    assert root[0].attrib | {"timeout": ""} == {
        "action": "https://x.org/a?b=1&c=2",
        "method": "POST",
        "numDigits": "1",
        "timeout": "",
    }
    assert root[0][0].get("language") == "es-US"


def test_bridge_and_goodbye() -> None:
    root = ET.fromstring(twiml.bridge("988", "One moment.", "en-GB"))
    assert [(verb.tag, verb.text) for verb in root] == [("Say", "One moment."), ("Dial", "988")]
    assert root[0].get("language") == "en-GB"
    assert [verb.tag for verb in ET.fromstring(twiml.goodbye("Bye."))] == ["Say", "Hangup"]


@pytest.mark.parametrize(
    ("kind", "numbers"),
    [
        (Kind.OPTED_OUT, [21610]),
        (Kind.BAD_NUMBER, [21211, 21614, 30005, 30006]),
        (Kind.TELL_SUPERVISOR, [30003, 30007, 30008]),
        (Kind.TELL_OPERATOR, [30034, 30022, 30023, 20003, 11200]),
        (Kind.TOO_LATE, [30036]),
        (Kind.RETRY, [429, 20429]),
        (Kind.PERMANENT, [21617, 21602]),
    ],
)
def test_kinds(kind: Kind, numbers: list[int]) -> None:
    assert [codes.explain(number).kind for number in numbers] == [kind] * len(numbers)


def test_every_code_says_something() -> None:
    assert all(code.meaning and code.remedy for code in codes.known())
    assert len({code.code for code in codes.known()}) == len(codes.known())


def test_an_unknown_code_is_for_a_person() -> None:
    assert codes.explain(39999).kind is Kind.TELL_SUPERVISOR
    assert "39999" in codes.explain(39999).remedy
    assert codes.explain(None).code is None
