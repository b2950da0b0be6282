"""The operator's addresses: asked once, within bounded time, and never named."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.conftest import free_port
from textline import outside
from textline.errors import Unavailable

TOKEN = "a-secret-in-the-address"


@pytest.fixture
def listening() -> Iterator[tuple[str, list[tuple[str, str, bytes]], list[int]]]:
    """An address, what it was asked, and the statuses that it answers in turn."""
    got: list[tuple[str, str, bytes]] = []
    statuses: list[int] = []

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            got.append((self.command, self.path, body))
            self.send_response(statuses.pop(0) if statuses else 200)
            self.send_header("Location", "https://elsewhere.example/")
            self.end_headers()

        do_GET = do_POST = answer

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/{TOKEN}", got, statuses
    server.shutdown()
    server.server_close()


def test_it_is_asked_once(listening: tuple[str, list[tuple[str, str, bytes]], list[int]]) -> None:
    url, got, statuses = listening
    statuses += [204, 201]
    outside.get(url)
    outside.post_json(url, {"what": "an alarm", "count": 2})
    assert [(method, path) for method, path, _ in got] == [("GET", f"/{TOKEN}"), ("POST", f"/{TOKEN}")]
    assert json.loads(got[1][2]) == {"what": "an alarm", "count": 2}


@pytest.mark.parametrize(
    ("status", "words"), [(500, "answers 500"), (404, "answers 404"), (302, "it leads to")]
)
def test_another_answer(
    listening: tuple[str, list[tuple[str, str, bytes]], list[int]], status: int, words: str
) -> None:
    url, got, statuses = listening
    statuses.append(status)
    with pytest.raises(Unavailable, match=words) as refusal:
        outside.get(url)
    assert len(got) == 1
    assert TOKEN not in str(refusal.value)


@pytest.mark.parametrize("ask", [outside.get, lambda url: outside.post_json(url, {})])
def test_nobody_there(ask: Callable[[str], None]) -> None:
    for url in (
        f"http://127.0.0.1:{free_port()}/{TOKEN}",
        f"http://no-such-host.invalid/{TOKEN}",
        f"ftp://127.0.0.1/{TOKEN}",
        f"http://[/{TOKEN}",
        f"http://127.0.0.1:99999999/{TOKEN}",
    ):
        with pytest.raises(Unavailable) as refusal:
            ask(url)
        assert TOKEN not in str(refusal.value)
        assert refusal.value.__cause__ is None


def test_a_server_that_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outside, "LIMIT_S", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        began = time.monotonic()
        with pytest.raises(Unavailable, match="ReadTimeout"):
            outside.get(f"http://127.0.0.1:{silent.getsockname()[1]}/{TOKEN}")
    assert time.monotonic() - began < 3
