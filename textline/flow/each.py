"""One of many: what goes wrong with one, or takes long, must not keep the others waiting."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from textline import log

_log = log.get(__name__)
T = TypeVar("T")


def each(verb: Callable[..., int | None], *things: object) -> int:
    """Do one of many. Returns what it gives, or 0 when it failed, which is logged."""
    try:
        return verb(*things) or 0
    except Exception:
        _log.exception("one of many failed: the others go on", verb=verb.__name__)
        return 0


def batched(things: Sequence[T], most: int) -> Iterator[Sequence[T]]:
    """These, so many at a time."""
    return (things[start : start + most] for start in range(0, len(things), most))


def within(seconds: float, things: Iterable[T]) -> Iterator[T]:
    """These, one by one, as long as there is time; what is left comes first the next time that somebody looks."""
    ends = time.monotonic() + seconds
    for thing in things:
        yield thing
        if time.monotonic() > ends:
            return
