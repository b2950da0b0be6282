"""Cases of our own on every route, in both languages: found where there is danger, silent where there is none."""

from collections import defaultdict

import pytest

from textline.flow.lanes import screen
from textline.lexicon.shipped import Case, cases
from textline.rules.levels import Level
from textline.rules.screening import Screened, look

BY_ROUTE: dict[tuple[str, str], list[Case]] = defaultdict(list)
for case in cases():
    BY_ROUTE[case.lang, case.route].append(case)
DANGERS = [key for key in sorted(BY_ROUTE) if key[1] != "none"]


def seen(case: Case) -> Screened:
    return look(screen(), case.said)


def between(case: Case) -> bool:
    return Level[case.least.upper()] <= seen(case).level <= Level[case.most.upper()]


@pytest.mark.parametrize(("language", "route"), DANGERS)
def test_each_route_is_found(language: str, route: str) -> None:
    rows = BY_ROUTE[language, route]
    assert len(rows) >= (30 if language == "en" else 20)
    wrong = [case.said for case in rows if not between(case)]
    assert len(wrong) <= len(rows) * 0.15, wrong


def test_what_has_to_be_a_crisis_is_one() -> None:
    grave = [case for case in cases() if Level[case.least.upper()] >= Level.CRISIS]
    missed = [case.said for case in grave if seen(case).level < Level.CRISIS]
    assert len(missed) <= len(grave) * 0.05, missed


def test_what_an_attack_has_found_stays_mended() -> None:
    attacks = [case for case in cases() if case.kind == "attack"]
    assert len(attacks) >= 80
    assert [(case.said, seen(case).level.label) for case in attacks if not between(case)] == []


@pytest.mark.parametrize("language", ["en", "es"])
def test_what_is_harmless_alarms_seldom(language: str) -> None:
    rows = BY_ROUTE[language, "none"]
    assert len(rows) >= 100
    alarmed = [case.said for case in rows if seen(case).level >= Level.CRISIS]
    assert len(alarmed) <= len(rows) * 0.05, alarmed


@pytest.mark.parametrize("route", ["third_party", "abuse", "violence", "medical"])
def test_a_danger_is_mostly_put_on_its_own_route(route: str) -> None:
    rows = [case for case in cases() if case.route == route and Level[case.least.upper()] >= Level.CRISIS]
    right = sum(seen(case).route == route for case in rows)
    assert right >= len(rows) * 0.6, (right, len(rows))
