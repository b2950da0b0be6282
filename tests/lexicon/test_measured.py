"""The screen on texts by people in distress and on ordinary ones: how many are found, and how many alarm for nothing.

No text of theirs is ever printed: a failure shows numbers.
"""

import pytest

from tests.lexicon.measured import disguised, group, level, needed, share
from textline.rules.levels import Level

pytestmark = needed


@pytest.mark.parametrize(
    ("name", "least", "percent"),
    [
        ("explicit", Level.CRISIS, 97),
        ("implicit", Level.CRISIS, 60),
        ("phrases", Level.CRISIS, 60),
        ("spanish_crisis", Level.CRISIS, 75),
        ("third_party", Level.CONCERN, 100),
        ("other_language_crisis", Level.CONCERN, 100),
    ],
)
def test_found(name: str, least: Level, percent: float) -> None:
    assert share(group(name), least) >= percent


@pytest.mark.parametrize(
    ("name", "least", "percent"),
    [
        ("ordinary_sms", Level.CRISIS, 0.1),
        ("idioms", Level.CRISIS, 1),
        ("distress", Level.CRISIS, 2),
        ("support_chat", Level.CRISIS, 0.5),
        ("figurative", Level.CRISIS, 0.5),
        ("spanish_other", Level.CRISIS, 12),
        ("ordinary_sms", Level.CONCERN, 0.7),
        ("distress", Level.CONCERN, 15),
    ],
)
def test_false_alarms(name: str, least: Level, percent: float) -> None:
    assert share(group(name), least) <= percent


WAYS = ("leet", "dots", "spaces", "stars", "zero_width", "look_alike", "stretched", "blanks", "typo")


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("way", [*WAYS, "split"])
def test_what_is_found_plain_is_found_disguised(way: str, seed: int) -> None:
    plain = [row for row in group("explicit") if level(row) >= Level.CRISIS]
    assert share(disguised(plain, way, seed), Level.CRISIS) >= (98 if way == "split" else 95)


@pytest.mark.parametrize("way", WAYS)
def test_disguises_alarm_for_nothing_more(way: str) -> None:
    rows = group("ordinary_sms")
    more = sum(level(row) >= Level.CRISIS for row in disguised(rows, way, 1))
    known = {row["text"] for row in rows if level(row) >= Level.CRISIS}
    assert (more - len(known)) / len(rows) <= 0.001
