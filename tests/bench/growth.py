"""Part 5: parts 2 and 3 again, with more and more in the record and more and more volunteers present."""

from dataclasses import dataclass

from tests.bench import latency, pipeline
from tests.bench.figures import Figures, ratio
from tests.bench.fill import fill
from tests.bench.machine import Machine
from tests.bench.ours import Textline
from tests.bench.pipeline import Advance
from tests.bench.progress import Bar
from tests.bench.signed import WORDS

STREAMS = 50


@dataclass(frozen=True)
class Setting:
    """So many conversations in the record, and so many volunteers present."""

    conversations: int
    volunteers: int

    @property
    def name(self) -> str:
        """For the figures."""
        return f"growth_{self.conversations}_{self.volunteers}"


def measure(
    machine: Machine, ours: Textline, settings: list[Setting], texts: int, texters: int, seconds: float,
    rates: tuple[float, ...], bar: Bar,
) -> Figures:  # fmt: skip
    """Each setting, and its ratio to the first."""
    found: Figures = {}
    for setting in settings:
        bar.step(f"growth: {setting.conversations} conversations, {setting.volunteers} volunteers")
        measured = _one(machine, ours, setting, pipeline.Run(texts, texters, setting.volunteers, STREAMS), rates,
                        seconds, bar.advance)  # fmt: skip
        found |= {f"{setting.name}_{key}": value for key, value in measured.items()}
    for setting in settings[1:]:
        found |= _ratios(found, settings[0].name, setting.name)
    return found


def _one(
    machine: Machine, ours: Textline, setting: Setting, run: pipeline.Run, rates: tuple[float, ...], seconds: float,
    advance: Advance,
) -> Figures:  # fmt: skip
    """Latency before throughput: what the second leaves open would crowd the first."""
    # Room for all that is filled in and all that comes, so that matching has a choice at every setting.
    room = 10 + 2 * (run.texters + 100) // setting.volunteers
    try:
        ours.start(setting.volunteers, capacity=room, past=lambda: fill(ours, setting.conversations, WORDS))
        waits = latency.measure_started(machine, ours, rates, seconds, lambda share: advance(share / 2))
        rate = pipeline.measure_started(machine, ours, run, lambda share: advance(0.5 + share / 2))
    finally:
        ours.stop()
    return {"per_s": rate["per_s"], **{key: value for key, value in waits.items() if key.endswith("_ms")}}


def _ratios(found: Figures, first: str, later: str) -> Figures:
    """How many times worse than the first setting: 1 is as good, more is worse."""
    names = [name.removeprefix(f"{later}_") for name in found if name.startswith(f"{later}_")]
    worse = {
        f"{later}_worse_{name}": ratio(found, f"{first}_{name}", f"{later}_{name}")
        if name == "per_s"
        else ratio(found, f"{later}_{name}", f"{first}_{name}")
        for name in names
    }
    return dict(worse)
