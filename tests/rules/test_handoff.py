"""A handoff's states, and that no event at a telephone leaves anybody waiting for nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textline.rules.handoff import ORDER, Event, Kind, Party, State, Step, follow, may_become

CALLS = sorted(ORDER)


def test_a_warm_call_rings_the_texter_then_the_hotline() -> None:
    way = (Kind.CALL, State.UNDER_WAY)
    assert follow(*way, Party.TEXTER, Event.JOINED, another=True) == Step(ring=Party.HOTLINE)
    assert follow(*way, Party.HOTLINE, Event.JOINED, another=True) == Step(state=State.CONNECTED)
    assert follow(*way, Party.HOTLINE, Event.BUSY, another=True) == Step(ring=Party.HOTLINE)
    assert follow(*way, Party.HOTLINE, Event.BUSY, another=False) == Step(State.FAILED, over=True)


def test_a_callback_rings_the_supervisor_then_the_texter() -> None:
    way = (Kind.CALLBACK, State.UNDER_WAY)
    assert follow(*way, Party.SUPERVISOR, Event.JOINED, another=False) == Step(ring=Party.TEXTER)
    assert follow(*way, Party.TEXTER, Event.NO_ANSWER, another=True) == Step(State.NO_ANSWER, over=True)


@pytest.mark.parametrize("event", [Event.BUSY, Event.NO_ANSWER, Event.LEFT])
@pytest.mark.parametrize("kind", CALLS)
def test_whoever_is_rung_first_and_does_not_come_ends_it(kind: Kind, event: Event) -> None:
    ended = follow(kind, State.UNDER_WAY, ORDER[kind][0], event, another=True)
    assert ended == Step(State.NO_ANSWER, over=True)


def test_a_supervisor_who_listens_in_ends_nothing() -> None:
    for event in Event:
        for state in State:
            assert follow(Kind.CALL, state, Party.SUPERVISOR, event, another=True) == Step()


def test_once_they_have_spoken_only_a_person_says_what_came_of_it() -> None:
    for party in ORDER[Kind.CALL]:
        assert follow(Kind.CALL, State.CONNECTED, party, Event.LEFT, another=True) == Step(over=True)


events = st.lists(st.tuples(st.sampled_from(Party), st.sampled_from(Event)), max_size=12)


@given(st.sampled_from(CALLS), events, st.integers(0, 3))
def test_no_order_of_events_leaves_a_call_that_nobody_rings(
    kind: Kind, happened: list[tuple[Party, Event]], hotlines: int
) -> None:
    """While it is under way somebody rings; once it is not, everybody has been sent home or it has connected."""
    state, rings = State.UNDER_WAY, {ORDER[kind][0]}
    joined: set[Party] = set()
    for party, event in happened:
        if party not in rings | joined or (event == Event.LEFT) != (party in joined):
            continue  # a telephone that nobody rang tells nothing
        rings, joined = rings - {party}, joined - {party}
        if event == Event.JOINED:
            joined |= {party}
        step = follow(kind, state, party, event, another=hotlines > 0)
        if step.state:
            assert may_become(state, step.state)
            state = step.state
        if step.ring:
            hotlines -= step.ring == Party.HOTLINE
            rings |= {step.ring}
        if step.over:
            rings, joined = set(), set()
        assert bool(rings) == (state == State.UNDER_WAY)
        assert state == State.CONNECTED or not joined or rings


def test_what_is_confirmed_stays_so_and_all_else_can_be_tried_again() -> None:
    assert not any(may_become(State.HELPED, state) for state in State)
    for state in (State.NO_ANSWER, State.FAILED, State.DECLINED):
        assert may_become(state, State.UNDER_WAY)
