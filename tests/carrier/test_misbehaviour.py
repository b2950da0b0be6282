"""Each way of misbehaving, as Textline's real client and webhooks meet it."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from tests.carrier.conftest import LINE, SID, TEXTER, TOKEN, Receiver
from tests.conftest import eventually
from textline.carrier.client import Carrier, Outgoing, Refused, Unreached, Unsure
from textline.carrier.phone import Phone
from textline.carrier.webhooks import Webhooks

Order = Callable[..., None]
SMS = "/webhooks/twilio/sms"


def in_log(carrier: Carrier, to: str) -> int:
    return len(carrier.sent_to(LINE, to, datetime.now(UTC) - timedelta(minutes=1)))


def test_late(carrier: Carrier, misbehave: Order) -> None:
    misbehave(api_delay_s=0.3)
    begun = time.monotonic()
    assert carrier.send(Outgoing(LINE, TEXTER, "hello", "")).sid
    assert time.monotonic() - begun >= 0.3


def test_too_many_requests(carrier: Carrier, misbehave: Order, control: httpx.Client) -> None:
    to = "+12025550191"
    misbehave(api_429_rate=1)
    with pytest.raises(Refused) as refusal:
        carrier.send(Outgoing(LINE, to, "hello", ""))
    assert (refusal.value.code, refusal.value.permanent) == (20429, False)
    control.delete("/misbehave")
    assert in_log(carrier, to) == 0


@pytest.mark.parametrize("taken", [0, 1])
@pytest.mark.parametrize("rate", ["api_5xx_rate", "api_reset_rate", "api_timeout_rate"])
def test_nobody_knows(
    carrier: Carrier, simulated: str, misbehave: Order, control: httpx.Client, rate: str, taken: int
) -> None:
    to = f"+1202555014{['api_5xx_rate', 'api_reset_rate', 'api_timeout_rate'].index(rate) * 2 + taken}"
    hasty = Carrier(SID, TOKEN, api_url=simulated, timeout=(1, 0.4))
    before = in_log(carrier, to)
    misbehave(**{rate: 1, "api_taken_rate": taken})
    with pytest.raises(Unsure):
        hasty.send(Outgoing(LINE, to, "hello", ""))
    with pytest.raises(Unreached):
        hasty.check()
    control.delete("/misbehave")
    assert in_log(carrier, to) == before + taken


def test_doubled_webhooks(urls: Webhooks, receiver: Receiver, phone: Phone, misbehave: Order) -> None:
    misbehave(webhook_duplicate_rate=1)
    sid = phone.text(TEXTER, LINE, "hello")
    eventually(lambda: len(receiver.at(SMS)) == 2)
    assert {got.form["MessageSid"] for got in receiver.got} == {sid}


def test_dropped_webhooks(
    urls: Webhooks, receiver: Receiver, phone: Phone, misbehave: Order, carrier: Carrier
) -> None:
    misbehave(webhook_drop_rate=1)
    sid = phone.text(TEXTER, LINE, "hello")
    assert receiver.got == []
    found = carrier.received_by(LINE, datetime.now(UTC) - timedelta(minutes=1))
    assert sid in {row.sid for row in found}


def test_webhooks_out_of_order(urls: Webhooks, receiver: Receiver, simulated: str, misbehave: Order) -> None:
    misbehave(webhook_reorder_s=0.5, seed=4)
    for number in range(8):
        text = {"from": TEXTER, "to": LINE, "body": str(number), "wait": False}
        httpx.post(f"{simulated}/simulated/texts", json=text).raise_for_status()
    eventually(lambda: len(receiver.got) == 8)
    bodies = [got.form["Body"] for got in receiver.got]
    assert bodies != sorted(bodies)
    assert sorted(bodies) == [str(number) for number in range(8)]


def test_late_callbacks(carrier: Carrier, receiver: Receiver, misbehave: Order) -> None:
    misbehave(callback_delay_s=2)
    sent = carrier.send(Outgoing(LINE, TEXTER, "hello", f"{receiver.url}/status"))
    time.sleep(0.3)
    assert receiver.got == []
    eventually(lambda: len(receiver.statuses(sent.sid)) == 4)


def test_dropped_callbacks(carrier: Carrier, receiver: Receiver, misbehave: Order) -> None:
    misbehave(callback_drop_rate=1)
    sent = carrier.send(Outgoing(LINE, TEXTER, "hello", f"{receiver.url}/status"))
    eventually(lambda: carrier.fetch(sent.sid).status == "delivered")
    assert receiver.got == []


def test_callbacks_last_first(carrier: Carrier, receiver: Receiver, misbehave: Order) -> None:
    misbehave(callback_reorder=True)
    sent = carrier.send(Outgoing(LINE, TEXTER, "hello", f"{receiver.url}/status"))
    eventually(lambda: len(receiver.statuses(sent.sid)) == 4)
    assert receiver.statuses(sent.sid) == ["delivered", "sent", "sending", "queued"]


@pytest.mark.parametrize(
    ("end", "code", "told", "states"),
    [
        ("undelivered", 30005, 30005, {"queued", "sending", "sent", "undelivered"}),
        ("failed", None, 30003, {"queued", "sending", "failed"}),
    ],
)
def test_texts_that_do_not_arrive(
    carrier: Carrier,
    receiver: Receiver,
    phone: Phone,
    misbehave: Order,
    end: str,
    code: int | None,
    told: int,
    states: set[str],
) -> None:
    misbehave(deliver_as=end, error_code=code)
    sent = carrier.send(Outgoing(LINE, "+12025550169", "hello", f"{receiver.url}/status"))
    eventually(lambda: set(receiver.statuses(sent.sid)) == states)
    (last,) = [got for got in receiver.got if got.form["MessageStatus"] == end]
    assert last.form["ErrorCode"] == str(told)
    assert carrier.fetch(sent.sid).error_code == told
    assert phone.messages("+12025550169") == []


def test_chance_can_be_repeated(control: httpx.Client, carrier: Carrier) -> None:
    def outcomes() -> list[bool]:
        control.post("/misbehave", json={"api_429_rate": 0.5, "seed": 7}).raise_for_status()
        found = []
        for _ in range(12):
            try:
                found.append(bool(carrier.send(Outgoing(LINE, TEXTER, "hello", "")).sid))
            except Refused:
                found.append(False)
        return found

    first = outcomes()
    assert first == outcomes()
    assert {True, False} == set(first)


def test_wrong_orders_are_refused(control: httpx.Client) -> None:
    for wrong in ({"api_429_rate": 2}, {"api_429_rat": 1}, {"deliver_as": "lost"}):
        assert control.post("/misbehave", json=wrong).status_code == 422
    assert control.get("/misbehave").json()["api_429_rate"] == 0


def test_a_hanging_request_does_not_hold_up_others(
    simulated: str, misbehave: Order, control: httpx.Client
) -> None:
    misbehave(api_timeout_rate=1, api_taken_rate=0)
    hasty = Carrier(SID, TOKEN, api_url=simulated, timeout=(2, 2))
    outcome: list[type[Exception]] = []

    def work() -> None:
        try:
            hasty.send(Outgoing(LINE, TEXTER, "hello", ""))
        except Unsure as error:
            outcome.append(type(error))

    thread = threading.Thread(target=work)
    thread.start()
    assert control.get("/health").json()["status"] == "ok"
    assert thread.is_alive(), "it was answered only after the hanging request"
    thread.join()
    assert outcome == [Unsure]
