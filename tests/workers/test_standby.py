"""Standing by for the clock: at once when it is silent, and not merely because PostgreSQL was away."""

from dataclasses import replace

import pytest

from tests.flow.test_record import dead_engine
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
    made = Silence(time)
    watch.pulse(run)
    time.now += 10
    return made


def test_a_clock_that_speaks_is_not_silent(run: Runtime, silence: Silence) -> None:
    assert not silence.lasts(run)


def test_one_that_spoke_long_ago_is(run: Runtime, silence: Silence) -> None:
    run.clock.move(seconds=6)
    assert silence.lasts(run)
    watch.pulse(run)
    assert not silence.lasts(run)


def test_after_an_outage_it_has_time_to_speak(run: Runtime, silence: Silence, time: Time) -> None:
    run.clock.move(seconds=60)
    assert not silence.lasts(replace(run, store=Store(dead_engine(), run.seal)))
    time.now += 3
    assert not silence.lasts(run), "nobody could have spoken"
    time.now += 3
    assert silence.lasts(run), "it had its time"
