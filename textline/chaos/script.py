"""Who texts what and when, from the seed: steady on the whole, with bursts of quick texts from one texter."""

import random
from dataclasses import dataclass

from textline.chaos import words

# A texter texts about every four seconds, so that several conversations are always open and moving.
_TEXTERS_PER_RATE = 4
_BURST_SHARE = 0.12
_LARGEST_BURST = 6


@dataclass(frozen=True)
class Line:
    """One text: seconds after the beginning, whose, and its words."""

    at: float
    number: str
    body: str


def write(seed: int, seconds: float, rate: float) -> list[Line]:
    """The texts of a run at `rate` a second, in order of time. The same for the same values."""
    dice = random.Random(f"script {seed}")  # noqa: S311 - no secret
    texters = max(4, min(1000, round(rate * _TEXTERS_PER_RATE)))
    size = 1 - _BURST_SHARE + _BURST_SHARE * (3 + _LARGEST_BURST) / 2
    moments: list[tuple[float, int]] = []
    at = 0.0
    while (at := at + dice.expovariate(rate / size)) < seconds:
        texter = dice.randrange(texters)
        moments.append((at, texter))
        if dice.random() < _BURST_SHARE:
            for _ in range(dice.randint(3, _LARGEST_BURST) - 1):
                at_next = moments[-1][0] + dice.uniform(0.01, 0.25)
                moments.append((at_next, texter))
    return [Line(at, words.number(who), _body(dice, n)) for n, (at, who) in enumerate(sorted(moments))]


def _body(dice: random.Random, n: int) -> str:
    said = words.CRISIS if dice.random() < words.CRISIS_SHARE else words.ORDINARY
    return f"{dice.choice(said)} ({n})"
