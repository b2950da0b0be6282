"""How long to wait before the next try."""

from datetime import timedelta

_LONGEST_S = 300.0


def backoff(attempts: int, luck: float) -> timedelta:
    """The wait after `attempts` tries (1 or more): doubling from 2 s up to 5 min, spread by `luck` in [0, 1).

    The spread keeps many that failed together from coming back together.
    """
    longest = min(_LONGEST_S, 2.0 * 2 ** min(attempts - 1, 10))
    return timedelta(seconds=longest * (0.5 + luck / 2))
