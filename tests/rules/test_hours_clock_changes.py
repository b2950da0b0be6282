"""Opening hours where the clock is put forward or back.

2026: New York on 8 March (02:00 → 03:00) and 1 November (02:00 → 01:00), London on 29 March (01:00 → 02:00) and
25 October (02:00 → 01:00). All are Sundays.
"""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.rules.test_hours import NEW_YORK, at, week

LONDON = ZoneInfo("Europe/London")
FORWARD = [(NEW_YORK, "2026-03-08"), (LONDON, "2026-03-29")]
BACK = [(NEW_YORK, "2026-11-01"), (LONDON, "2026-10-25")]


def minutes_open(hours, day, zone):
    noon_before = at(f"{day}T12:00", zone) - timedelta(days=1)
    return sum(hours.is_open(noon_before + timedelta(minutes=n)) for n in range(48 * 60))


@pytest.mark.parametrize(("zone", "day"), FORWARD)
def test_a_night_over_the_lost_hour_is_an_hour_shorter(zone, day):
    assert minutes_open(week((5, "22:00", "06:00"), zone=zone), day, zone) == 7 * 60


@pytest.mark.parametrize(("zone", "day"), BACK)
def test_a_night_over_the_hour_that_comes_twice_is_an_hour_longer(zone, day):
    assert minutes_open(week((5, "22:00", "06:00"), zone=zone), day, zone) == 9 * 60


@pytest.mark.parametrize(("zone", "day", "length"), [(*d, 23) for d in FORWARD] + [(*d, 25) for d in BACK])
def test_the_whole_day_is_the_whole_day(zone, day, length):
    assert minutes_open(week((6, "00:00", "00:00"), zone=zone), day, zone) == length * 60


@pytest.mark.parametrize(("zone", "day"), FORWARD + BACK)
def test_office_hours_keep_to_the_clock_on_the_wall(zone, day):
    hours = week((6, "09:00", "17:00"), zone=zone)
    assert not hours.is_open(at(f"{day}T08:59", zone))
    assert hours.is_open(at(f"{day}T09:00", zone))
    assert hours.opens_next(at(f"{day}T00:30", zone)).isoformat()[:16] == f"{day}T09:00"


def test_a_time_that_is_skipped_comes_as_long_after_midnight_as_on_other_days():
    hours = week((6, "02:30", "08:00"))
    opens = hours.opens_next(at("2026-03-08T00:00"))
    assert opens.isoformat() == "2026-03-08T03:30:00-04:00"
    assert not hours.is_open(opens - timedelta(minutes=1))
    assert hours.is_open(opens)


def test_a_span_that_the_change_swallows_is_never_promised():
    hours = week((6, "02:30", "03:00"))
    assert minutes_open(hours, "2026-03-08", NEW_YORK) == 0
    assert hours.opens_next(at("2026-03-08T00:00")).isoformat() == "2026-03-15T02:30:00-04:00"


def test_in_the_hour_that_comes_twice_the_first_time_counts():
    hours = week((6, "01:30", "05:00"))
    first = datetime(2026, 11, 1, 5, 30, tzinfo=UTC)  # 01:30 summer time
    assert not hours.is_open(first - timedelta(minutes=1))
    assert hours.is_open(first)
    assert hours.is_open(first + timedelta(minutes=45)), "01:15 for the second time"


def test_an_instant_of_the_second_time_is_not_taken_for_the_first():
    hours = week((6, "01:30", "01:45"))
    second = datetime(2026, 11, 1, 1, 35, fold=1, tzinfo=NEW_YORK)
    assert hours.is_open(second.replace(fold=0))
    assert not hours.is_open(second)
    assert hours.opens_next(second).date().isoformat() == "2026-11-08"
