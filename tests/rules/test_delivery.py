"""What became of an outgoing text."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textline.rules.delivery import Delivery, earlier_than, reported, supersedes

ENDS = {Delivery.DELIVERED, Delivery.UNDELIVERED, Delivery.FAILED, Delivery.READ}
deliveries = st.sampled_from(Delivery)


def after(reports, start=Delivery.DUE):
    held = [start]
    for report in reports:
        held.append(report if supersedes(report, held[-1]) else held[-1])
    return held


@given(st.lists(deliveries, max_size=12))
def test_no_sequence_of_reports_moves_backwards(reports):
    held = after(reports)
    for i, old in enumerate(held):
        assert not any(new != old and supersedes(old, new) for new in held[i:])


@given(st.lists(deliveries, max_size=12))
def test_an_end_stays_but_for_read(reports):
    held = after(reports)
    for old, new in pairwise(held):
        assert old not in ENDS or new in (old, Delivery.READ)


@given(st.lists(deliveries, max_size=8), st.data())
def test_doubled_reports_change_nothing(reports, data):
    doubled = [report for report in reports for _ in range(data.draw(st.integers(1, 3)))]
    assert after(doubled)[-1] == after(reports)[-1]


@given(st.permutations([Delivery.QUEUED, Delivery.SENT, Delivery.DELIVERED]))
def test_unordered_callbacks_come_to_the_same(reports):
    assert after(reports)[-1] == Delivery.DELIVERED


def test_what_was_sending_can_become_unknown_and_then_be_resolved():
    assert supersedes(Delivery.UNKNOWN, Delivery.SENDING)
    assert not supersedes(Delivery.SENDING, Delivery.UNKNOWN), "unknown is never sent again blindly"
    for known in ENDS | {Delivery.QUEUED, Delivery.SENT}:
        assert supersedes(known, Delivery.UNKNOWN)
        assert not supersedes(Delivery.UNKNOWN, known)


@pytest.mark.parametrize("new", Delivery)
def test_earlier_than_is_supersedes_as_a_list(new):
    assert set(earlier_than(new)) == {old for old in Delivery if supersedes(new, old)}
    assert new not in earlier_than(new)


@pytest.mark.parametrize(
    ("word", "ours"),
    [("accepted", "queued"), ("scheduled", "queued"), ("sending", "queued"), ("queued", "queued"),
     ("sent", "sent"), ("delivered", "delivered"), ("read", "read"), ("undelivered", "undelivered"),
     ("failed", "failed"), ("canceled", "failed")],
)  # fmt: skip
def test_twilios_words(word, ours):
    assert reported(word) is Delivery(ours)


@pytest.mark.parametrize(
    "word", ["due", "unknown", "", "Delivered", "DELIVERED", "receiving", "deliv\x00ered"]
)
def test_other_words_say_nothing(word):
    assert reported(word) is None


@given(st.text(max_size=30))
def test_no_word_breaks_it_or_makes_a_state_of_ours(word):
    assert reported(word) not in (Delivery.DUE, Delivery.SENDING, Delivery.UNKNOWN)
