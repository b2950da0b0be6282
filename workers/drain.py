"""Record what waits in an inbox."""

from textline.flow import record
from workers.process import runtime


def drain(inbox: str) -> int:
    """Record an inbox; returns how many texts were new."""
    return record.drain(runtime(), inbox)
