"""How long to wait before the next try."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textline.rules.backoff import backoff

luck = st.floats(0, 1, exclude_max=True)


@pytest.mark.parametrize(("attempts", "longest"), [(1, 2), (2, 4), (3, 8), (8, 256), (9, 300), (10**9, 300)])
def test_doubles_from_two_seconds_to_five_minutes(attempts, longest):
    assert backoff(attempts, 0) == timedelta(seconds=longest / 2)
    assert timedelta(seconds=longest * 0.999) < backoff(attempts, 0.9999) < timedelta(seconds=longest)


@given(st.integers(1, 10**6), luck)
def test_is_between_one_second_and_five_minutes(attempts, luck):
    assert timedelta(seconds=1) <= backoff(attempts, luck) <= timedelta(minutes=5)


@given(st.integers(1, 100), luck)
def test_with_the_same_luck_a_later_try_never_comes_sooner(attempts, luck):
    assert backoff(attempts, luck) <= backoff(attempts + 1, luck)


def test_luck_spreads_what_failed_together():
    waits = [backoff(5, luck / 10) for luck in range(10)]
    assert len(set(waits)) == 10
    assert max(waits) - min(waits) > timedelta(seconds=10)
