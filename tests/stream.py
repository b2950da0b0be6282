"""A console's live stream, read by a thread."""

import threading
import time
from contextlib import suppress

import httpx

from tests.conftest import eventually


class Stream:
    """What a signed-in client's stream tells, and when (by `time.monotonic`)."""

    def __init__(self, client: httpx.Client) -> None:
        self.told: list[tuple[str, float]] = []
        self.ended = False
        self._client = client
        threading.Thread(target=self._read, daemon=True).start()
        eventually(lambda: self.at("beat"))

    def _read(self) -> None:
        self._read_to_its_end()
        self.ended = True

    def _read_to_its_end(self) -> None:
        with suppress(httpx.HTTPError), self._client.stream("GET", "/events", timeout=30) as answer:
            for line in answer.iter_lines():
                if line.startswith("event: "):
                    self.told.append((line[7:], time.monotonic()))
                if line == "event: beat":
                    self._client.post("/presence")

    def at(self, event: str, since: float = 0.0) -> float | None:
        """When an event whose name begins so was told first, from `since` on."""
        return next((at for name, at in self.told if name.startswith(event) and at >= since), None)
