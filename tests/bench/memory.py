"""Part 6: memory of each process, at rest and after many texts. Linux only: it is read from /proc."""

import os
import time
from collections.abc import Iterable
from pathlib import Path

from tests.bench import pipeline
from tests.bench.figures import Figures, rounded
from tests.bench.machine import Machine
from tests.bench.ours import Textline
from textline.embedded.process import LINUX, session, sitting_in

REST_S = 3.0


def measure(machine: Machine, ours: Textline, texts: int, texters: int, advance: pipeline.Advance) -> Figures:
    """MB (10^6 bytes) of each process of Textline and of both servers, summed over its children."""
    if not LINUX:
        return {"memory_measured": False}
    volunteers = 50
    try:
        ours.start(volunteers, capacity=10 + 2 * (texters + 100) // volunteers)
        time.sleep(REST_S)
        found = _all(machine, ours, "at_rest")
        pipeline.measure_started(machine, ours, pipeline.Run(texts, texters, volunteers), advance)
        time.sleep(REST_S)
        return found | _all(machine, ours, "after_texts") | {"memory_texts": texts}
    finally:
        ours.stop()


def _all(machine: Machine, ours: Textline, when: str) -> Figures:
    data = machine.home / "data"
    groups = {name: session(child.pid) for name, child in ours.children.items()}
    for server, program in (("postgres", "postgres"), ("valkey", "valkey-server")):
        groups[server] = _with_children(sitting_in(data / server, program))
    found: Figures = {}
    for name, pids in groups.items():
        rss, pss = _megabytes(pids)
        found[f"memory_{when}_{name}_rss_mb"] = rss
        found[f"memory_{when}_{name}_pss_mb"] = pss
        found[f"memory_{when}_{name}_processes"] = len(pids)
    return found


def _with_children(pids: Iterable[int]) -> list[int]:
    return sorted({member for pid in pids for member in session(os.getsid(pid))})


def _megabytes(pids: list[int]) -> tuple[float, float]:
    """Resident size, in which shared pages count for each process; and its proportional share, which adds up."""
    rss = pss = 0
    for pid in pids:
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue  # it has ended, or may not be looked into
        sizes = {line.split(":")[0]: int(line.split()[1]) for line in lines[1:] if line.endswith("kB")}
        rss, pss = rss + sizes.get("Rss", 0), pss + sizes.get("Pss", 0)
    return rounded(rss * 1024 / 1e6), rounded(pss * 1024 / 1e6)
