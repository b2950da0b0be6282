"""Whether a webhook is genuine, against Twilio's own way of signing."""

from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.datastructures import FormData
from twilio.request_validator import RequestValidator

from textline.carrier.webhooks import genuine, webhooks_for

TOKEN = "a-token"
URL = "https://line.example.org/webhooks/twilio/sms"
# The first draw builds a table of all characters; a busy machine must not fail the tests.
patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
words = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
forms = st.lists(st.tuples(words, words), max_size=12)
queries = st.dictionaries(words, words, max_size=3).map(urlencode)


class Many:
    """Repeated keys as Twilio's validator takes them."""

    def __init__(self, pairs: list[tuple[str, str]]) -> None:
        self.pairs = pairs

    def __len__(self) -> int:
        return len(self.pairs)

    def __iter__(self):
        return iter(dict(self.pairs))

    def getall(self, name: str) -> list[str]:
        return [value for key, value in self.pairs if key == name]


def signed(url: str, pairs: list[tuple[str, str]]) -> str:
    return RequestValidator(TOKEN).compute_signature(url, Many(pairs))


@patient
@given(forms, queries)
def test_what_twilio_signed_is_genuine(pairs: list[tuple[str, str]], query: str) -> None:
    url = f"{URL}?{query}" if query else URL
    signature = signed(url, pairs)
    assert genuine(TOKEN, url, pairs, signature)
    assert genuine(TOKEN, url + "#rc=3&rp=all", pairs, signature)
    assert genuine(TOKEN, url, FormData(pairs), signature)
    assert not genuine("another", url, pairs, signature)
    assert not genuine(TOKEN, url, [*pairs, ("Added", "1")], signature)
    assert not genuine(TOKEN, url + ("&" if query else "?") + "x=1", pairs, signature)


@patient
@given(forms, st.one_of(st.none(), st.text(max_size=40)), st.text(max_size=40))
def test_nothing_else_is_and_nothing_raises(
    pairs: list[tuple[str, str]], signature: str | None, url: str
) -> None:
    assert not genuine(TOKEN, URL, pairs, signature)
    assert not genuine(TOKEN, url, pairs, signature)


@pytest.mark.parametrize(
    "pairs",
    [
        [("Body", "")],
        [("Body", "  blanks at both ends \n")],
        [("Body", "a"), ("Body", "b"), ("Body", "a")],
        [("B", "x"), ("a", "y"), ("A", "z")],
        [("Body", "🌱 naïve\u200d"), ("NewParameter", "+1 (2)")],
    ],
)
def test_awkward_forms(pairs: list[tuple[str, str]]) -> None:
    signature = signed(URL, pairs)
    assert genuine(TOKEN, URL, pairs, signature)
    changed = [(name, value.strip() + "!") for name, value in pairs]
    assert not genuine(TOKEN, URL, changed, signature)


def test_a_known_signature() -> None:
    """The worked example of twilio.com/docs/usage/security, so that this does not rest on the library alone."""
    url = "https://mycompany.com/myapp.php?foo=1&bar=2"
    form = {
        "CallSid": "CA1234567890ABCDE",
        "Caller": "+14158675309",
        "Digits": "1234",
        "From": "+14158675309",
        "To": "+18005551212",
    }
    assert genuine("12345", url, form, "RSOYDt4T1cUTdK1PDd93/VVr8B8=")


def test_what_cannot_be_signed() -> None:
    assert not genuine(TOKEN, URL, [("Body", "\ud800")], "x" * 28)
    assert not genuine(TOKEN, URL, [("Body", "a")], "é" * 28)
    assert not genuine(TOKEN, "https://host:port/", [("Body", "a")], "x" * 28)
    assert not genuine(TOKEN, URL, [("Body", "a")], "")


def test_where_webhooks_go() -> None:
    urls = webhooks_for("https://line.example.org/", "https://else.example.org/f")
    assert urls.message == "https://line.example.org/webhooks/twilio/sms#rc=3&rp=all&ct=1000&rt=2500"
    assert urls.status == "https://line.example.org/webhooks/twilio/status"
    assert urls.voice.startswith("https://line.example.org/webhooks/twilio/voice#")
    assert urls.fallback == "https://else.example.org/f"
    assert webhooks_for("https://line.example.org", "").fallback is None


def test_an_address_signed_with_its_usual_port_is_genuine() -> None:
    # Twilio has signed with and without the port of https.
    form = {"Body": "hi"}
    signature = RequestValidator("token").compute_signature("https://text.example:443/sms", form)
    assert genuine("token", "https://text.example/sms", list(form.items()), signature)
