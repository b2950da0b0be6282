"""Drain: from the inboxes and the spool into the record, many texters at a time."""

import time
from collections.abc import Callable

from textline.errors import Unavailable
from textline.flow import batch
from textline.live.inbox import Taken
from textline.runtime import Runtime

INBOXES_AT_ONCE = 30
# Few, so that what they wrote before comes with it.
URGENT_AT_ONCE = 10
# A drainer stays awake for a while after the last text, since RQ takes longer to start a job than we to do it.
LINGER_S = 2.0
LONGEST_S = 20.0
# Long enough to come from the largest batch down to one text, each cut off for its time. Both together, and the last
# one begun, are within the minute that RQ gives a job.
_BATCHES_S = 25.0
_LISTEN_S = 0.5
_BREATH_S = 0.01
_FEW = 2
_ROUNDS = 40
_OVERDUE_S = 1.0  # an urgent inbox that waits so long has lost its drainer: anybody takes it


def drain_lane(
    runtime: Runtime, lane: str, stopped: Callable[[], bool] = lambda: False, linger_s: float = LINGER_S
) -> int:
    """Record what waits in a lane and what comes meanwhile, until nothing does. Returns how many texts were new.

    May run several times at once, or again after a crash. When told to stop, or after a while, another is woken.
    """
    began = quiet = time.monotonic()
    new = 0
    while not stopped() and time.monotonic() < began + LONGEST_S:
        started = time.monotonic()
        if recorded := drain_some(runtime, lane):
            new, quiet = new + recorded, time.monotonic()
            if _FEW < recorded < INBOXES_AT_ONCE:
                # Texts that come fast are then recorded more at a time, and whoever acknowledges them has room.
                time.sleep(min(quiet - started, _BREATH_S))
        elif time.monotonic() < quiet + linger_s:
            runtime.live.inbox.listen(lane, min(_LISTEN_S, linger_s))
        elif runtime.live.inbox.rest(lane):
            return new
    runtime.live.inbox.rest(lane)
    runtime.live.jobs.enqueue("drain", lane, lane)
    return new


def drain_some(runtime: Runtime, lane: str, overdue_s: float | None = None) -> int:
    """Record some inboxes of a lane that nobody else has; for a passer-by, those that have waited for `overdue_s`.

    Returns how many texts left the inboxes.
    """
    until, ends = runtime.clock(), time.monotonic() + _BATCHES_S
    now = until.timestamp()
    if lane != "urgent":
        taken = runtime.live.inbox.take("urgent", now, URGENT_AT_ONCE, now - _OVERDUE_S)
        if taken and (moved := batch.record(runtime, until, taken, ends).moved):
            return moved
    before = None if overdue_s is None else now - overdue_s
    most = URGENT_AT_ONCE if lane == "urgent" else INBOXES_AT_ONCE
    taken = runtime.live.inbox.take(lane, now, most, before)
    return batch.record(runtime, until, taken, ends).moved if taken else 0


def drain(runtime: Runtime, *inboxes: str) -> int:
    """Record these inboxes now, as far as Redis can be read, and what the spool holds of them.

    Returns how many texts left them.
    """
    left, waiting = 0, list(inboxes)
    ends, rounds = time.monotonic() + _BATCHES_S, 0
    while waiting and rounds < _ROUNDS and time.monotonic() < ends:
        until, rounds = runtime.clock(), rounds + 1
        read = [Taken(inbox, _read(runtime, inbox)) for inbox in waiting]
        made = batch.record(runtime, until, read, ends)
        left += made.moved
        waiting = [inbox for inbox in waiting if inbox in made.left or made.done.get(inbox)]
    return left


def _read(runtime: Runtime, inbox: str) -> dict[str, str]:
    try:
        return runtime.live.inbox.read(inbox)
    except Unavailable:
        return {}
