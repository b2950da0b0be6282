"""Who answers next."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from textline.rules.match import REST_AFTER_RETURN, Candidate, Pool, Waiting

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
NEVER = Candidate(1, 0, 3, None)
WAITS = Waiting(1)
moments = st.none() | st.integers(0, 300).map(lambda s: NOW - timedelta(seconds=s))
candidates = st.lists(
    st.builds(Candidate, st.integers(1, 9), st.integers(0, 4), st.integers(0, 4), moments),
    unique_by=lambda c: c.id,
)
waiting = st.builds(Waiting, st.just(1), st.none() | st.integers(1, 9), moments)


def choose(waits, there, now):
    return Pool(there).take(waits, now)


def rests(waits, candidate):
    given_back = waits.returned_by == candidate.id and waits.returned_at is not None
    return given_back and NOW - waits.returned_at < timedelta(minutes=2)


@given(waiting, candidates)
def test_somebody_who_can_and_nobody_better(waits, there):
    able = [c for c in there if c.open < c.capacity and not rests(waits, c)]
    chosen = choose(waits, there, NOW)
    assert (chosen in able) if able else (chosen is None)
    for other in able:
        assert other.open >= chosen.open
        if other.open == chosen.open and other.last_matched_at and chosen.last_matched_at:
            assert other.last_matched_at >= chosen.last_matched_at


@given(waiting, candidates.flatmap(lambda c: st.tuples(st.just(c), st.permutations(c))))
def test_the_order_in_which_they_come_decides_nothing(waits, two):
    assert choose(waits, two[0], NOW) == choose(waits, two[1], NOW)


def test_nobody_there():
    assert choose(WAITS, [], NOW) is None


def test_the_last_place_is_taken_and_no_further_one():
    assert choose(WAITS, [replace(NEVER, open=2)], NOW)
    assert choose(WAITS, [replace(NEVER, open=3)], NOW) is None
    assert choose(WAITS, [replace(NEVER, open=4)], NOW) is None, "a capacity lowered meanwhile"
    assert choose(WAITS, [replace(NEVER, capacity=0)], NOW) is None


def test_fewest_open_comes_before_longest_idle():
    idle = Candidate(1, 1, 3, None)
    fewer = Candidate(2, 0, 1, NOW)
    assert choose(WAITS, [idle, fewer], NOW) == fewer


def test_never_matched_comes_first_then_longest_ago_then_the_lowest_id():
    early, late = (Candidate(n, 0, 3, NOW - timedelta(minutes=m)) for n, m in ((2, 50), (1, 5)))
    new = Candidate(9, 0, 3, None)
    assert choose(WAITS, [late, early, new], NOW) == new
    assert choose(WAITS, [late, early], NOW) == early
    assert choose(WAITS, [replace(early, id=8), replace(early, id=3)], NOW).id == 3


def test_who_gave_it_back_rests_for_two_minutes_even_when_alone():
    assert timedelta(minutes=2) == REST_AFTER_RETURN
    back = Waiting(1, returned_by=1, returned_at=NOW)
    assert choose(back, [NEVER], NOW) is None
    assert choose(back, [NEVER], NOW + timedelta(seconds=119, milliseconds=999)) is None
    assert choose(back, [NEVER], NOW + timedelta(minutes=2)) == NEVER


def test_others_take_at_once_what_one_gave_back():
    busy = Candidate(2, 2, 3, NOW)
    assert choose(Waiting(1, returned_by=1, returned_at=NOW), [NEVER, busy], NOW) == busy


def test_given_back_at_no_known_time_is_no_rest():
    assert choose(Waiting(1, returned_by=1), [NEVER], NOW) == NEVER


@given(candidates, st.integers(0, 40))
def test_a_pool_is_never_overfilled_and_gives_to_whoever_has_fewest(there, texters):
    pool, has = Pool(there), {c.id: c.open for c in there}
    room = sum(max(0, c.capacity - c.open) for c in there)
    for n in range(texters):
        chosen = pool.take(Waiting(n), NOW)
        able = [c for c in there if has[c.id] < c.capacity]
        if chosen is None:
            assert not able
            break
        assert has[chosen.id] == min(has[c.id] for c in able)
        has[chosen.id] += 1
    assert sum(has.values()) - sum(c.open for c in there) == min(texters, room)
