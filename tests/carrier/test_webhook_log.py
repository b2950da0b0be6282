"""What the simulated carrier writes down about each text's webhook."""

from collections.abc import Callable
from typing import Any

import httpx

from tests.carrier.conftest import LINE, TEXTER, Receiver
from tests.conftest import eventually
from textline.carrier.phone import Phone
from textline.carrier.webhooks import Webhooks

SMS = "/webhooks/twilio/sms"


def noted(control: httpx.Client, sid: str) -> list[dict[str, Any]]:
    return [row for row in control.get("/webhooks").json()["webhooks"] if row["sid"] == sid]


def test_a_text_that_is_taken(urls: Webhooks, phone: Phone, control: httpx.Client) -> None:
    before = control.get("/totals").json()
    (row,) = noted(control, phone.text(TEXTER, LINE, "hello"))
    assert (row["what"], row["status"], row["detail"]) == ("tried", 200, "")
    assert row["began"] <= row["ended"]
    after = control.get("/totals").json()
    assert (after["sent"], after["acknowledged"]) == (before["sent"] + 1, before["acknowledged"] + 1)


def test_a_text_that_is_taken_at_the_second_try(
    urls: Webhooks, receiver: Receiver, phone: Phone, control: httpx.Client
) -> None:
    answers = iter([503, 200])
    receiver.answer = lambda got: (next(answers), "text/xml", "<Response/>")
    rows = noted(control, phone.text(TEXTER, LINE, "hello"))
    assert [(row["what"], row["status"]) for row in rows] == [("tried", 503), ("tried", 200)]
    assert rows[0]["ended"] <= rows[1]["began"]


def test_a_text_that_is_given_up(
    urls: Webhooks, receiver: Receiver, phone: Phone, control: httpx.Client
) -> None:
    receiver.answer = lambda got: (503, "text/plain", "")
    before = control.get("/totals").json()["acknowledged"]
    rows = noted(control, phone.text(TEXTER, LINE, "hello"))
    assert [row["what"] for row in rows] == ["tried"] * 4 + ["given_up"]
    assert control.get("/totals").json()["acknowledged"] == before


def test_a_webhook_that_is_dropped(
    urls: Webhooks, phone: Phone, control: httpx.Client, misbehave: Callable[..., None]
) -> None:
    misbehave(webhook_drop_rate=1)
    assert [row["what"] for row in noted(control, phone.text(TEXTER, LINE, "hello"))] == ["dropped"]


def test_an_answer_in_twiml_is_named(
    urls: Webhooks, receiver: Receiver, phone: Phone, control: httpx.Client
) -> None:
    body = "<Response><Message>call 988</Message></Response>"
    receiver.answer = lambda got: (200, "text/xml", body if got.path == SMS else "<Response/>")
    sid = phone.text("+12025550195", LINE, "hello")
    _, replied = noted(control, sid)
    assert replied["what"] == "replied"
    shown = eventually(lambda: [text for text in phone.messages("+12025550195") if not text.mine])
    assert [(text.sid, text.body) for text in shown] == [(replied["detail"], "call 988")]
