"""The simulated carrier's phones: texts, opting out, webhooks and calls."""

import httpx
import pytest

from tests.carrier.conftest import EMPTY, LINE, TEXTER, Got, Receiver, Reply
from tests.conftest import eventually
from textline.carrier import twiml
from textline.carrier.client import Carrier, Outgoing, Refused
from textline.carrier.incoming import Incoming, parse
from textline.carrier.phone import Phone
from textline.carrier.simulated.hooks import Overrides
from textline.carrier.simulated.shapes import segments
from textline.carrier.webhooks import Webhooks
from textline.errors import Invalid, Unavailable

SMS, FALLBACK, VOICE = "/webhooks/twilio/sms", "/fallback", "/webhooks/twilio/voice"
DOWN: Reply = (503, "text/plain", "no")


def test_a_text_reaches_the_webhook(urls: Webhooks, receiver: Receiver, phone: Phone) -> None:
    sid = phone.text(TEXTER, LINE, "  Grüße 🌱\n", ("https://example.org/0.jpg", "https://example.org/1.jpg"))
    (got,) = receiver.at(SMS)
    assert got.genuine
    assert got.headers["I-Twilio-Idempotency-Token"]
    read = parse(got.form)
    assert isinstance(read, Incoming)
    assert (read.sid, read.sender, read.line, read.country) == (sid, TEXTER, LINE, "US")
    assert read.body == "  Grüße 🌱\n"
    assert [media.url for media in read.media] == ["https://example.org/0.jpg", "https://example.org/1.jpg"]
    assert sid.startswith("MM")


def test_answers_in_twiml_are_sent(urls: Webhooks, receiver: Receiver, phone: Phone) -> None:
    texter = "+12025550181"
    receiver.answer = lambda _got: (200, "application/xml", twiml.text("We are here & listening"))
    phone.text(texter, LINE, "hello")
    eventually(lambda: len(phone.messages(texter)) == 2)
    first, second = phone.messages(texter)
    assert (first.mine, second.mine, second.body) == (True, False, "We are here & listening")
    assert phone.messages(texter, after=first.shown) == [second]


def test_a_stack_trace_as_plain_text_reaches_the_phone_as_it_would(
    urls: Webhooks, receiver: Receiver, phone: Phone
) -> None:
    texter = "+12025550182"
    receiver.answer = lambda _got: (200, "text/plain", "Traceback (most recent call last)")
    phone.text(texter, LINE, "hello")
    eventually(lambda: [text.body for text in phone.messages(texter) if not text.mine])


def test_what_is_no_twiml_is_an_alert(
    urls: Webhooks, receiver: Receiver, phone: Phone, control: httpx.Client
) -> None:
    receiver.answer = lambda _got: (200, "text/html", "<html><p>oh</html>")
    sid = phone.text(TEXTER, LINE, "hello")
    alerts = control.get("/log").json()["alerts"]
    assert [alert["error_code"] for alert in alerts if alert["resource_sid"] == sid] == [12100]


def test_a_failing_webhook_is_tried_again_and_then_the_fallback(
    urls: Webhooks, receiver: Receiver, phone: Phone, control: httpx.Client
) -> None:
    receiver.answer = lambda got: DOWN if got.path == SMS else EMPTY
    sid = phone.text(TEXTER, LINE, "hello")
    tries = receiver.at(SMS)
    assert len(tries) == 4
    assert len({got.headers["I-Twilio-Idempotency-Token"] for got in tries}) == 1
    (fallen,) = receiver.at(FALLBACK)
    assert fallen.genuine
    assert (fallen.form["MessageSid"], fallen.form["ErrorCode"]) == (sid, "11200")
    assert fallen.form["ErrorUrl"] == f"{receiver.url}{SMS}"
    alerts = control.get("/log").json()["alerts"]
    assert [alert["error_code"] for alert in alerts if alert["resource_sid"] == sid] == [11200]


def test_a_retry_that_succeeds_needs_no_fallback(urls: Webhooks, receiver: Receiver, phone: Phone) -> None:
    receiver.answer = lambda _got: DOWN if len(receiver.got) < 3 else EMPTY
    phone.text(TEXTER, LINE, "hello")
    assert (len(receiver.at(SMS)), len(receiver.at(FALLBACK))) == (3, 0)


def test_overrides() -> None:
    assert Overrides.of("https://x.org/a") == Overrides(1, frozenset({"ct"}), 5.0, 15.0)
    found = Overrides.of("https://x.org/a#rc=9&rp=4xx,rt&ct=1&rt=99999")
    assert found == Overrides(5, frozenset({"4xx", "rt"}), 0.1, 15.0)


def test_stop_and_start(urls: Webhooks, receiver: Receiver, phone: Phone, carrier: Carrier) -> None:
    texter, text = "+12025550183", Outgoing(LINE, "+12025550183", "are you there?", "")
    phone.text(texter, LINE, "Stop, I can't do this any more")
    assert carrier.send(text).sid
    phone.text(texter, LINE, " stop\n")
    assert len(receiver.at(SMS)) == 2
    assert "OptOutType" not in receiver.got[-1].form
    with pytest.raises(Refused) as refusal:
        carrier.send(text)
    assert (refusal.value.code, refusal.value.permanent) == (21610, True)
    assert "unsubscribed" in [shown for shown in phone.messages(texter) if not shown.mine][-1].body
    assert carrier.send(Outgoing("+12025550101", texter, "from another line", "")).sid
    phone.text(texter, LINE, "START")
    assert carrier.send(text).sid
    phone.text(texter, LINE, "HELP")
    assert [shown.body for shown in phone.messages(texter) if "re-subscribed" in shown.body]


def test_phones_are_told_what_is_wrong(phone: Phone, control: httpx.Client) -> None:
    with pytest.raises(Invalid, match="does not own"):
        phone.text(TEXTER, "+12025550155", "hello")
    with pytest.raises(Invalid, match="no such call"):
        phone.press("CA0", "1")
    with pytest.raises(Unavailable, match="is it running"):
        Phone("http://127.0.0.1:1").messages(TEXTER)
    text = {"from": TEXTER, "to": "+12025550102", "body": "once", "sid": "SM" + "c" * 32}
    assert [control.post("/texts", json=text).status_code for _ in range(2)] == [200, 409]


def test_a_call(urls: Webhooks, receiver: Receiver, phone: Phone) -> None:
    def answer(got: Got) -> Reply:
        if got.form.get("Digits") == "1":
            return 200, "application/xml", twiml.bridge("988", "One moment.", "en")
        if "Digits" in got.form:
            return 200, "application/xml", twiml.goodbye("Text us.")
        return (
            200,
            "application/xml",
            twiml.greet("This is a text line.", "en", f"{receiver.url}/pressed?a=1"),
        )

    receiver.answer = answer
    heard = phone.call(TEXTER, LINE)
    assert (heard.state, heard.spoken) == ("gathering", ("This is a text line.",))
    bridged = phone.press(heard.sid, "1")
    assert (bridged.state, bridged.dialled, bridged.spoken) == ("dialled", "988", ("One moment.",))
    with pytest.raises(Invalid, match="does not ask"):
        phone.press(heard.sid, "1")
    again = phone.call(TEXTER, LINE)
    assert phone.press(again.sid, "").state == "gathering"
    assert phone.press(again.sid, "").state == "ended"
    other = phone.press(phone.call(TEXTER, LINE).sid, "2")
    assert (other.state, other.spoken) == ("ended", ("Text us.",))
    assert all(got.genuine and got.form["CallSid"].startswith("CA") for got in receiver.got)
    assert receiver.at("/pressed")[0].form["Digits"] == "1"


def test_a_call_to_a_line_that_does_not_answer(urls: Webhooks, receiver: Receiver, phone: Phone) -> None:
    receiver.answer = lambda _got: DOWN
    heard = phone.call(TEXTER, LINE)
    assert heard.state == "ended"
    assert "error" in heard.spoken[0]


@pytest.mark.parametrize(
    ("body", "count"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("ж" * 70, 1),
        ("ж" * 71, 2),
        ("🌱" * 36, 2),
    ],
)
def test_segments(body: str, count: int) -> None:
    assert segments(body) == count
