"""Being asked to stop. A flag, no exception: nothing is cut off between starting a process and noting it."""

import contextlib
import signal
import threading
import time
from collections.abc import Iterator
from types import FrameType

_SAME = 0.3


class Stopping:
    """Counts the requests to stop: one is a request, two are a hurry."""

    def __init__(self) -> None:
        self._asked = threading.Event()
        self._asked_at = 0.0
        self._hurry = False

    @contextlib.contextmanager
    def listening(self) -> Iterator[None]:
        """Take Ctrl-C, SIGTERM and a closed terminal as requests while inside. Main thread only."""
        numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        before = [(number, signal.signal(number, self._note)) for number in numbers]
        try:
            yield
        finally:
            for number, handler in before:
                signal.signal(number, handler)

    @property
    def asked(self) -> bool:
        """Whether somebody wants an end."""
        return self._asked.is_set()

    def hurry(self) -> bool:
        """Whether somebody wants it at once."""
        return self._hurry

    def wait(self, seconds: float) -> bool:
        """Pause, at most until asked to stop; returns whether that was so."""
        return self._asked.wait(seconds)

    def _note(self, _number: int, _frame: FrameType | None) -> None:
        # One Ctrl-C may arrive twice at once: from the terminal, and from a program that passes it on.
        if self._asked.is_set():
            self._hurry = time.monotonic() - self._asked_at > _SAME
            return
        self._asked_at = time.monotonic()
        self._asked.set()
