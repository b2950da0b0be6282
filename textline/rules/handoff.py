"""A handoff to somebody else: its kinds, the states of each, and what a telephone's events mean for it."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """How a texter is handed to somebody else."""

    TEXT = "text"  # a hotline's number, in a text
    CALL = "call"  # the line rings the texter and connects a hotline
    CALLBACK = "callback"  # the line rings a supervisor and connects the texter
    REFERRAL = "referral"  # to a clinician or another organization, with a summary that the texter agreed to


class State(StrEnum):
    """Where a handoff stands."""

    OFFERED = "offered"
    AGREED = "agreed"
    DECLINED = "declined"
    UNDER_WAY = "under_way"
    CONNECTED = "connected"
    NO_ANSWER = "no_answer"
    FAILED = "failed"
    HELPED = "helped"  # it is confirmed that help arrived


_AGAIN = {State.UNDER_WAY, State.CONNECTED, State.HELPED, State.DECLINED}
_STEPS = {
    State.OFFERED: {State.AGREED, State.DECLINED, State.UNDER_WAY},
    State.AGREED: {State.UNDER_WAY, State.DECLINED},
    State.DECLINED: {State.AGREED, State.UNDER_WAY},
    State.UNDER_WAY: {State.CONNECTED, State.NO_ANSWER, State.FAILED, State.HELPED},
    State.CONNECTED: {State.HELPED, State.NO_ANSWER, State.FAILED},
    State.NO_ANSWER: _AGAIN,
    State.FAILED: _AGAIN,
    State.HELPED: set[State](),
}
# Nobody knows yet what will come of it.
UNKNOWN = frozenset({State.AGREED, State.UNDER_WAY, State.CONNECTED})
OUTCOMES = (State.CONNECTED, State.HELPED, State.NO_ANSWER, State.FAILED)
# The same may be offered anew.
OFFERED_AGAIN = frozenset({State.DECLINED, State.NO_ANSWER, State.FAILED, State.HELPED})
# Before these nobody goes on without the texter's consent, but in imminent danger.
WITHOUT_CONSENT = frozenset({State.OFFERED, State.DECLINED})


def may_become(state: State, wanted: State) -> bool:
    """Whether a handoff may go from `state` to `wanted`."""
    return wanted in _STEPS[state]


class Party(StrEnum):
    """Who is rung."""

    TEXTER = "texter"
    HOTLINE = "hotline"
    SUPERVISOR = "supervisor"


class Event(StrEnum):
    """What a telephone tells: `joined` once whoever picked up has pressed the key, or a hotline has answered."""

    JOINED = "joined"
    BUSY = "busy"
    NO_ANSWER = "no_answer"  # nobody picked up, or nobody pressed the key: an answering machine has none
    FAILED = "failed"
    LEFT = "left"


# Whom the line rings first, and whom once the first is there. Nobody who has to wait waits for nothing.
ORDER = {Kind.CALL: (Party.TEXTER, Party.HOTLINE), Kind.CALLBACK: (Party.SUPERVISOR, Party.TEXTER)}


@dataclass(frozen=True)
class Step:
    """What follows from an event: a new state, somebody to be rung, or an end for whoever still holds the line."""

    state: State | None = None
    ring: Party | None = None
    over: bool = False


_NOTHING = Step()


def follow(kind: Kind, state: State, party: Party, event: Event, *, another: bool) -> Step:
    """What an event at one party's telephone means. `another`: there is a hotline that has not been tried."""
    first, second = ORDER[kind]
    if state == State.CONNECTED:
        # One of the two has left: what came of it a person says, and nobody is kept in an empty room.
        return Step(over=True) if event == Event.LEFT and party in (first, second) else _NOTHING
    if state != State.UNDER_WAY or party not in (first, second):
        return _NOTHING
    if event == Event.JOINED:
        return Step(ring=second) if party == first else Step(state=State.CONNECTED)
    if event == Event.LEFT:
        # Whoever waited has hung up; a hotline that never came cannot leave.
        return Step(state=State.NO_ANSWER, over=True)
    if party == Party.HOTLINE and another:
        return Step(ring=Party.HOTLINE)
    unanswered = event in (Event.NO_ANSWER, Event.BUSY) and party != Party.HOTLINE
    return Step(state=State.NO_ANSWER if unanswered else State.FAILED, over=True)
