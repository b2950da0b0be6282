"""How long texts took, with the outages of PostgreSQL taken out."""

import pytest

from tests.chaos.made import CRISIS, crisis, received, texted
from textline.chaos.crisis import hotline_times
from textline.chaos.log import Log
from textline.chaos.outages import Outages, outside
from textline.chaos.record import Record
from textline.chaos.recovery import measure, slowest


@pytest.mark.parametrize(
    ("spans", "left"),
    [
        ([], 10),
        ([(0, 5)], 10),
        ([(12, 15)], 7),
        ([(5, 15)], 5),
        ([(18, 30)], 8),
        ([(5, 12), (15, 40)], 3),
        ([(0, 40)], 0),
    ],
)
def test_seconds_outside(spans: list[tuple[float, float]], left: float) -> None:
    assert outside(10, 20, spans) == left


def test_overlapping_outages_are_joined() -> None:
    found = Outages()
    with found.during("x"), found.during("y"):
        assert found.now == ["x", "y"]
        with found.during("x"):
            pass
    assert found.now == []
    assert len(found.of("x")) == len(found.of("x", "y")) == 1
    assert len(found.all) == 3


def test_the_longest_of_each_kind() -> None:
    quick, slow = texted(1), texted(2)
    grave = texted(3, CRISIS)
    late = texted(4, acknowledged_at=None, given_up_at=10.0)
    wiped = texted(5)
    rows = (
        received(quick, recorded_at=1.6),
        received(slow, recorded_at=12.5),
        received(grave, recorded_at=5.5),
        received(late, recorded_at=40.0, late=True),
        received(wiped, recorded_at=25.5, late=True),
    )
    log, record = Log((quick, slow, grave, late, wiped)), Record(rows)
    found = measure(log, record, [(4.0, 8.0)], [(4.0, 8.0), (9.0, 12.0)])
    assert found["recovery_with_outages_s"] == pytest.approx(6.0)
    assert found["recovery_s"] == pytest.approx(3.0)
    assert found["recovery_crisis_s"] == pytest.approx(0.5)
    assert found["recovery_late_s"] == pytest.approx(30.0)
    assert found["recorded_p50_s"] == pytest.approx(0.5)
    assert {"SM4", "SM5"} <= {sid for _, sid, *_ in slowest(log, record, [], [], 2)}


def test_nothing_was_recorded() -> None:
    assert set(measure(Log((texted(1),)), Record(()), [], []).values()) == {None}


def test_until_the_hotline_text_left() -> None:
    assert hotline_times(*crisis()) == {"hotline_p50_s": 3.0, "hotline_s": 3.0}
