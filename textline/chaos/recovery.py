"""How long texts took from the carrier's hands into the record. Pure; seconds."""

from collections.abc import Iterator

from textline.chaos import words
from textline.chaos.incoming import by_sid
from textline.chaos.log import Log, Texted
from textline.chaos.outages import Span, outside
from textline.chaos.record import Received, Record
from textline.chaos.verdict import percentile


def measure(log: Log, record: Record, away: list[Span], either: list[Span]) -> dict[str, float | None]:
    """The longest delays, and two percentiles.

    `recovery_s` counts only while both stores were up (outside `either`): nothing can be recorded without
    PostgreSQL, and a text that Valkey keeps cannot be read without it. `recovery_with_outages_s` leaves out
    PostgreSQL's outages alone (`away`), and so does that of crises, which both stores keep. What the reconciler
    brought in counts from the instant that the carrier gave it up, or, if it had been acknowledged (and was
    wiped), from then on.
    """
    taken: list[tuple[float, float]] = []
    grave: list[float] = []
    late: list[float] = []
    for text, row, since in _recorded(log, record):
        delay = outside(since, row.recorded_at, away)
        if row.late:
            late.append(delay)
            continue
        taken.append((delay, outside(since, row.recorded_at, either)))
        if words.is_crisis(text.body):
            grave.append(delay)
    return {
        "recovery_s": max((delay for _, delay in taken), default=None),
        "recovery_with_outages_s": max((delay for delay, _ in taken), default=None),
        "recovery_crisis_s": max(grave, default=None),
        "recovery_late_s": max(late, default=None),
        "recorded_p50_s": percentile([delay for delay, _ in taken], 0.5),
        "recorded_p99_s": percentile([delay for delay, _ in taken], 0.99),
    }


def slowest(
    log: Log, record: Record, away: list[Span], either: list[Span], most: int = 3
) -> list[tuple[float, str, float, float, str]]:
    """The texts of each kind that took longest: delay, SID, acknowledged (or given up) at, recorded at, and kind.

    Delays as `measure` has them.
    """
    found: dict[str, list[tuple[float, str, float, float, str]]] = {}
    for text, row, since in _recorded(log, record):
        kind = "late" if row.late else "crisis" if words.is_crisis(text.body) else "ordinary"
        delay = outside(since, row.recorded_at, either if kind == "ordinary" else away)
        found.setdefault(kind, []).append((delay, text.sid, since, row.recorded_at, kind))
    return [one for some in found.values() for one in sorted(some, reverse=True)[:most]]


def _recorded(log: Log, record: Record) -> Iterator[tuple[Texted, Received, float]]:
    """Each text that is recorded, with its row, and the instant from which its delay counts."""
    rows = by_sid(record)
    for text in log.texted:
        for row in rows.get(text.sid, [])[:1]:
            left = text.given_up_at if row.late else None
            since = left or text.acknowledged_at
            if since is not None:
                yield text, row, since
