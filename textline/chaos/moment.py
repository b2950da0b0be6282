"""An instant, as reports and logs show it."""

from datetime import UTC, datetime


def shown(at: float) -> str:
    """The time of day in UTC, to the millisecond, of seconds since 1970."""
    return datetime.fromtimestamp(at, UTC).strftime("%H:%M:%S.%f")[:-3]
