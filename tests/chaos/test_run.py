"""Short runs in earnest: Textline stands everything; the usual build, under the same, does not."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.chaos.tutorial import ROOT
from tests.installation import ENVIRONMENT
from textline.chaos.verdict import BAD
from textline.embedded.process import LINUX, everyone


def run(*options: str) -> tuple[int, str, dict[str, Any]]:
    """The exit status of `textline chaos`, all that it said, and its last line."""
    command = [sys.executable, "-m", "textline", "chaos", *options]
    done = subprocess.run(
        command, capture_output=True, text=True, env=ENVIRONMENT, cwd=ROOT, check=False, timeout=300
    )
    said = done.stdout + done.stderr
    assert done.stdout, said
    return done.returncode, said, json.loads(done.stdout.splitlines()[-1])


def test_textline_stands_a_minute_of_chaos() -> None:
    status, said, found = run("--minutes", "1", "--rate", "10", "--seed", "1")
    assert {name: found[name] for name in BAD if found[name]} == {}, said
    assert status == 0, said
    assert found["sent"] == found["recorded"] > 400
    assert found["crises"] > 0
    assert found["answers"] > 20
    assert found["late"] > 0
    assert all(found["faults"].values())
    assert "+1" not in said


def test_the_usual_build_does_not(tmp_path: Path) -> None:
    target = (
        "--target",
        "tests.chaos.tutorial:Tutorial",
        "--data-dir",
        str(tmp_path / "textline-chaos-tutorial"),
    )
    status, said, found = run("--minutes", "0.5", "--rate", "20", "--seed", "1", *target)
    assert status == 1, said
    assert found["sent"] > 200
    assert found["recorded"] > 50, said  # it does work, when nothing is broken
    assert found["lost"] + found["doubled"] + found["reordered"] > 0


def test_nothing_is_left_behind() -> None:
    left = [pid for pid in everyone() if _of_a_run(pid)] if LINUX else []
    assert left == []


def _of_a_run(pid: int) -> bool:
    try:
        return "textline-chaos-" in str(Path(f"/proc/{pid}/cwd").readlink())
    except OSError:
        return False
