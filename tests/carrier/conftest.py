"""A simulated carrier as a real server, and a real receiver of its webhooks."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from twilio.request_validator import RequestValidator

from tests.conftest import eventually, free_port
from textline.carrier.client import Carrier
from textline.carrier.phone import Phone
from textline.carrier.simulated.account import Keys
from textline.carrier.simulated.app import server
from textline.carrier.webhooks import Webhooks, webhooks_for

SID = "AC" + "0a" * 16
TOKEN = "a-token-for-tests"
KEY, SECRET = "SK" + "0b" * 16, "a-secret-for-tests"
LINE, POOLED, TEXTER = "+12025550100", "+12025550104", "+12025550177"

Reply = tuple[int, str, str]  # status, content type, body
EMPTY: Reply = (200, "application/xml", "<Response/>")


@dataclass
class Got:
    path: str
    query: str
    form: dict[str, str]
    headers: dict[str, str]
    genuine: bool


@dataclass
class Receiver:
    """Takes webhooks, checks their signatures with Twilio's own validator, and answers as told."""

    url: str
    got: list[Got] = field(default_factory=list)
    answer: Callable[[Got], Reply] = lambda _got: EMPTY

    def at(self, path: str) -> list[Got]:
        return [got for got in list(self.got) if got.path == path]

    def statuses(self, sid: str) -> list[str]:
        return [got.form["MessageStatus"] for got in list(self.got) if got.form.get("MessageSid") == sid]


def _handler(receiver: Receiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = dict(parse_qsl(raw, keep_blank_values=True))
            signature = self.headers["X-Twilio-Signature"]
            genuine = RequestValidator(TOKEN).validate(receiver.url + self.path, form, signature)
            parts = urlsplit(self.path)
            got = Got(parts.path, parts.query, form, dict(self.headers), genuine)
            receiver.got.append(got)
            status, kind, body = receiver.answer(got)
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body.encode())))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: object) -> None:
            pass

    return Handler


@pytest.fixture(scope="session")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    port = free_port()
    running = server(Keys(SID, TOKEN, KEY, SECRET), tmp_path_factory.mktemp("carrier"), port)
    thread = threading.Thread(target=running.run, daemon=True)
    thread.start()
    eventually(lambda: running.started)
    yield f"http://127.0.0.1:{port}"
    running.should_exit = True
    thread.join(10)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    port = free_port()
    found = Receiver(f"http://127.0.0.1:{port}")
    listening = ThreadingHTTPServer(("127.0.0.1", port), _handler(found))
    thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield found
    listening.shutdown()
    listening.server_close()


@pytest.fixture
def control(simulated: str) -> Iterator[httpx.Client]:
    """The control API, well-behaved at the beginning and at the end."""
    with httpx.Client(base_url=f"{simulated}/simulated", timeout=30) as client:
        client.delete("/misbehave")
        yield client
        client.delete("/misbehave")


@pytest.fixture
def misbehave(control: httpx.Client) -> Callable[..., None]:
    def order(**ways: object) -> None:
        control.post("/misbehave", json=ways).raise_for_status()

    return order


@pytest.fixture
def carrier(simulated: str, control: httpx.Client) -> Carrier:
    return Carrier(SID, TOKEN, api_url=simulated)


@pytest.fixture
def phone(simulated: str) -> Iterator[Phone]:
    found = Phone(simulated)
    yield found
    found.close()


@pytest.fixture
def urls(carrier: Carrier, receiver: Receiver) -> Webhooks:
    """The line's webhooks lead to the receiver."""
    found = webhooks_for(receiver.url, f"{receiver.url}/fallback")
    carrier.connect(LINE, found)
    return found


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "a place with blanks"
