"""The labelled texts that the screen is measured on. They are not ours to ship: where they are absent, tests skip."""

import json
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from textline.flow.lanes import screen
from textline.rules.levels import Level
from textline.rules.screening import look

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "crisis"
needed = pytest.mark.skipif(not (FOLDER / "dev.jsonl").exists(), reason="the labelled texts are not here")
Row = dict[str, Any]


@cache
def group(name: str) -> list[Row]:
    """The texts of a group."""
    rows = map(json.loads, (FOLDER / "dev.jsonl").read_text("utf-8").splitlines())
    return [row for row in rows if row["group"] == name]


def level(row: Row) -> Level:
    """What the screen makes of a text, or of successive ones."""
    return look(screen(), row.get("texts") or [row["text"]]).level


def share(rows: list[Row], least: Level) -> float:
    """The part of the texts that reach a level, in percent."""
    return 100 * sum(level(row) >= least for row in rows) / len(rows)


def disguised(rows: list[Row], way: str, seed: int) -> list[Row]:
    """The texts in disguise; those that cannot be disguised so are left out."""
    given = "".join(json.dumps(row) + "\n" for row in rows)
    done = subprocess.run(
        [FOLDER / "disguise", way, "--seed", str(seed)],
        input=given,
        capture_output=True,
        text=True,
        check=True,
    )
    return [json.loads(line) for line in done.stdout.splitlines()]
