"""The name under which volunteers know a texter."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from textline.rules.pseudonyms import FIRST, SECOND, pseudonym

LAP = len(FIRST) * len(SECOND)


def test_no_word_stands_twice():
    assert len({word.casefold() for word in FIRST + SECOND}) == len(FIRST) + len(SECOND)


def test_a_full_lap_is_unique_and_without_numbers():
    names = [pseudonym(n) for n in range(1, LAP + 1)]
    assert len(set(names)) == LAP == 1296
    assert {len(name.split()) for name in names} == {2}


def test_three_laps_are_unique_and_the_second_carries_a_two():
    names = [pseudonym(n) for n in range(1, 3 * LAP + 1)]
    assert len(set(names)) == 3 * LAP
    assert all(name.endswith(" 2") for name in names[LAP : 2 * LAP])
    assert all(name.endswith(" 3") for name in names[2 * LAP :])


@given(st.integers(1, 10**12))
def test_the_same_texter_keeps_their_name_however_many_there_are(texter):
    assert pseudonym(texter) == pseudonym(texter)
    first, second, *number = pseudonym(texter).split()
    assert first in FIRST
    assert second in SECOND
    assert len(number) == (texter > LAP)


def test_neighbours_share_no_word():
    for one, next_one in pairwise(pseudonym(n) for n in range(1, LAP + 1)):
        assert not set(one.split()) & set(next_one.split()), "two who text at once are easy to tell apart"
