"""What Twilio says went wrong between it and us, without its words: they may quote a number."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any


@dataclass(frozen=True)
class Alert:
    """One entry of Twilio's error log.

    Attributes:
        sid: `NO…`, Twilio's own name for it.
        code: Twilio's error code (11200: a webhook was not taken), or None when it gave none.
        level: `error`, `warning`, `notice` or `debug`.
        resource_sid: the text or call that it is about, or empty.
        at: when it happened, in UTC, to the second. It may be written down later than that.
    """

    sid: str
    code: int | None
    level: str
    resource_sid: str
    at: datetime


def read(row: Any) -> Alert:
    """An alert from Twilio's client."""
    code = str(row.error_code or "")
    return Alert(
        sid=row.sid or "",
        code=int(code) if code.isdecimal() else None,
        level=str(row.log_level or "").lower(),
        resource_sid=row.resource_sid or "",
        at=row.date_generated or row.date_created or datetime.now(UTC),
    )
