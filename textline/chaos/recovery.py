"""How long texts took from the carrier's hands into the record. Pure; seconds."""

from textline.chaos import words
from textline.chaos.incoming import by_sid
from textline.chaos.log import Log
from textline.chaos.outages import Span, outside
from textline.chaos.record import Record
from textline.chaos.verdict import percentile


def measure(log: Log, record: Record, away: list[Span]) -> dict[str, float | None]:
    """The longest delays, and two percentiles.

    While PostgreSQL was away (`away`) nothing can be recorded, so that time does not count. What the reconciler
    brought in counts from the instant that the carrier gave it up, or, if it had been acknowledged (and was
    wiped), from then on.
    """
    rows = by_sid(record)
    taken: list[float] = []
    grave: list[float] = []
    late: list[float] = []
    for text in log.texted:
        row = rows.get(text.sid, [None])[0]
        since = text.acknowledged_at if row and not row.late else text.given_up_at or text.acknowledged_at
        if row is None or since is None:
            continue
        delay = outside(since, row.recorded_at, away)
        if row.late:
            late.append(delay)
            continue
        taken.append(delay)
        if words.is_crisis(text.body):
            grave.append(delay)
    return {
        "recovery_s": max(taken, default=None),
        "recovery_crisis_s": max(grave, default=None),
        "recovery_late_s": max(late, default=None),
        "recorded_p50_s": percentile(taken, 0.5),
        "recorded_p99_s": percentile(taken, 0.99),
    }


def slowest(
    log: Log, record: Record, away: list[Span], most: int = 10
) -> list[tuple[float, str, float, bool]]:
    """The texts that took longest: delay, SID, acknowledged (or given up) at, and whether late."""
    rows = by_sid(record)
    found = []
    for text in log.texted:
        row = rows.get(text.sid, [None])[0]
        since = text.acknowledged_at if row and not row.late else text.given_up_at or text.acknowledged_at
        if row is not None and since is not None:
            found.append((outside(since, row.recorded_at, away), text.sid, since, row.late))
    return sorted(found, reverse=True)[:most]
