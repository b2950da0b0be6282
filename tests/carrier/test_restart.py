"""The simulated carrier as a process of its own: what it knows outlives it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.carrier.conftest import LINE, SID, TEXTER, TOKEN, Receiver
from tests.conftest import eventually, free_port
from textline.carrier.client import Carrier, Outgoing, Refused
from textline.carrier.phone import Phone
from textline.carrier.webhooks import webhooks_for

COMMAND = [sys.executable, "-m", "textline.carrier.simulated"]


@contextmanager
def running(port: int, data: Path) -> Iterator[subprocess.Popen[bytes]]:
    environment = os.environ | {"TEXTLINE_TWILIO_ACCOUNT_SID": SID, "TEXTLINE_TWILIO_AUTH_TOKEN": TOKEN}
    process = subprocess.Popen([*COMMAND, "--port", str(port), "--data", str(data)], env=environment)
    try:
        eventually(lambda: _healthy(port), 20)
        yield process
    finally:
        process.kill()
        process.wait()


def _healthy(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/simulated/health").status_code == 200
    except httpx.HTTPError:
        return False


def test_what_it_knows_outlives_it(data: Path, receiver: Receiver) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    carrier, phone = Carrier(SID, TOKEN, api_url=url), Phone(url)
    with running(port, data):
        carrier.connect(LINE, webhooks_for(receiver.url))
        phone.text(TEXTER, LINE, "STOP")
        sent = carrier.send(Outgoing("+12025550101", "+12025550178", "half way", f"{receiver.url}/status"))
    # Killed with a text under way.
    with running(port, data):
        assert next(n for n in carrier.numbers() if n.number == LINE).sms_url.startswith(receiver.url)
        with pytest.raises(Refused) as refusal:
            carrier.send(Outgoing(LINE, TEXTER, "hello", ""))
        assert refusal.value.code == 21610
        eventually(lambda: carrier.fetch(sent.sid).status == "delivered")
        eventually(lambda: "delivered" in receiver.statuses(sent.sid))
        assert [text.body for text in phone.messages("+12025550178")] == ["half way"]
    phone.close()


def test_without_an_account_it_says_what_is_missing(data: Path) -> None:
    bare = {name: value for name, value in os.environ.items() if not name.startswith("TEXTLINE_")}
    command = [*COMMAND, "--port", "1", "--data", str(data)]
    ended = subprocess.run(command, env=bare, capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert "TEXTLINE_TWILIO_ACCOUNT_SID" in ended.stderr
