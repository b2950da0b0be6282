"""Cases of our own on every route, in both languages: found where there is danger, silent where there is none."""

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from textline.flow.lanes import screen
from textline.rules.levels import Level
from textline.rules.screening import Screened, look

ROWS: list[dict[str, Any]] = [
    json.loads(line)
    for file in sorted((Path(__file__).parent / "cases").glob("*.jsonl"))
    for line in file.read_text("utf-8").splitlines()
]
BY_ROUTE: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
for row in ROWS:
    BY_ROUTE[row["lang"], row["route"]].append(row)
DANGERS = [key for key in sorted(BY_ROUTE) if key[1] != "none"]


def seen(row: dict[str, Any]) -> Screened:
    return look(screen(), row.get("texts") or [row["text"]])


def between(row: dict[str, Any]) -> bool:
    return Level[row["least"].upper()] <= seen(row).level <= Level[row["most"].upper()]


@pytest.mark.parametrize(("language", "route"), DANGERS)
def test_each_route_is_found(language: str, route: str) -> None:
    rows = BY_ROUTE[language, route]
    assert len(rows) >= (30 if language == "en" else 20)
    wrong = [row.get("text") or row["texts"] for row in rows if not between(row)]
    assert len(wrong) <= len(rows) * 0.15, wrong


def test_what_has_to_be_a_crisis_is_one() -> None:
    grave = [row for row in ROWS if Level[row["least"].upper()] >= Level.CRISIS]
    missed = [row.get("text") or row["texts"] for row in grave if seen(row).level < Level.CRISIS]
    assert len(missed) <= len(grave) * 0.05, missed


@pytest.mark.parametrize("language", ["en", "es"])
def test_what_is_harmless_alarms_seldom(language: str) -> None:
    rows = BY_ROUTE[language, "none"]
    assert len(rows) >= 100
    alarmed = [row.get("text") or row["texts"] for row in rows if seen(row).level >= Level.CRISIS]
    assert len(alarmed) <= len(rows) * 0.05, alarmed


@pytest.mark.parametrize("route", ["third_party", "abuse", "violence", "medical"])
def test_a_danger_is_mostly_put_on_its_own_route(route: str) -> None:
    rows = [row for row in ROWS if row["route"] == route and Level[row["least"].upper()] >= Level.CRISIS]
    right = sum(seen(row).route == route for row in rows)
    assert right >= len(rows) * 0.6, (right, len(rows))
