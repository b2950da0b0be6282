"""Opening hours, on ordinary days."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textline.rules.hours import DAYS, Hours, Opening

NEW_YORK = ZoneInfo("America/New_York")
zones = st.sampled_from(["America/New_York", "Europe/London", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"])
times = st.times().map(lambda t: t.replace(second=0, microsecond=0))
openings = st.lists(st.builds(Opening, st.integers(0, 6), times, times), min_size=1, max_size=5)
instants = st.integers(0, 2 * 366 * 24 * 60).map(
    lambda n: datetime(2025, 1, 1, tzinfo=UTC) + timedelta(minutes=n)
)


def at(text, zone=NEW_YORK):
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


def week(*spans, holidays=(), zone=NEW_YORK):
    made = [Opening(day, time.fromisoformat(o), time.fromisoformat(c)) for day, o, c in spans]
    return Hours(zone, made, holidays)


def test_without_openings_always_open():
    always = Hours(NEW_YORK, holidays=[date(2026, 1, 1)])
    assert always.is_open(at("2026-01-01T03:00"))
    assert always.opens_next(at("2026-01-01T03:00")) is None


@pytest.mark.parametrize(("clock", "is_open"), [("08:59", 0), ("09:00", 1), ("16:59", 1), ("17:00", 0)])
def test_from_the_first_minute_up_to_the_last(clock, is_open):
    assert week((0, "09:00", "17:00")).is_open(at(f"2026-11-23T{clock}")) == bool(is_open)


@pytest.mark.parametrize("day", range(7))
def test_each_weekday_is_its_own(day):
    hours = week((day, "09:00", "17:00"))
    noons = [at(f"2026-11-{23 + n}T12:00") for n in range(7)]  # the 23rd is a Monday
    assert [hours.is_open(noon) for noon in noons] == [n == day for n in range(7)]
    assert noons[day].strftime("%A") == DAYS[day]


def test_sunday_night_reaches_into_monday_and_no_other_morning():
    hours = week((6, "22:00", "02:00"))
    assert hours.is_open(at("2026-11-29T23:00"))
    assert hours.is_open(at("2026-11-30T01:59"))
    assert not hours.is_open(at("2026-11-30T02:00"))
    assert not hours.is_open(at("2026-11-29T01:00")), "Saturday's night is not Sunday's"


def test_midnight_to_midnight_is_the_whole_day_and_no_more():
    hours = week((2, "00:00", "00:00"))
    assert [hours.is_open(at(t)) for t in ("2026-11-24T23:59", "2026-11-25T00:00", "2026-11-25T23:59")] == [
        False, True, True,
    ]  # fmt: skip
    assert not hours.is_open(at("2026-11-26T00:00"))


def test_a_holiday_closes_what_begins_on_it_only():
    hours = week(*[(day, "20:00", "04:00") for day in range(7)], holidays=[date(2026, 12, 25)])
    assert hours.is_open(at("2026-12-25T03:00")), "the night before goes on to its end"
    assert not hours.is_open(at("2026-12-25T20:00"))
    assert not hours.is_open(at("2026-12-26T03:00"))
    assert hours.opens_next(at("2026-12-25T20:00")) == at("2026-12-26T20:00")


def test_the_day_is_the_lines_own():
    hours = week((0, "20:00", "23:00"))
    assert hours.is_open(datetime(2026, 11, 24, 2, tzinfo=UTC)), "Tuesday in UTC is Monday evening there"
    assert not hours.is_open(datetime(2026, 11, 23, 21, tzinfo=UTC))


def test_opens_next_is_told_in_the_lines_own_time():
    opens = week((0, "09:00", "17:00")).opens_next(at("2026-11-23T17:00"))
    assert opens.isoformat() == "2026-11-30T09:00:00-05:00"
    assert opens.tzinfo is NEW_YORK


def test_opens_next_the_same_day_and_at_the_earliest_of_several():
    hours = week((0, "20:00", "21:00"), (0, "14:00", "15:00"), (0, "09:00", "10:00"))
    assert hours.opens_next(at("2026-11-23T11:00")) == at("2026-11-23T14:00")


def test_opens_next_passes_over_holidays_but_not_for_ever():
    mondays = [date(2026, 11, 23) + timedelta(weeks=n) for n in range(5)]
    hours = week((0, "09:00", "17:00"), holidays=mondays[:3])
    assert hours.opens_next(at("2026-11-23T08:00")) == at("2026-12-14T09:00")
    assert week((0, "09:00", "17:00"), holidays=mondays).opens_next(at("2026-11-23T08:00")) is None


@given(zones, openings, instants)
def test_it_is_open_when_it_says_it_opens_and_not_before(zone, spans, now):
    hours = Hours(ZoneInfo(zone), spans)
    opens = hours.opens_next(now)
    assert (opens is None) == hours.is_open(now)
    if opens:
        assert opens > now
        assert hours.is_open(opens)
        assert not hours.is_open(opens.astimezone(UTC) - timedelta(seconds=1))
        assert not hours.is_open(now + (opens.astimezone(UTC) - now) / 2)


@given(zones, openings, instants, zones)
def test_the_zone_in_which_the_instant_is_given_decides_nothing(zone, spans, now, other):
    hours = Hours(ZoneInfo(zone), spans)
    assert hours.is_open(now) == hours.is_open(now.astimezone(ZoneInfo(other)))
    assert hours.opens_next(now) == hours.opens_next(now.astimezone(ZoneInfo(other)))
