"""Who has a conversation: always exactly one state, and only these steps between them."""

from enum import StrEnum


class Owner(StrEnum):
    """The owner state of a conversation."""

    WAITING = "waiting"
    OFFERED = "offered"
    VOLUNTEER = "with_volunteer"
    SUPERVISOR = "with_supervisor"
    HANDED_OFF = "handed_off"
    CLOSED = "closed"


HELD = frozenset({Owner.VOLUNTEER, Owner.SUPERVISOR, Owner.HANDED_OFF})

_STEPS = {
    Owner.WAITING: {Owner.OFFERED, Owner.VOLUNTEER, Owner.SUPERVISOR, Owner.CLOSED},
    Owner.OFFERED: {Owner.WAITING, Owner.VOLUNTEER, Owner.SUPERVISOR, Owner.CLOSED},
    Owner.VOLUNTEER: {Owner.WAITING, Owner.SUPERVISOR, Owner.CLOSED},
    Owner.SUPERVISOR: {Owner.WAITING, Owner.VOLUNTEER, Owner.SUPERVISOR, Owner.HANDED_OFF, Owner.CLOSED},
    Owner.HANDED_OFF: {Owner.WAITING, Owner.SUPERVISOR, Owner.CLOSED},
    Owner.CLOSED: set[Owner](),
}


def may_become(state: Owner, wanted: Owner) -> bool:
    """Whether a conversation may go from `state` to `wanted`. A closed one stays closed: a new text opens anew."""
    return wanted in _STEPS[state]
