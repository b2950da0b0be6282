"""Each single kind of fault is found by the comparison, and nothing else is."""

from dataclasses import replace

import pytest

from tests.chaos.made import ANA, BEN, CRISIS, HELP, crisis, decided, judged, received, sent, texted
from textline.chaos.compare import compare
from textline.chaos.log import Log
from textline.chaos.record import Escalation, Record

A, B, C = texted(1), texted(2), texted(3)


def test_all_is_well() -> None:
    log = Log((A, B, C), (sent(1), sent(2)))
    record = Record(tuple(map(received, log.texted)), (decided(1), decided(2)))
    counts = judged(log, record).counts
    assert (counts["sent"], counts["acknowledged"], counts["recorded"]) == (3, 3, 3)
    assert (counts["decided"], counts["sent_once"], counts["late"]) == (2, 2, 0)


def test_lost() -> None:
    verdict = judged(Log((A, B)), Record((received(A),)), lost=1)
    assert verdict.counts["lost_acknowledged"] == 1
    assert "SM2" in verdict.examples["lost"][0]


def test_lost_without_having_been_acknowledged() -> None:
    never = texted(2, acknowledged_at=None, given_up_at=12.0)
    assert judged(Log((A, never)), Record((received(A),)), lost=1).counts["lost_acknowledged"] == 0


@pytest.mark.parametrize("wrong", [{"body": "other words"}, {"number": BEN}])
def test_recorded_wrongly_is_lost(wrong: dict[str, str]) -> None:
    judged(Log((A,)), Record((received(A, **wrong),)), lost=1)


def test_doubled_under_one_sid() -> None:
    judged(Log((A,)), Record((received(A), received(A, id=9))), doubled=1)


def test_doubled_under_another_sid() -> None:
    judged(Log((A,)), Record((received(A), received(A, id=9, sid="SM99"))), doubled=1)


def test_reordered() -> None:
    verdict = judged(Log((A, B)), Record((received(A, at=9.0), received(B))), reordered=1)
    assert "SM2" in verdict.examples["reordered"][0]


def test_written_late_but_shown_in_its_place_is_counted_and_no_fault() -> None:
    counts = judged(Log((A, B)), Record((received(A, id=9), received(B, id=2)))).counts
    assert counts["written_out_of_turn"] == 1
    assert not judged(Log((A, B)), Record((received(A), received(B)))).counts["written_out_of_turn"]


def test_at_one_instant_the_identifier_decides() -> None:
    judged(Log((A, B)), Record((received(A, at=2.0, id=1), received(B, at=2.0, id=2))))
    judged(Log((A, B)), Record((received(A, at=2.0, id=2), received(B, at=2.0, id=1))), reordered=1)


def test_what_a_wipe_destroyed_has_the_time_at_which_it_came_again() -> None:
    record = Record((received(A, at=3.0), received(B)))
    log = Log((A, B))
    assert compare(log, record).counts["reordered"] == 1
    assert compare(log, record, wiped=[(2.9, 3.1)]).counts["reordered"] == 0
    for elsewhere in ((1.0, 1.4), (3.1, 3.2)):  # before it was acknowledged, and after it had come again
        assert compare(log, record, wiped=[elsewhere]).counts["reordered"] == 1
    assert (
        compare(log, Record((received(A), received(B, at=1.0))), wiped=[(0.0, 9.0)]).counts["reordered"] == 1
    )


def test_sent_before_the_other_was_acknowledged_may_be_either_way() -> None:
    quick = texted(2, sent_at=1.4)
    judged(Log((A, quick)), Record((received(A, at=9.0), received(quick))))


def test_a_text_that_was_never_acknowledged_may_come_late() -> None:
    never = texted(1, acknowledged_at=None)
    judged(Log((never, B)), Record((received(never, at=9.0), received(B))))


def test_late_is_not_reordered() -> None:
    record = Record((received(A, at=9.0, late=True), received(B)))
    counts = judged(Log((A, B)), record).counts
    assert (counts["late"], counts["late_acknowledged"]) == (1, 1)


def test_of_two_texters_any_order_is_right() -> None:
    other = texted(2, number=BEN)
    judged(Log((A, other)), Record((received(A, at=9.0), received(other))))


def test_order_is_judged_over_more_than_neighbours() -> None:
    record = Record((received(A, at=9.0), received(B, at=1.0), received(C, at=2.0)))
    judged(Log((A, B, C)), record, reordered=2)


@pytest.mark.parametrize("delivery", ["due", "sent"])
def test_unsent(delivery: str) -> None:
    judged(Log(()), Record((), (decided(1, sid=None, delivery=delivery),)), unsent=1)


def test_failed_is_not_unsent() -> None:
    assert judged(Log(()), Record((), (decided(1, sid=None, delivery="failed"),))).counts["failed"] == 1


def test_sent_twice() -> None:
    log = Log((A,), (sent(1), sent(2, "answer 1")))
    judged(log, Record((received(A),), (decided(1),)), sent_twice=1)


def test_two_of_the_same_words_are_two() -> None:
    log = Log((A,), (sent(1, "welcome"), sent(2, "welcome")))
    judged(log, Record((received(A),), (decided(1, "welcome"), decided(2, "welcome"))))


def test_sent_under_a_sid_that_we_never_learned() -> None:
    judged(Log((A,), (sent(1),)), Record((received(A),), (decided(1, sid=None, delivery="failed"),)))


def test_sent_without_a_decision() -> None:
    judged(Log((A,), (sent(1),)), Record((received(A),)), undecided=1)


def test_to_somebody_on_call_anything_may_be_sent() -> None:
    judged(Log((A,), (sent(1, number="+12025550199"),)), Record((received(A),)))


@pytest.mark.parametrize("delivery", ["unknown", "sending"])
def test_unknown(delivery: str) -> None:
    judged(Log((A,), (sent(1),)), Record((received(A),), (decided(1, delivery=delivery),)), unknown=1)


def test_a_crisis_as_it_should_go() -> None:
    assert judged(*crisis()).counts["crises"] == 1


def test_a_crisis_without_hotline() -> None:
    log, record = crisis(decided=())
    judged(replace(log, sent=()), record, crisis_missed=1)


def test_a_crisis_whose_hotline_text_never_left() -> None:
    log, record = crisis(decided=(decided(8, HELP, hotline=True, sid=None, delivery="failed"),))
    judged(replace(log, sent=()), record, crisis_missed=1)


def test_a_crisis_without_escalation() -> None:
    judged(*crisis(escalations=()), crisis_missed=1)


def test_a_crisis_that_is_lost() -> None:
    log, record = crisis(received=())
    judged(log, record, lost=1, crisis_missed=1)


def test_a_crisis_answered_in_twiml() -> None:
    log, record = crisis(decided=())
    text = replace(log.texted[0], replies=("OUT8",))
    judged(Log((text,), (sent(8, HELP, by_api=False),)), record)


def test_an_answer_in_twiml_without_a_hotline_is_none() -> None:
    log, record = crisis(decided=())
    text = replace(log.texted[0], replies=("OUT8",))
    judged(Log((text,), (sent(8, "we got it", by_api=False),)), record, crisis_missed=1)


def test_one_hotline_text_covers_a_conversation() -> None:
    log, record = crisis()
    again = texted(20, CRISIS)
    judged(Log((*log.texted, again), log.sent), replace(record, received=(*record.received, received(again))))


def test_after_a_resolution_a_crisis_is_a_new_one() -> None:
    log, record = crisis(escalations=(Escalation(1, 8.5, 12.0),))
    again = texted(20, CRISIS)
    log = Log((*log.texted, again), log.sent)
    record = replace(record, received=(*record.received, received(again)))
    judged(log, record, crisis_missed=1)


def test_ownerless() -> None:
    judged(Log((A,)), Record((received(A),), ownerless={1: "with_volunteer without anybody"}), ownerless=1)


def test_answers_that_the_console_took() -> None:
    log, record = Log((A,), (sent(1), sent(2))), Record((received(A),), (decided(1), decided(2, "answer 1")))
    verdict = compare(log, record, [("answer 1", True), ("answer 5", True), ("answer 6", False)])
    assert (verdict.counts["replies_doubled"], verdict.counts["replies_lost"]) == (1, 1)
    assert ANA not in str(verdict.examples)
