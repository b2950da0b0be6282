"""Contained: what a text sets going besides must not keep it from being recorded, screened and escalated."""

from collections.abc import Callable

from textline import log
from textline.errors import Busy, Unavailable
from textline.runtime import Unit

_log = log.get(__name__)


def contained(unit: Unit, verb: Callable[..., bool], *things: object) -> bool:
    """Do it, and give what it gives; False when it failed, which is undone and logged.

    Raises:
        Busy, Unavailable: all of the transaction is to be tried again.
    """
    try:
        with unit.apart():
            return verb(unit, *things)
    except (Busy, Unavailable):
        raise
    except Exception:
        _log.exception(
            "what a text asked for could not be done: it is recorded all the same", verb=verb.__name__
        )
        return False
