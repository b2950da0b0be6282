"""Opening hours: whether a line is open at an instant, and when it opens next."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True)
class Opening:
    """One span of a weekday (0 is Monday). `closes` at or before `opens` means the next day; 00:00–00:00, all day."""

    weekday: int
    opens: time
    closes: time


@dataclass(frozen=True)
class Hours:
    """A line's week in its own time zone. A line without any opening is always open."""

    zone: ZoneInfo
    openings: Sequence[Opening] = ()
    holidays: Collection[date] = ()

    def is_open(self, now: datetime) -> bool:
        """Whether the line is open at `now` (an aware instant). A span belongs to the day it begins on."""
        if not self.openings:
            return True
        today, instant = now.astimezone(self.zone).date(), now.astimezone(UTC)
        return any(begins <= instant < ends for begins, ends in self._spans(today - timedelta(days=1), 2))

    def opens_next(self, now: datetime) -> datetime | None:
        """When the line opens next, in its own zone; None when it is open, or has no opening in three weeks."""
        if self.is_open(now):
            return None
        today, instant = now.astimezone(self.zone).date(), now.astimezone(UTC)
        coming = [begins for begins, _ in self._spans(today, 22) if begins > instant]
        return min(coming).astimezone(self.zone) if coming else None

    def _spans(self, first: date, days: int) -> list[tuple[datetime, datetime]]:
        dates = [first + timedelta(days=n) for n in range(days)]
        spans = [
            self._span(day, opening)
            for day in dates
            for opening in self.openings
            if opening.weekday == day.weekday() and day not in self.holidays
        ]
        # When the clock is put forward, a time that is skipped comes later than the one after it.
        return [(begins, ends) for begins, ends in spans if begins < ends]

    def _span(self, day: date, opening: Opening) -> tuple[datetime, datetime]:
        last = day if opening.closes > opening.opens else day + timedelta(days=1)
        begins = datetime.combine(day, opening.opens, self.zone)
        ends = datetime.combine(last, opening.closes, self.zone)
        # In UTC: two times of one zone are compared by their clocks, whichever side of a change they are on.
        return begins.astimezone(UTC), ends.astimezone(UTC)
