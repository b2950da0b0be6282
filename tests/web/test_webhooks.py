"""Twilio's webhooks: refused, kept, or said to be not kept."""

import base64
import hmac
import time
from collections.abc import Callable
from datetime import timedelta
from itertools import count

import pytest
from httpx import Response
from prometheus_client import REGISTRY
from sqlalchemy import text
from starlette.testclient import TestClient

from tests.cast import ALEX, JORDAN, Cast
from tests.conftest import SID, TOKEN, eventually
from textline.app import build
from textline.flow import sweep
from textline.live import Live
from textline.rules.delivery import Delivery
from textline.runtime import Runtime
from textline.store import escalations, spool

SMS, STATUS, VOICE = "/webhooks/twilio/sms", "/webhooks/twilio/status", "/webhooks/twilio/voice"
_sids = count(1)
Post = Callable[..., Response]


def form(cast: Cast, **more: str) -> dict[str, str]:
    sid = f"SM{next(_sids):032x}"
    usual = {
        "MessageSid": sid,
        "AccountSid": SID,
        "From": ALEX,
        "To": cast.line.number,
        "Body": "Hi",
        "NumMedia": "0",
    }
    return {name: value for name, value in {**usual, **more}.items() if value != "ABSENT"}


def recorded(cast: Cast) -> int:
    """How many texts the sweeps bring into the record."""
    before = _in_record(cast)
    cast.run.clock.move(seconds=16)
    sweep.inboxes(cast.run)
    sweep.spooled(cast.run)
    return _in_record(cast) - before


def _in_record(cast: Cast) -> int:
    with cast.run.store.session() as session:
        return session.scalar(text("select count(*) from messages where author = 'texter'"))


def test_a_signed_text_is_acknowledged_empty_and_kept(cast: Cast, twilio: Post) -> None:
    answer = twilio(SMS, form(cast))
    assert answer.status_code == 200
    assert "<Response />" in answer.text or "<Response/>" in answer.text
    assert recorded(cast) == 1


@pytest.mark.parametrize("signature", ["", "wrong", "AAAAAAAAAAAAAAAAAAAAAAAAAAA="])
def test_without_a_right_signature_it_is_refused_counted_and_not_kept(
    cast: Cast, twilio: Post, signature: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = REGISTRY.get_sample_value("textline_webhooks_refused_total", {"reason": "signature"}) or 0
    answer = twilio(SMS, form(cast, Body="secret words"), signature=signature)
    assert answer.status_code == 403
    assert REGISTRY.get_sample_value("textline_webhooks_refused_total", {"reason": "signature"}) == before + 1
    assert recorded(cast) == 0
    said = capsys.readouterr()
    assert "secret words" not in said.out + said.err
    assert ALEX not in said.out + said.err


MALFORMED: dict[str, tuple[dict[str, str], int]] = {
    "no From": ({"From": "ABSENT"}, 1),
    "empty From": ({"From": ""}, 1),
    "short code": ({"From": "72345"}, 1),
    "a name": ({"From": "MYBANK"}, 1),
    "anonymous": ({"From": "Anonymous"}, 1),
    "withheld": ({"From": "+266696687"}, 1),
    "empty body": ({"Body": ""}, 1),
    "no body": ({"Body": "ABSENT"}, 1),
    "NUL": ({"Body": "a\x00b"}, 1),
    "control characters": ({"Body": "".join(map(chr, range(32)))}, 1),
    "ten thousand characters": ({"Body": "ü" * 10_000}, 1),
    "blanks at the ends": ({"Body": "  hi  "}, 1),
    "ten pictures": (
        {"NumMedia": "10", **{f"MediaUrl{n}": f"https://example.org/{n}" for n in range(10)}},
        1,
    ),
    "a wrong count of pictures": ({"NumMedia": "many"}, 1),
    "unknown parameters": ({"Whatever[]": "x", "": "y"}, 1),
    "an unknown line": ({"To": "+12025550109"}, 0),
    "no line": ({"To": "ABSENT"}, 0),
    "no SID": ({"MessageSid": "ABSENT"}, 0),
    "another channel": ({"From": f"whatsapp:{ALEX}"}, 0),
}


@pytest.mark.parametrize(("more", "new"), MALFORMED.values(), ids=MALFORMED.keys())
def test_whatever_is_signed_is_recorded_or_held_never_lost(
    cast: Cast, twilio: Post, more: dict[str, str], new: int
) -> None:
    assert twilio(SMS, form(cast, **more)).status_code == 200
    assert recorded(cast) == new
    with cast.run.unit(cast.organization) as unit:
        assert sum(spool.held(unit).values()) == 1 - new


def test_a_lone_surrogate_is_kept_as_a_replacement(cast: Cast, anybody: TestClient) -> None:
    fields = form(cast, Body="BODY")
    body = "&".join(f"{name}={value.replace('+', '%2B')}" for name, value in fields.items())
    body = body.replace("BODY", "a%ED%A0%80b")
    signed = cast.run.settings.public_url + SMS + "".join(n + v for n, v in sorted(fields.items()))
    raw = signed.encode().replace(b"BODY", b"a\xed\xa0\x80b")
    signature = base64.b64encode(hmac.digest(TOKEN.encode(), raw, "sha1")).decode()
    headers = {"X-Twilio-Signature": signature, "Content-Type": "application/x-www-form-urlencoded"}
    assert anybody.post(SMS, content=body, headers=headers).status_code == 200
    assert recorded(cast) == 1
    assert cast.bodies(cast.conversation(ALEX))[0] in ("a\ufffdb", "a\ufffd\ufffd\ufffdb")


def test_a_redelivery_is_acknowledged_and_changes_nothing(cast: Cast, twilio: Post) -> None:
    same = form(cast)
    assert [twilio(SMS, same).status_code for _ in range(3)] == [200] * 3
    assert recorded(cast) == 1


def away(run: Runtime, url: str = "unix:///nowhere/valkey.sock") -> Live:
    return Live(url)


def test_with_redis_away_the_text_goes_to_the_spool(cast: Cast, run: Runtime, twilio: Post, app) -> None:
    app.state.runtime = Runtime(run.settings, run.store, away(run), run.carrier, run.clock)
    assert twilio(SMS, form(cast)).status_code == 200
    with cast.run.unit(cast.organization) as unit:
        assert len(spool.others(unit, timedelta())) == 1
    assert recorded(cast) == 1


def test_with_both_away_twilio_is_told_at_once_to_try_again(
    cast: Cast, run: Runtime, twilio: Post, app
) -> None:
    from tests.flow.test_record import dead_engine

    store = type(run.store)(dead_engine(), run.store.seal)
    app.state.runtime = Runtime(run.settings, store, away(run), run.carrier, run.clock)
    began = time.monotonic()
    answer = twilio(SMS, form(cast))
    assert (answer.status_code, answer.text) == (503, "")
    assert time.monotonic() - began < 3


def test_a_status_is_taken_in_and_a_strange_one_does_no_harm(cast: Cast, twilio: Post) -> None:
    conversation = cast.texts(ALEX, "hi")
    text = cast.thread(conversation)[1]
    usual = {"MessageSid": "SM" + "f" * 32, "AccountSid": SID, "MessageStatus": "delivered"}
    assert twilio(f"{STATUS}?message={text.id}", usual).status_code == 204
    assert cast.thread(conversation)[1].delivery == Delivery.DELIVERED
    for query in ("", "?message=x", "?message=99999999", "?message=" + "9" * 40, "?message=-1"):
        assert twilio(STATUS + query, usual).status_code == 204
    for status in ("", "exploded", "queued"):
        assert twilio(f"{STATUS}?message={text.id}", {**usual, "MessageStatus": status}).status_code == 204
    assert cast.thread(conversation)[1].delivery == Delivery.DELIVERED


def test_a_caller_hears_what_the_line_is_and_can_reach_the_hotline(cast: Cast, twilio: Post) -> None:
    call = {
        "CallSid": "CA1",
        "AccountSid": SID,
        "From": ALEX,
        "To": cast.line.number,
        "CallStatus": "ringing",
    }
    greeting = twilio(VOICE, call).text
    assert "text line for peer support" in greeting
    assert "press 1" in greeting
    assert "911" in greeting
    assert "<Dial>988</Dial>" in twilio(VOICE, {**call, "Digits": "1"}).text
    assert "<Dial>" not in twilio(VOICE, {**call, "Digits": "2"}).text


def test_a_call_to_an_unknown_number_is_answered_too(cast: Cast, twilio: Post) -> None:
    answer = twilio(VOICE, {"CallSid": "CA1", "From": ALEX, "To": "+12025550109"})
    assert answer.status_code == 200
    assert "emergency" in answer.text


def test_the_app_builds_without_the_demonstration_for_a_real_carrier(run: Runtime) -> None:
    real = run.settings.model_copy(update={"demo": False, "twilio_api_url": None})
    paths = build(Runtime(real, run.store, run.live, run.carrier)).openapi()["paths"]
    assert "/board" in paths
    assert not any("demo" in path for path in paths)


def test_a_crisis_that_no_worker_and_no_clock_records_is_recorded_by_a_web_process(
    cast: Cast, run: Runtime
) -> None:
    cast.arrives(JORDAN, "I want to kill myself")
    with TestClient(build(run)):
        eventually(lambda: _in_record(cast) == 1)
    with cast.run.unit(cast.organization) as unit:
        assert [one.conversation_id for one in escalations.unresolved(unit)] == [cast.conversation(JORDAN).id]
