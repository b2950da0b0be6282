"""Part 1: acknowledgements a second at 16 connections, beside the bare limit, in alternating runs."""

import time
from collections.abc import Callable

from tests.bench import load
from tests.bench.bare import Plain
from tests.bench.figures import Figures, medians, milliseconds, ratio, rounded
from tests.bench.machine import Machine
from tests.bench.ours import Textline
from tests.bench.system import System

CONNECTIONS, VOLUNTEERS, TEXTERS, WARM = 16, 50, 500, 200


def measure(machine: Machine, ours: Textline, texts: int, runs: int, step: Callable[[str], None]) -> Figures:
    """Rates and percentiles as medians over the runs: `plain`, our web process as alone as that, and all of us."""
    plain = Plain(machine)
    kinds: dict[str, Callable[[], Figures]] = {
        "plain": lambda: _once(machine, plain, texts),
        "textline": lambda: _once(machine, ours, texts, only_web=True),
        "textline_at_work": lambda: _once(machine, ours, texts),
    }
    taken: dict[str, list[Figures]] = {kind: [] for kind in kinds}
    for n in range(runs):
        for kind, once in kinds.items():
            step(f"acknowledgements, run {n + 1} of {runs}: {kind}")
            taken[kind].append(once())
    found = {
        f"ack_{kind}_{key}": value for kind, some in taken.items() for key, value in medians(some).items()
    }
    for kind in ("textline", "textline_at_work"):
        prefix = "ack_ratio" if kind == "textline" else "ack_at_work_ratio"
        found[f"{prefix}_rate"] = ratio(found, f"ack_{kind}_per_s", "ack_plain_per_s")
        found[f"{prefix}_p95"] = ratio(found, f"ack_{kind}_p95_ms", "ack_plain_p95_ms")
    return found


def _once(machine: Machine, system: System, texts: int, only_web: bool = False) -> Figures:
    crowd = system.crowd
    senders = crowd.numbers(min(TEXTERS, texts))
    warm, timed = crowd.texts(WARM, senders), crowd.texts(texts, senders)
    try:
        if only_web and isinstance(system, Textline):
            system.start(VOLUNTEERS, ("web",))
        else:
            system.start(VOLUNTEERS)
        load.begin(machine, warm, CONNECTIONS).answers()
        answers = load.begin(machine, timed, CONNECTIONS).answers()
    finally:
        system.stop()
    time.sleep(0.2)
    took = max(ended for _, ended, _ in answers) - min(sent for sent, _, _ in answers)
    waits = [ended - sent for sent, ended, _ in answers]
    return {"per_s": rounded(len(answers) / took), **milliseconds("", waits, 50, 95, 99)}
