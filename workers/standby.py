"""Standing by: what worker processes do beside their jobs, so that nobody depends on the clock alone."""

import threading
from datetime import timedelta

from textline import log
from textline.flow import sweep
from textline.flow.watch import CLOCK
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
    while not stopping.wait(_LOOK_S):
        if not _is_silent():
            continue
        _log.warning("the clock is silent: its work is done here meanwhile")
        until = threading.Event()
        working = threading.Thread(target=run, args=(TABLE, until), daemon=True)
        working.start()
        while _is_silent() and not stopping.wait(_LOOK_S):
            pass
        until.set()
        working.join()


def _is_silent() -> bool:
    try:
        with runtime().everywhere() as everywhere:
            silence = pulses.silence(everywhere, CLOCK)
    except Exception:
        return False  # nothing can be done without PostgreSQL, by anybody
    return silence is None or silence > _SILENT
