"""What breaks when, from the seed. Pure: values in, a plan out."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

PROCESSES = ("web", "worker", "urgent", "clock")
WITH_CHILDREN = ("worker", "urgent")
CALM_S = 4.0  # before the first fault: the system has begun to work
_TAIL_S = 1.0  # after the last one, with texts still coming
_SHORT_RUN_S = 150.0


@dataclass(frozen=True)
class Fault:
    """One fault: at how many seconds it begins, its kind, and for how many seconds it lasts.

    Attributes:
        process: which process it strikes, if it strikes one.
        child: which of its children alone is struck, from 0 (the first) up to 1; None: all of it.
        ways: how the carrier misbehaves, in its own words.
    """

    at: float
    kind: str
    lasts: float
    process: str = ""
    child: float | None = None
    ways: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Lane:
    """Faults that never overlap one another, each kind as often as the others; lanes run side by side.

    Attributes:
        kinds: each kind with the least and the most seconds it lasts.
        share: how much of the time, about, one of them is in force.
        at_once: how many are in force together.
    """

    name: str
    kinds: Mapping[str, tuple[float, float]]
    share: float
    at_once: int = 1

    def rounds(self, seconds: float) -> int:
        """How often each kind comes in a run."""
        spans = [sum(_bounded(span, seconds)) / 2 for span in self.kinds.values()]
        return max(1, int((seconds - CALM_S - _TAIL_S) * self.share * self.at_once / sum(spans)))


AWAY = (5.0, 20.0)
LANES = (
    # A restart takes a process two to four seconds, and it has to do some work before it dies again.
    Lane("kills", {**{f"kill_{name}": (3.0, 5.0) for name in PROCESSES}, "kill_child": (3.0, 5.0)}, 0.4),
    Lane("freezes", {**{f"freeze_{name}": AWAY for name in PROCESSES}, "freeze_long": (30.0, 60.0)}, 0.6),
    Lane(
        "stores",
        {
            "valkey_killed": (0.5, 1.5),
            "valkey_away": AWAY,
            "valkey_frozen": (3.0, 10.0),  # it takes every request, and answers none
            "valkey_flushed": (0.1, 0.1),
            "valkey_emptied": (0.5, 1.5),
            "postgres_stopped": (0.5, 1.5),
            "postgres_away": AWAY,
            "postgres_frozen": (3.0, 10.0),
            "both_away": (3.0, 6.0),
        },
        0.5,
    ),
    Lane(
        "carrier",
        dict.fromkeys(
            (
                "api_timeout", "api_429", "api_5xx", "api_reset", "api_late", "webhook_duplicate", "webhook_reorder",
                "webhook_drop", "callback_drop", "callback_reorder", "callback_late",
            ),
            (6.0, 14.0),
        ),
        0.7,
        at_once=3,
    ),
)  # fmt: skip

# What the carrier is told for each of its faults: which way, from how much to how much.
_WAYS = {
    "api_timeout": ("api_timeout_rate", 0.1, 0.3),
    "api_429": ("api_429_rate", 0.2, 0.5),
    "api_5xx": ("api_5xx_rate", 0.1, 0.4),
    "api_reset": ("api_reset_rate", 0.1, 0.4),
    "api_late": ("api_delay_s", 0.1, 0.6),
    "webhook_duplicate": ("webhook_duplicate_rate", 0.2, 0.6),
    "webhook_reorder": ("webhook_reorder_s", 0.3, 1.5),
    "webhook_drop": ("webhook_drop_rate", 0.05, 0.2),
    "callback_drop": ("callback_drop_rate", 0.2, 0.6),
    "callback_late": ("callback_delay_s", 0.3, 3.0),
}


def draw(seed: int, seconds: float) -> dict[str, list[Fault]]:
    """The faults of each lane of a run, in order of time. The same for the same values."""
    return {lane.name: _lane(lane, random.Random(f"{lane.name} {seed}"), seconds) for lane in LANES}  # noqa: S311


def minimums(seconds: float) -> dict[str, int]:
    """How often each kind has to be injected at least, for a run to count: three quarters of what is planned."""
    return {kind: max(1, lane.rounds(seconds) * 3 // 4) for lane in LANES for kind in lane.kinds}


def _lane(lane: Lane, dice: random.Random, seconds: float) -> list[Fault]:
    """Rounds of all kinds, shuffled; the pauses between share what time is left."""
    groups: list[list[str]] = []
    for _ in range(lane.rounds(seconds)):
        kinds = dice.sample(sorted(lane.kinds), len(lane.kinds))
        groups += [kinds[i : i + lane.at_once] for i in range(0, len(kinds), lane.at_once)]
    spans = [dice.uniform(*_bounded(lane.kinds[group[0]], seconds)) for group in groups]
    rest = max(0.0, seconds - CALM_S - _TAIL_S - sum(spans))
    weights = [dice.uniform(0.5, 1.5) for _ in groups]
    faults, at = [], CALM_S
    for group, span, weight in zip(groups, spans, weights, strict=True):
        at += rest * weight / sum(weights)
        faults += [_fault(dice, kind, at, span) for kind in group]
        at += span
    return faults


def _fault(dice: random.Random, kind: str, at: float, span: float) -> Fault:
    verb, _, process = kind.partition("_")
    if kind == "freeze_long":
        return Fault(at, kind, span, dice.choice(PROCESSES))
    if kind == "kill_child":
        return Fault(at, kind, span, dice.choice(WITH_CHILDREN), dice.random())
    if verb in ("kill", "freeze"):
        in_part = verb == "freeze" and process in WITH_CHILDREN and dice.random() < 0.4
        return Fault(at, kind, span, process, dice.random() if in_part else None)
    return Fault(at, kind, span, ways=_ways(dice, kind))


def _ways(dice: random.Random, kind: str) -> dict[str, Any]:
    chance = {"seed": dice.randrange(2**31)}
    if kind == "callback_reorder":
        return {"callback_reorder": True, **chance}
    if kind not in _WAYS:
        return {}
    way, least, most = _WAYS[kind]
    taken = {"api_taken_rate": round(dice.uniform(0.2, 0.8), 2)} if kind.startswith("api_") else {}
    return {way: round(dice.uniform(least, most), 2), **taken, **chance}


def _bounded(span: tuple[float, float], seconds: float) -> tuple[float, float]:
    """In a short run the long outages are shorter, so that all kinds find room."""
    return (min(span[0], 5.0), min(span[1], 8.0)) if seconds < _SHORT_RUN_S else span
