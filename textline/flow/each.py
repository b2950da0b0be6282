"""One of many: what goes wrong with one must not keep the others waiting."""

from collections.abc import Callable

from textline import log

_log = log.get(__name__)


def each(verb: Callable[..., int | None], *things: object) -> int:
    """Do one of many. Returns what it gives, or 0 when it failed, which is logged."""
    try:
        return verb(*things) or 0
    except Exception:
        _log.exception("one of many failed: the others go on", verb=verb.__name__)
        return 0
