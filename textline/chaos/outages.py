"""What is broken now, and from when to when it was. Safe to share among threads."""

import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

Span = tuple[float, float]


class Outages:
    """Times are in seconds since 1970."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._now: Counter[str] = Counter()
        self._spans: list[tuple[str, float, float]] = []
        self.injected: Counter[str] = Counter()

    @contextmanager
    def during(self, what: str) -> Iterator[None]:
        """This is broken while inside."""
        began = time.time()
        with self._lock:
            self._now[what] += 1
        try:
            yield
        finally:
            with self._lock:
                self._now[what] -= 1
                self._spans.append((what, began, time.time()))

    def count(self, kind: str) -> None:
        """A fault of this kind was really injected."""
        with self._lock:
            self.injected[kind] += 1

    @property
    def now(self) -> list[str]:
        """What is broken now."""
        with self._lock:
            return sorted(what for what, times in self._now.items() if times > 0)

    @property
    def all(self) -> list[tuple[str, float, float]]:
        """What was broken, from when to when, in order of its end."""
        with self._lock:
            return list(self._spans)

    def of(self, *what: str) -> list[Span]:
        """When any of these was broken, joined where it overlaps."""
        joined: list[Span] = []
        for began, ended in sorted((began, ended) for name, began, ended in self.all if name in what):
            if joined and began <= joined[-1][1]:
                joined[-1] = (joined[-1][0], max(joined[-1][1], ended))
            else:
                joined.append((began, ended))
        return joined


def outside(began: float, ended: float, spans: Sequence[Span]) -> float:
    """The seconds from one instant to another that lie in none of the spans, which must not overlap."""
    inside = sum(max(0.0, min(ended, until) - max(began, since)) for since, until in spans)
    return max(0.0, ended - began - inside)
