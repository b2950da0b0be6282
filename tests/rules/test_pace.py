"""How fast a line's texts may leave."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textline.rules.pace import AHEAD, slot, usual

NOW = datetime(2026, 3, 8, 1, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("number", "rate"),
    [("+12025550100", 1), ("+18005550100", 3), ("+447700900100", 1), ("72345", 10), ("+x", 1)],
)
def test_the_usual_rate_goes_by_the_kind_of_number(number: str, rate: float) -> None:
    assert usual(number) == rate


def test_an_idle_line_sends_at_once_and_is_clear_after_its_segments() -> None:
    assert slot(None, NOW, 2, 1) == (NOW, NOW + timedelta(seconds=2))
    assert slot(NOW - timedelta(hours=1), NOW, 3, 3) == (NOW, NOW + timedelta(seconds=1))


@given(st.lists(st.integers(1, 11), max_size=80), st.sampled_from([0.5, 1, 3, 100]))
def test_no_more_than_some_seconds_of_sending_lie_at_twilio(texts: list[int], rate: float) -> None:
    clear = None
    left: list[tuple[datetime, int]] = []
    for segments in texts:
        leaves, clear = slot(clear, NOW, segments, rate)
        assert leaves >= (left[-1][0] if left else NOW)
        left.append((leaves, segments))
    for at, _ in left:
        before = sum(segments for leaves, segments in left if leaves < at)
        sent_by_then = (at - NOW).total_seconds() * rate
        assert (before - sent_by_then) / rate <= AHEAD.total_seconds() + 0.01
