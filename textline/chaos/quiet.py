"""Waiting for quiet: everything that was texted is recorded, and nothing is on its way any more."""

import time

from textline.chaos.carrier import Control
from textline.chaos.place import Place
from textline.chaos.target import Target
from textline.errors import TextlineError

_EVERY_S = 1.0
_FOR_S = 5.0  # so long it has to stay: what comes doubled comes soon


def wait(place: Place, target: Target, control: Control) -> float | None:
    """Wait as long as the target's patience; returns after how many seconds it was quiet, or None."""
    began = time.monotonic()
    since: float | None = None
    while (t := time.monotonic() - began) < target.patience_s and not place.stopping.asked:
        if not _is_quiet(place, target, control):
            since = None
        elif since is None:
            since = t
        elif t - since >= _FOR_S:
            return since
        place.stopping.wait(_EVERY_S)
    return None


def _is_quiet(place: Place, target: Target, control: Control) -> bool:
    try:
        standing = target.standing(place)
    except TextlineError:
        return False
    return standing.under_way == 0 and standing.recorded >= control.totals()["sent"]
