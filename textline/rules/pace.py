"""Pace: how fast a line's texts may leave, so that a crisis text never stands in a long queue at Twilio.

Twilio takes texts faster than it sends them, and queues the rest by sender for up to ten hours
(twilio.com/docs/messaging/guides/scaling-queueing-latency). What is queued there cannot be overtaken any more.
"""

from datetime import datetime, timedelta

import phonenumbers

# So much of a line's sending may lie in Twilio's queue: a crisis text waits no longer there.
AHEAD = timedelta(seconds=10)


def usual(number: str) -> float:
    """Segments a second that Twilio sends from such a number: a short code 10, a toll-free number 3, others 1."""
    if not number.startswith("+"):
        return 10.0
    try:
        kind = phonenumbers.number_type(phonenumbers.parse(number))
    except phonenumbers.NumberParseException:
        return 1.0
    return 3.0 if kind == phonenumbers.PhoneNumberType.TOLL_FREE else 1.0


def slot(
    clear_at: datetime | None, now: datetime, segments: int, per_second: float
) -> tuple[datetime, datetime]:
    """When a text may leave, and when the line will be clear after it; `clear_at` is when it is clear without."""
    begins = max(clear_at or now, now)
    return max(begins - AHEAD, now), begins + timedelta(seconds=segments / per_second)
