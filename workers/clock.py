"""The clock: does, every few seconds, whatever a lost wake-up should have done. `python -m workers.clock`."""

import gc
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from textline import log
from textline.errors import Unavailable
from textline.flow import call_out, heartbeat, reconcile, ring, screen, sweep, watch
from textline.runtime import Runtime
from workers.process import runtime

_log = log.get(__name__)


@dataclass(frozen=True)
class Tick:
    """One line of the cron table: what is done, and every how many seconds."""

    every_s: float
    do: Callable[[Runtime], object]


TABLE = (
    Tick(0.5, sweep.urgent),
    Tick(1, sweep.inboxes),
    Tick(1, sweep.spooled),
    Tick(1, sweep.urgent_sends),
    Tick(1, ring.ring_due),
    Tick(1, ring.quiet_telephones),
    Tick(1, sweep.sends),
    Tick(30, sweep.reports),
    Tick(2, sweep.matches),
    Tick(2, sweep.absences),
    Tick(60, sweep.held),
    Tick(5, watch.unanswered),
    Tick(5, watch.recording),
    Tick(2, watch.crises),
    Tick(5, watch.silences),
    Tick(2, call_out.call_out),
    Tick(2, call_out.ring_devices),
    Tick(2, reconcile.reconcile),
    Tick(60, watch.alerts),
    Tick(60, heartbeat.beat),
    Tick(3600, sweep.old_sessions),
)


_ROUND_LIMIT_S = 60  # a pass of sends may take 20 s, and Twilio's log a while
_EVERY = {tick.do.__name__: tick.every_s for tick in TABLE}
_came_round: dict[str, float] = {}


def run(ticks: tuple[Tick, ...], stop: threading.Event) -> None:
    """Do each line of the table again and again until told to stop, each in a thread of its own.

    What waits for Twilio in one must not keep the texts of another waiting.
    """
    threads = [
        threading.Thread(target=repeat, args=(tick.every_s, tick.do, stop), name=tick.do.__name__)
        for tick in ticks
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _pulse(run: Runtime) -> None:
    """The clock is alive: every line of its table has come round. If not, a stand-in does its work."""
    now = time.monotonic()
    late = [
        name
        for name, at in _came_round.items()
        if name in _EVERY and now > at + _ROUND_LIMIT_S + _EVERY[name]
    ]
    if late:
        _log.error("the clock is stuck: it gives no pulse", sweeps=late)
    else:
        watch.pulse(run)


def repeat(every_s: float, do: Callable[[Runtime], object], stop: threading.Event) -> None:
    """Do one thing every so often until told to stop, whatever goes wrong."""
    _do(do)
    while not stop.wait(every_s):
        _do(do)


def _do(do: Callable[[Runtime], object]) -> None:
    _came_round.setdefault(do.__name__, time.monotonic())
    try:
        do(runtime())
    except Unavailable as error:
        _log.warning("a sweep could not be made", sweep=do.__name__, why=str(error))
    except Exception:
        # The clock outlives whatever goes wrong in one sweep: the others are somebody's only safety net.
        _log.exception("a sweep failed", sweep=do.__name__)
    _came_round[do.__name__] = time.monotonic()


def main() -> None:
    """Run until SIGTERM or SIGINT."""
    runtime()
    # Now, and once: several sweeps would each make it, while their first texts hold a transaction open.
    screen.make_ready()
    gc.collect()
    gc.freeze()  # the collector would look through the screen again and again
    screen.read_ahead()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    run((*TABLE, Tick(1, _pulse)), stop)


if __name__ == "__main__":
    main()
