"""A crisis that nobody acknowledges goes up one rung at a time, and never down."""

from datetime import timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from textline.rules.ladder import ROUND, Rung, rung


def at(seconds: float, people: int = 3, *, supervised: bool = True) -> Rung:
    return rung(timedelta(seconds=seconds), people, supervised=supervised)


def test_a_supervisor_at_the_board_has_a_minute_and_then_one_is_called_after_the_other() -> None:
    assert [at(s).called for s in (0, 59, 60, 119, 120, 180, 600)] == [0, 0, 1, 1, 2, 3, 3]


def test_with_nobody_at_a_board_the_first_is_called_at_once() -> None:
    assert [at(s, supervised=False).called for s in (0, 60, 120)] == [1, 2, 3]


def test_when_all_have_been_called_the_texter_is_told_once_more() -> None:
    assert [at(s).told for s in (239, 240)] == [False, True]
    assert [at(s, 0).told for s in (119, 120)] == [False, True]


def test_what_still_stands_begins_the_list_anew() -> None:
    assert at(ROUND.total_seconds()) == Rung(1, 1, told=True)
    assert at(ROUND.total_seconds() + 60).called == 2


def test_of_a_long_list_everybody_is_called_before_it_begins_anew() -> None:
    assert at(21 * 60 - 1, 20).called == 20


@given(st.integers(0, 20), st.booleans(), st.lists(st.floats(0, 890), min_size=2))
def test_it_never_goes_down_within_a_round(people: int, supervised: bool, times: list[float]) -> None:
    rungs = [at(s, people, supervised=supervised) for s in sorted(times)]
    assert all(earlier.called <= later.called <= people for earlier, later in pairwise(rungs))
    assert all(earlier.told <= later.told for earlier, later in pairwise(rungs))
