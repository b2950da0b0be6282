"""Standing by for the clock: at once when it is silent, and not merely because PostgreSQL was away."""

from dataclasses import replace

import pytest

from tests.flow.test_record import dead_engine
from textline.errors import Unavailable
from textline.flow import watch
from textline.runtime import Runtime
from textline.store.database import Store
from workers.standby import Silence


class Time:
    """Seconds that pass when told to."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def silence(run: Runtime, time: Time) -> Silence:
    """As whoever has been looking for long, and has just heard the clock."""
    made = Silence(time)
    watch.pulse(run)
    looks(made, run, time, 10)
    watch.pulse(run)
    assert not made.lasts(run)
    return made


def looks(silence: Silence, run: Runtime, time: Time, times: int) -> bool:
    """What the last of several looks finds, a second apart by either clock."""
    for _ in range(times):
        time.now += 1
        run.clock.move(seconds=1)
        found = silence.lasts(run)
    return found


def test_how_long_it_took_to_find_postgresql_away_does_not_count(
    run: Runtime, silence: Silence, time: Time
) -> None:
    class Slow:
        def everywhere(self) -> None:
            time.now += 8
            raise Unavailable("nobody answers")

    run.clock.move(seconds=60)
    assert not silence.lasts(Slow())  # type: ignore[arg-type]
    assert not looks(silence, run, time, 4), "nobody could have spoken"
    assert looks(silence, run, time, 2)


def without_postgresql(run: Runtime) -> Runtime:
    return replace(run, store=Store(dead_engine(), run.seal))


def test_a_clock_that_speaks_is_not_silent(run: Runtime, silence: Silence, time: Time) -> None:
    for _ in range(5):
        watch.pulse(run)
        assert not looks(silence, run, time, 2)


def test_one_that_spoke_long_ago_is(run: Runtime, silence: Silence, time: Time) -> None:
    assert not looks(silence, run, time, 4)
    assert looks(silence, run, time, 2)
    watch.pulse(run)
    assert not looks(silence, run, time, 1)


def test_after_an_outage_it_has_time_to_speak(run: Runtime, silence: Silence, time: Time) -> None:
    assert not looks(silence, without_postgresql(run), time, 60)
    assert not looks(silence, run, time, 4), "nobody could have spoken"
    assert looks(silence, run, time, 2), "it had its time"


def test_a_short_outage_does_not_give_a_silent_clock_all_its_time_again(
    run: Runtime, silence: Silence, time: Time
) -> None:
    assert looks(silence, run, time, 6)
    assert not looks(silence, without_postgresql(run), time, 1), "there is nothing to be done without it"
    assert looks(silence, run, time, 1)
