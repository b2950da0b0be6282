"""A webhook of our own making for the simulated carrier, to see what becomes of what it answers."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qsl

from tests.cast import Cast
from textline.carrier import incoming, twiml
from textline.carrier.incoming import Incoming
from textline.carrier.webhooks import Webhooks


@contextmanager
def answering(cast: Cast, answer: Callable[[Incoming], str | None]) -> Iterator[None]:
    """While inside, the line's texts are answered with what `answer` gives, in TwiML."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            form = self.rfile.read(int(self.headers["content-length"])).decode()
            text = incoming.parse(parse_qsl(form, keep_blank_values=True))
            assert isinstance(text, Incoming)
            words = answer(text)
            self.send_response(200)
            self.send_header("Content-Type", "text/xml")
            self.end_headers()
            self.wfile.write((twiml.text(words) if words else twiml.silence()).encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    here = f"http://127.0.0.1:{server.server_port}/sms"
    before = next(n for n in cast.run.carrier.numbers() if n.number == cast.line.number)
    cast.run.carrier.connect(cast.line.number, Webhooks(here, here, here, None))
    try:
        yield
    finally:
        cast.run.carrier.connect(cast.line.number, Webhooks(before.sms_url, here, before.voice_url, None))
        server.shutdown()
