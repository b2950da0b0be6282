"""What a run says at its end: faults with their minimums, what is wrong with examples, and one JSON object."""

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass

from textline.chaos.moment import shown
from textline.chaos.outages import Outages
from textline.chaos.verdict import BAD, Verdict

_FIRST = (
    "sent", "acknowledged", "recorded", "late", "lost", "doubled", "reordered", "decided", "unsent", "sent_once",
    "sent_twice", "unknown", "crisis_missed", "ownerless",
)  # fmt: skip


@dataclass(frozen=True)
class Outcome:
    """All of a run. `figures` are times in seconds; `troubles` say why the run itself does not count."""

    verdict: Verdict
    figures: Mapping[str, float | None]
    faults: Mapping[str, int]
    minimums: Mapping[str, int]
    troubles: list[str]
    slowest: list[tuple[float, str, float, float, str]]
    seed: int
    minutes: float
    rate: float

    @property
    def missing(self) -> dict[str, int]:
        """The faults that were injected too seldom, with how often they were."""
        return {
            kind: self.faults.get(kind, 0)
            for kind, least in self.minimums.items()
            if self.faults.get(kind, 0) < least
        }

    @property
    def well(self) -> bool:
        """Whether the run succeeded."""
        return self.verdict.well and not self.missing and not self.troubles


def tell(outcome: Outcome, outages: Outages) -> None:
    """Write it all to standard output; the last line is the JSON object."""
    lines = ["Faults, how often each was injected (and at least had to be):"]
    for kind, least in outcome.minimums.items():
        lines.append(f"  {kind:18} {outcome.faults.get(kind, 0):4}  ({least})")
    for name in BAD:
        examples = outcome.verdict.some(name)
        if examples:
            lines.append(f"{name}: {outcome.verdict.counts[name]}, such as")
            lines += [f"  {example}" for example in examples]
    lines.append("The texts that took longest into the record, in seconds:")
    for took, sid, since, until, kind in outcome.slowest:
        lines.append(f"  {took:7.2f}  {sid}  {kind}, from {shown(since)} to {shown(until)}, meanwhile:")
        lines += [
            f"             {shown(began)} {shown(ended)} {what}"
            for what, began, ended in outages.all
            if began < until and ended > since
        ]
    if not outcome.well:
        lines.append("What was broken, from when to when (UTC):")
        lines += [f"  {shown(began)} {shown(ended)} {what}" for what, began, ended in outages.all]
    lines += [f"FAULT: {trouble}" for trouble in outcome.troubles]
    lines += [f"FAULT: {kind} was injected {times} times only" for kind, times in outcome.missing.items()]
    lines.append(json.dumps(summary(outcome)))
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


def summary(outcome: Outcome) -> dict[str, object]:
    """The JSON object."""
    counts = outcome.verdict.counts
    rounded = {name: None if s is None else round(s, 3) for name, s in outcome.figures.items()}
    return {
        **{name: counts[name] for name in _FIRST},
        **rounded,
        "faults": {kind: outcome.faults.get(kind, 0) for kind in outcome.minimums},
        "seed": outcome.seed,
        "minutes": outcome.minutes,
        "rate": outcome.rate,
        **{name: count for name, count in sorted(counts.items()) if name not in _FIRST},
        "well": outcome.well,
    }
