"""What has to be done before an escalation can be resolved."""

import pytest

from textline.rules.handoff import UNKNOWN, Kind, State
from textline.rules.resolution import missing


def test_nothing_is_missing_when_all_is_asked_and_told() -> None:
    assert (
        missing(asked=True, handed=[(Kind.CALL, State.HELPED), (Kind.REFERRAL, State.DECLINED)], told=True)
        == []
    )


@pytest.mark.parametrize("state", sorted(UNKNOWN))
def test_a_call_of_which_nothing_is_known_is(state: State) -> None:
    assert len(missing(asked=True, handed=[(Kind.CALL, state)], told=True)) == 1
    assert (
        missing(asked=True, handed=[(Kind.TEXT, state)], told=True) == []
    )  # of a number nobody may ever know


def test_all_that_is_missing_is_said_at_once() -> None:
    assert len(missing(asked=False, handed=[(Kind.CALLBACK, State.UNDER_WAY)], told=False)) == 3
