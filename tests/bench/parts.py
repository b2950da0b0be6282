"""The parts of a run, by number: how many steps each has, and how it is measured."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.bench import acknowledgements, crisis, growth, latency, memory, pipeline
from tests.bench.bare import Tutorial
from tests.bench.figures import Figures, medians
from tests.bench.machine import Machine
from tests.bench.ours import Textline
from tests.bench.progress import Bar
from tests.bench.sizes import Sizes


@dataclass(frozen=True)
class Bench:
    """What every part is given."""

    machine: Machine
    ours: Textline
    sizes: Sizes
    bar: Bar


@dataclass(frozen=True)
class Part:
    """A part: its steps for these sizes, and its measurement."""

    steps: Callable[[Sizes], int]
    measure: Callable[[Bench], Figures]


def _acknowledgements(bench: Bench) -> Figures:
    sizes = bench.sizes
    return acknowledgements.measure(
        bench.machine, bench.ours, sizes.ack_texts, sizes.ack_runs, bench.bar.step
    )


def _pipeline(bench: Bench) -> Figures:
    sizes, machine = bench.sizes, bench.machine
    forking, simple = (Tutorial(machine, simple=which) for which in (False, True))
    many = pipeline.Run(sizes.texts, sizes.texters)
    few = pipeline.Run(sizes.forking_texts, sizes.forking_texters)
    taken: dict[str, list[Figures]] = {}
    for n in range(sizes.rounds):
        for system, run in ((bench.ours, many), (simple, many), (forking, few)):
            bench.bar.step(f"texts a second, round {n + 1} of {sizes.rounds}: {system.name}")
            measured = pipeline.measure(machine, system, run, bench.bar.advance)
            taken.setdefault(system.name, []).append(measured)
    found = {
        f"pipeline_{name}_{key}": value
        for name, runs in taken.items()
        for key, value in medians(runs).items()
    }
    return found | pipeline.compare(found)


def _latency(bench: Bench) -> Figures:
    sizes, machine = bench.sizes, bench.machine
    compared = Tutorial(machine, simple=True)
    found: Figures = {}
    for system, rates in ((bench.ours, sizes.rates), (compared, (50.0,))):
        bench.bar.step(f"from the webhook to the volunteer's page: {system.name}")
        waits = latency.measure(machine, system, sizes.pages, rates, sizes.seconds, bench.bar.advance)
        found |= {f"latency_{system.name}_{key}": value for key, value in waits.items()}
    return found


def _crisis(bench: Bench) -> Figures:
    sizes = bench.sizes
    bench.bar.step(f"a crisis behind {sizes.queued} texts")
    return crisis.measure(bench.machine, bench.ours, sizes.queued, sizes.queued_texters, bench.bar.advance)


def _growth(bench: Bench) -> Figures:
    sizes = bench.sizes
    settings = [growth.Setting(*some) for some in sizes.growth]
    return growth.measure(
        bench.machine, bench.ours, settings, sizes.texts, sizes.texters, sizes.seconds, sizes.rates, bench.bar
    )


def _memory(bench: Bench) -> Figures:
    sizes = bench.sizes
    bench.bar.step(f"memory, before and after {sizes.memory_texts} texts")
    return memory.measure(
        bench.machine, bench.ours, sizes.memory_texts, sizes.memory_texters, bench.bar.advance
    )


PARTS = {
    1: Part(lambda sizes: 3 * sizes.ack_runs, _acknowledgements),
    2: Part(lambda sizes: 3 * sizes.rounds, _pipeline),
    3: Part(lambda _: 2, _latency),
    4: Part(lambda _: 1, _crisis),
    5: Part(lambda sizes: len(sizes.growth), _growth),
    6: Part(lambda _: 1, _memory),
}
# A minute's worth, most of it spent on starting processes.
QUICK_PARTS = (1, 2, 3, 4)
