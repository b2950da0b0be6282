"""Twilio's alerts, through its own client."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from twilio.rest import Client

from tests.carrier.conftest import KEY, LINE, SECRET, SID, TEXTER, TOKEN, Receiver
from tests.conftest import eventually
from textline.carrier.client import Carrier, Outgoing, Unreached
from textline.carrier.phone import Phone
from textline.carrier.transport import Transport
from textline.carrier.webhooks import Webhooks


def recently() -> datetime:
    return datetime.now(UTC) - timedelta(seconds=5)


def failing(receiver: Receiver) -> None:
    receiver.answer = lambda _got: (500, "text/plain", "broken")


def test_a_webhook_that_fails_for_good(
    carrier: Carrier, phone: Phone, receiver: Receiver, urls: Webhooks
) -> None:
    failing(receiver)
    sid = phone.text(TEXTER, LINE, "is anybody there")
    found = [alert for alert in carrier.alerts(recently()) if alert.resource_sid == sid]
    # One for the webhook with its tries again, one for the fallback.
    assert [(alert.code, alert.level) for alert in found] == [(11200, "error")] * 2
    assert len(receiver.at("/webhooks/twilio/sms")) == 4
    assert all(abs(datetime.now(UTC) - alert.at) < timedelta(seconds=30) for alert in found)
    assert all(alert.sid.startswith("NO") for alert in found)
    assert receiver.url not in repr(found)


def test_a_webhook_that_is_taken_makes_none(
    carrier: Carrier, phone: Phone, receiver: Receiver, urls: Webhooks
) -> None:
    sid = phone.text(TEXTER, LINE, "hello")
    assert sid not in {alert.resource_sid for alert in carrier.alerts(recently())}


def test_a_status_webhook_that_fails(carrier: Carrier, receiver: Receiver) -> None:
    failing(receiver)
    sent = carrier.send(Outgoing(LINE, TEXTER, "hello", f"{receiver.url}/status"))
    eventually(lambda: sent.sid in {alert.resource_sid for alert in carrier.alerts(recently())})


def test_many_pages_and_times(
    carrier: Carrier, phone: Phone, receiver: Receiver, urls: Webhooks, control: httpx.Client
) -> None:
    failing(receiver)
    for number in range(3):
        phone.text(TEXTER, LINE, str(number))
    client = _client(control)
    alerts = client.monitor.v1.alerts
    day = datetime.now(UTC) - timedelta(days=1)
    paged = [row.sid for row in alerts.stream(start_date=day, page_size=2)]
    assert len(paged) == len(set(paged)) >= 6
    # The newest come first, and those of the test before may still come in.
    assert paged == [row.sid for row in alerts.list(log_level="error", page_size=1000)][-len(paged) :]
    assert alerts.list(log_level="warning") == []
    assert alerts.list(end_date=day) == []
    assert carrier.alerts(datetime.now(UTC) + timedelta(minutes=1)) == []
    assert len(carrier.alerts(datetime.now(UTC) - timedelta(days=400))) >= 6


def test_its_shape(phone: Phone, receiver: Receiver, urls: Webhooks, control: httpx.Client) -> None:
    failing(receiver)
    sid = phone.text(TEXTER, LINE, "hello")
    last, first = (
        row for row in _client(control).monitor.v1.alerts.list(limit=50) if row.resource_sid == sid
    )
    assert (first.error_code, first.log_level, first.request_method) == ("11200", "error", "POST")
    assert first.request_url == f"{receiver.url}/webhooks/twilio/sms"
    assert last.request_url == f"{receiver.url}/fallback"
    assert first.url == f"https://monitor.twilio.com/v1/Alerts/{first.sid}"


def test_nobody_there(simulated: str, misbehave: Callable[..., None]) -> None:
    misbehave(api_5xx_rate=1)
    with pytest.raises(Unreached):
        Carrier(SID, TOKEN, api_url=simulated).alerts(recently())


def test_an_api_key_may_ask(simulated: str, control: httpx.Client) -> None:
    keyed = Carrier(SID, TOKEN, api_key=KEY, api_secret=SECRET, api_url=simulated)
    assert keyed.alerts(recently()) is not None


def _client(control: httpx.Client) -> Client:
    """Twilio's client as Textline uses it, without Textline around it."""
    base = str(control.base_url).removesuffix("/simulated/")
    return Client(SID, TOKEN, http_client=Transport((3, 10), base))
