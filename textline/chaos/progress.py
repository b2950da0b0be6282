"""One line at the terminal that says how the run goes."""

import sys
import threading
import time
from contextlib import suppress

from textline.chaos.carrier import Control
from textline.chaos.outages import Outages
from textline.chaos.place import Place
from textline.chaos.target import Target
from textline.errors import TextlineError

_EVERY_S = 1.0


def show(
    place: Place, target: Target, control: Control, outages: Outages, until: float, ended: threading.Event
) -> None:
    """Show it every second until told to stop; `until` is when the load ends (by `time.monotonic`)."""
    began, recorded, totals = time.monotonic(), "?", {"sent": 0, "acknowledged": 0}
    terminal = sys.stderr.isatty()
    shown_at = 0.0
    while not ended.wait(_EVERY_S):
        t = time.monotonic() - began
        with suppress(TextlineError):
            recorded = str(target.standing(place).recorded)
        with suppress(TextlineError):
            totals = control.totals()
        if not terminal and t - shown_at < 10:
            continue  # a log wants a line now and then
        shown_at = t
        phase = "load" if time.monotonic() < until else "settling"
        broken = ", ".join(outages.now) or "nothing"
        line = (
            f"{t:4.0f} s  {phase}  sent {totals['sent']}  acknowledged {totals['acknowledged']}"
            f"  recorded {recorded}  broken: {broken}"
        )
        sys.stderr.write(f"\r\033[K{line[:150]}" if terminal else f"{line}\n")
        sys.stderr.flush()
    if terminal:
        sys.stderr.write("\r\033[K")
