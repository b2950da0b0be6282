"""The benchmark itself works. Nothing here is timed: a slow machine must not fail a test."""

import json
import subprocess
import sys

from tests.bench.figures import percentile, ratio
from tests.bench.machine import ROOT

WORDS = ("per_s", "texts", "acknowledged_s", "recorded_s", "matched_s", "told_s")
SYSTEMS = ("textline", "tutorial_forking", "tutorial_simple")


def test_a_quick_run_ends_with_every_figure_as_json() -> None:
    line = [sys.executable, "-m", "tests.bench", "--quick", "--only", "2"]
    done = subprocess.run(line, capture_output=True, text=True, check=False, cwd=ROOT, timeout=240)
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout.splitlines()[-1])
    names = {f"pipeline_{system}_{word}" for system in SYSTEMS for word in WORDS}
    assert names | {"pipeline_ratio_tutorial_forking", "pipeline_ratio_tutorial_simple"} <= figures.keys()
    assert all(figures[f"pipeline_{system}_per_s"] > 0 for system in SYSTEMS)


def test_percentiles_are_of_the_nearest_rank() -> None:
    hundred = [float(n) for n in range(100, 0, -1)]
    assert [percentile(hundred, share) for share in (0.5, 0.95, 0.99, 1.0)] == [50, 95, 99, 100]
    assert percentile([7.0], 0.99) == 7


def test_a_ratio_of_what_was_not_measured_is_none() -> None:
    assert ratio({"a": 3.0, "b": 2.0}, "a", "b") == 1.5
    assert ratio({"a": 3.0}, "a", "b") is None
