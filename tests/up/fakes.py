"""Tiny children in place of Textline's own: real processes, with real ports and signals."""

import json
import os
import signal
import sys
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from urllib.request import Request, urlopen


def web(port: str, path: str) -> None:
    """Answer 200 at a path, and 503 everywhere else."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == path and self.headers["Host"] == "localhost" else 503)
            self.end_headers()

    HTTPServer(("127.0.0.1", int(port)), Handler).serve_forever()


def idle() -> None:
    """Have a child of one's own, in a group of its own, as RQ's worker has; and wait."""
    if os.fork() == 0:
        os.setpgid(0, 0)
    time.sleep(300)


def stubborn() -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    Path(os.environ["TEXTLINE_DATA_DIR"], "stubborn").touch()
    time.sleep(300)


def dies() -> None:
    sys.exit("this is why I died")


def migrate() -> None:
    """Note what it was given, and that the settings are whole."""
    import psycopg

    from textline import config

    settings = config.load()
    with psycopg.connect(settings.database_url.replace("+psycopg", "")) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS migrated (at timestamptz default now())")
        connection.execute("INSERT INTO migrated DEFAULT VALUES")
    given = {name: value for name, value in os.environ.items() if name.upper().startswith("TEXTLINE_")}
    (settings.data_dir / "given.json").write_text(json.dumps(given))


def fails() -> None:
    sys.exit("relation is not what it was")


def seed() -> None:
    """Make people, which takes migrated tables and a carrier that answers."""
    health = os.environ["TEXTLINE_TWILIO_API_URL"] + "/simulated/health"
    urlopen(Request(health, headers={"Host": "localhost"}), timeout=5)
    people = [{"name": "Maya", "role": "volunteer", "email": "m@x.org", "password": "p", "url": "http://x"}]
    Path(os.environ["TEXTLINE_DATA_DIR"], "seeded").touch()
    print(json.dumps({"line": "+15005550006", "people": people}))


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
