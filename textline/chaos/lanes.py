"""Carries a plan out: each lane of faults in a thread of its own."""

import threading
import time
from functools import partial
from itertools import groupby

from textline.chaos.faults import Faults
from textline.chaos.plan import Fault
from textline.chaos.threads import Threads


def run(plan: dict[str, list[Fault]], faults: Faults, ended: threading.Event, threads: Threads) -> None:
    """Begin; the lanes end by themselves, or soon after `ended` is set."""
    began = time.monotonic()
    for name, lane in plan.items():
        threads.start(f"faults: {name}", partial(_run, lane, faults, ended, began))


def _run(lane: list[Fault], faults: Faults, ended: threading.Event, began: float) -> None:
    for at, together in groupby(lane, lambda fault: fault.at):
        if ended.wait(max(0.0, began + at - time.monotonic())):
            return
        faults.do(list(together))
