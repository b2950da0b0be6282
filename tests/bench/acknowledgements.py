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
    """Rates and percentiles of both, as medians over the runs."""
    plain = Plain(machine)
    taken: dict[str, list[Figures]] = {"plain": [], "textline": []}
    for n in range(runs):
        for system in (plain, ours):
            step(f"acknowledgements, run {n + 1} of {runs}: {system.name}")
            taken[system.name].append(_once(machine, system, texts))
    step("acknowledgements: only the web process")
    found = {
        f"ack_{name}_{key}": value for name, some in taken.items() for key, value in medians(some).items()
    }
    alone = _once(machine, ours, texts, only_web=True)
    found |= {f"ack_web_only_{key}": value for key, value in alone.items()}
    found["ack_ratio_rate"] = ratio(found, "ack_textline_per_s", "ack_plain_per_s")
    found["ack_ratio_p95"] = ratio(found, "ack_textline_p95_ms", "ack_plain_p95_ms")
    found["ack_web_only_ratio_rate"] = ratio(found, "ack_web_only_per_s", "ack_plain_per_s")
    found["ack_web_only_ratio_p95"] = ratio(found, "ack_web_only_p95_ms", "ack_plain_p95_ms")
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
