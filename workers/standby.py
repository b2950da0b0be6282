"""Standing by: what worker processes do beside their jobs, so that nobody depends on the clock alone."""

import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from textline import log
from textline.flow import reconcile, sweep
from textline.flow.watch import CLOCK
from textline.runtime import Runtime
from textline.store import pulses
from workers.clock import TABLE, repeat, run
from workers.process import runtime, stopping

_log = log.get(__name__)
_SILENT_S = 4.0
_LOOK_S = 1.0


def crises() -> None:
    """In a thread: record crisis texts that nobody records, from either store, without RQ or the clock."""
    threading.Thread(target=repeat, args=(1.0, sweep.urgent, stopping), daemon=True).start()


def texts() -> None:
    """In threads: record the texts that nobody records, from either store or Twilio's log, without RQ or the clock.

    The clock and its stand-in are two processes; both can be away when a store comes back.
    """
    threading.Thread(target=repeat, args=(1.0, sweep.overlooked, stopping), daemon=True).start()
    threading.Thread(target=repeat, args=(2.0, reconcile.unread, stopping), daemon=True).start()


def clock() -> None:
    """In a thread: do the clock's work while the clock is silent."""
    threading.Thread(target=_stand_by, daemon=True).start()


def _stand_by() -> None:
    silence = Silence(time.monotonic)
    while not stopping.wait(_LOOK_S):
        if not silence.lasts(runtime()):
            continue
        _log.warning("the clock is silent: its work is done here meanwhile")
        until = threading.Event()
        working = threading.Thread(target=run, args=(TABLE, until), daemon=True)
        working.start()
        while silence.lasts(runtime()) and not stopping.wait(_LOOK_S):
            pass
        until.set()
        working.join()


class Silence:
    """The clock's, counted only while PostgreSQL answered, and so could be spoken to.

    To stand in for one that is only about to speak would be twice the work for the machine, when it has most to do.
    """

    def __init__(self, now_s: Callable[[], float]) -> None:
        self._now_s = now_s
        self._looked_at = now_s()
        self._pulse: datetime | None = None
        self._could_have_spoken_s = 0.0

    def lasts(self, here: Runtime) -> bool:
        """Whether the clock is silent, and PostgreSQL there."""
        try:
            with here.everywhere() as everywhere:
                pulse, now = pulses.last(everywhere, CLOCK), everywhere.now
        except Exception:  # without PostgreSQL nothing can be done, by anybody
            self._looked_at = self._now_s()
            return False
        before, self._looked_at = self._looked_at, self._now_s()
        self._could_have_spoken_s += self._looked_at - before
        if pulse != self._pulse:
            self._pulse, self._could_have_spoken_s = pulse, 0.0
        silent = pulse is None or now > pulse + timedelta(seconds=_SILENT_S)
        return silent and self._could_have_spoken_s > _SILENT_S
