"""Who is called while nobody acknowledges a crisis: one after the other, and at last the texter is told once more."""

from dataclasses import dataclass
from datetime import timedelta

# So long a supervisor at the board has; then the first of the on-call list is texted, and each next one later.
FIRST = timedelta(seconds=60)
NEXT = timedelta(seconds=60)
# When all have been called and it still stands, the list is begun anew; not sooner than this.
ROUND = timedelta(minutes=15)


@dataclass(frozen=True)
class Rung:
    """How far a crisis has gone up: `round` from 0, how many of the list are `called` in it, and whether the texter
    is to be told once more where help is."""

    round: int
    called: int
    told: bool


def rung(waited: timedelta, people: int, *, supervised: bool) -> Rung:
    """How far an alarm has gone that has waited so long, with so many people on the list.

    `supervised`: a supervisor has a page open, and is given a moment before anybody is texted.
    """
    first = FIRST if supervised else timedelta(0)
    round_, within = divmod(waited, max(ROUND, (people + 1) * NEXT))
    began = first if round_ == 0 else timedelta(0)
    called = 0 if within < began else min(people, 1 + (within - began) // NEXT)
    return Rung(round_, called, waited >= first + max(1, people) * NEXT)
