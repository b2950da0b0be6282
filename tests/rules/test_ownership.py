"""Who has a conversation."""

import pytest

from textline.rules.ownership import HELD, Owner, may_become

STEPS = {
    ("waiting", "offered"), ("waiting", "with_volunteer"), ("waiting", "with_supervisor"), ("waiting", "closed"),
    ("offered", "waiting"), ("offered", "with_volunteer"), ("offered", "with_supervisor"), ("offered", "closed"),
    ("with_volunteer", "waiting"), ("with_volunteer", "with_supervisor"), ("with_volunteer", "closed"),
    ("with_supervisor", "waiting"), ("with_supervisor", "with_volunteer"),
    ("with_supervisor", "with_supervisor"), ("with_supervisor", "handed_off"), ("with_supervisor", "closed"),
    ("handed_off", "waiting"), ("handed_off", "with_supervisor"), ("handed_off", "closed"),
}  # fmt: skip


OPEN = set(Owner) - {Owner.CLOSED}


@pytest.mark.parametrize("state", Owner)
@pytest.mark.parametrize("wanted", Owner)
def test_these_steps_and_no_others(state, wanted):
    assert may_become(state, wanted) == ((state, wanted) in STEPS)


def test_a_state_read_from_the_record_does_as_well():
    assert may_become("waiting", "with_volunteer")
    assert not may_become("closed", "waiting")


@pytest.mark.parametrize("state", OPEN)
def test_whatever_is_open_can_be_closed_and_can_get_to_a_supervisor(state):
    assert may_become(state, Owner.CLOSED)
    assert may_become(state, Owner.SUPERVISOR)


def test_only_a_supervisor_hands_off():
    assert [state for state in Owner if may_become(state, Owner.HANDED_OFF)] == [Owner.SUPERVISOR]


def test_closed_is_the_end():
    assert not any(may_become(Owner.CLOSED, state) for state in Owner)


def test_somebody_holds_or_nobody_does():
    assert {"with_volunteer", "with_supervisor", "handed_off"} == HELD
