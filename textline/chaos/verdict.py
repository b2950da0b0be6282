"""What a comparison found: counts, and examples of whatever is wrong. No number, no words of anybody."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

BAD = (
    "lost",
    "doubled",
    "reordered",
    "unsent",
    "sent_twice",
    "undecided",
    "unknown",
    "crisis_missed",
    "ownerless",
    "replies_lost",
    "replies_doubled",
)
_EXAMPLES = 10


@dataclass
class Verdict:
    """Counts by name (every bad one is there, if only as 0), and an example of each bad one that was found."""

    counts: Counter[str] = field(default_factory=lambda: Counter(dict.fromkeys(BAD, 0)))
    examples: dict[str, list[str]] = field(default_factory=dict)

    def found(self, name: str, example: str, times: int = 1) -> None:
        """Something bad."""
        self.counts[name] += times
        self.examples.setdefault(name, []).append(example)

    def some(self, name: str) -> list[str]:
        """A few examples, from the whole length of the run: what went wrong once often went wrong in a row."""
        found = self.examples.get(name, [])
        return (
            [found[n * len(found) // _EXAMPLES] for n in range(_EXAMPLES)]
            if len(found) > _EXAMPLES
            else found
        )

    @property
    def well(self) -> bool:
        """Whether all bad ones are 0."""
        return not any(self.counts[name] for name in BAD)


def percentile(values: Sequence[float], share: float) -> float | None:
    """The value below which a share of the values lies, None without any."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else None
