"""What a person is told, and what programs find in `demo.json`."""

import contextlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path

from textline.embedded import places
from textline.up import values


def say(text: str) -> None:
    """Tell the person at the terminal; standard output is kept for the ready line."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


@contextlib.contextmanager
def announced(data: Path, shown: dict[str, object] | None, port: str) -> Iterator[None]:
    """Say that Textline is ready. While inside, `demo.json` says how to reach a demonstration."""
    path = data / "demo.json"
    if shown is not None:
        places.write(path, json.dumps(shown, indent=1))
        say(f"A phone to try it with: http://localhost:{port}/demo/phone")
    sys.stdout.write(f"Textline is ready at http://localhost:{port}\n")
    sys.stdout.flush()
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def demo(settings: dict[str, str], seeded: dict[str, object], port: str) -> dict[str, object]:
    """What `demo.json` holds: addresses, the simulated account, and the people that the seed made."""
    return {
        "web": f"http://localhost:{port}",
        "carrier": settings["TEXTLINE_TWILIO_API_URL"],
        "line": None,
        "account_sid": settings[values.ACCOUNT],
        "auth_token": settings[values.TOKEN],
        "database_url": settings["TEXTLINE_DATABASE_URL"],
        "redis_url": settings["TEXTLINE_REDIS_URL"],
        "people": [],
        **seeded,
    }
