"""A whole installation, as `textline up` starts it, for journeys through real processes."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import httpx
from twilio.request_validator import RequestValidator

from tests.conftest import eventually
from textline.carrier.phone import Phone

# Without what the tests' own environment may hold.
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("TEXTLINE_")}


@dataclass
class Installation:
    """A running `textline up`."""

    data: Path
    process: subprocess.Popen[str] | None
    web: str

    @property
    def demo(self) -> dict:
        """What `demo.json` says."""
        return json.loads((self.data / "demo.json").read_text())

    def phone(self) -> Phone:
        """The control of the simulated carrier."""
        return Phone(self.demo["carrier"])

    def signed_in(self, name: str) -> httpx.Client:
        """A browser's session of a demonstration person."""
        person = next(person for person in self.demo["people"] if person["name"] == name)
        client = httpx.Client(base_url=self.web, follow_redirects=True, trust_env=False)
        answer = client.post("/sign-in", data={"email": person["email"], "password": person["password"]})
        assert answer.status_code == 200, answer.text
        return client

    def command(self, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
        """Run `textline …` on this installation."""
        line = [sys.executable, "-m", "textline", *words, "--data-dir", str(self.data)]
        return subprocess.run(
            line,
            capture_output=True,
            text=True,
            env=ENVIRONMENT,
            check=False,
            cwd=self.data,
            timeout=60,
            **more,
        )


@contextmanager
def installation(data: Path, *options: str) -> Iterator[Installation]:
    """Run `textline up` over a data directory while inside."""
    line = [sys.executable, "-m", "textline", "up", "--data-dir", str(data), *options]
    process = subprocess.Popen(line, stdout=subprocess.PIPE, text=True, env=ENVIRONMENT, cwd=data.parent)
    try:
        assert process.stdout
        ready = process.stdout.readline()
        assert ready.startswith("Textline is ready at "), f"it did not start: see {data}/logs"
        yield Installation(data, process, ready.split()[-1])
    finally:
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0


def texts_of(home: Installation, number: str) -> list[str]:
    """What a phone has received."""
    return [shown.body for shown in home.phone().messages(number) if not shown.mine]


def received(home: Installation, number: str, words: str) -> str:
    """Wait until a phone has a text with these words."""
    return eventually(lambda: next((body for body in texts_of(home, number) if words in body), None), 10)


def webhook(home: Installation, sender: str, body: str, sid: str) -> int:
    """Post a text as Twilio does, signed by its own validator; gives the answer's status."""
    demo = home.demo
    url = f"{demo['web']}/webhooks/twilio/sms"
    form = {
        "MessageSid": sid,
        "AccountSid": demo["account_sid"],
        "From": sender,
        "To": demo["line"],
        "Body": body,
    }
    signature = RequestValidator(demo["auth_token"]).compute_signature(url, form)
    headers = {"X-Twilio-Signature": signature, "Content-Type": "application/x-www-form-urlencoded"}
    return httpx.post(url, content=urlencode(form), headers=headers, trust_env=False).status_code
