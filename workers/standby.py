"""Standing by: what worker processes do beside their jobs, so that nobody depends on the clock alone."""

import threading
import time
from collections.abc import Callable
from datetime import timedelta

from textline import log
from textline.flow import sweep
from textline.flow.watch import CLOCK
from textline.runtime import Runtime
from textline.store import pulses
from workers.clock import TABLE, repeat, run
from workers.process import runtime, stopping

_log = log.get(__name__)
_SILENT = timedelta(seconds=5)
_LOOK_S = 1.0


def crises() -> None:
    """In a thread: record crisis texts that nobody records, from either store, without RQ or the clock."""
    threading.Thread(target=repeat, args=(1.0, sweep.urgent, stopping), daemon=True).start()


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
    """The clock's, as far as it can be told from PostgreSQL's: after an outage the clock has its time to speak.

    To stand in for one that is only about to speak would be twice the work for the machine, when it has most to do.
    """

    def __init__(self, now_s: Callable[[], float]) -> None:
        self._now_s = now_s
        self._could_speak_since = now_s()

    def lasts(self, here: Runtime) -> bool:
        """Whether the clock is silent, and PostgreSQL there."""
        try:
            with here.everywhere() as everywhere:
                silence = pulses.silence(everywhere, CLOCK)
        except Exception:  # without PostgreSQL nothing can be done, by anybody
            self._could_speak_since = self._now_s()
            return False
        could_speak = self._now_s() > self._could_speak_since + _SILENT.total_seconds()
        return could_speak and (silence is None or silence > _SILENT)
