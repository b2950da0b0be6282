"""The plan and the script follow from the seed, and hold what a run needs."""

from collections import Counter
from itertools import pairwise

import pytest

from textline.carrier.simulated.misbehaviour import Misbehaviour
from textline.chaos import words
from textline.chaos.plan import CALM_S, LANES, Fault, draw, minimums
from textline.chaos.report import Outcome, summary
from textline.chaos.script import write
from textline.chaos.verdict import Verdict
from textline.flow.lanes import screen
from textline.rules.screen import NOTHING

RUNS = [(seed, minutes * 60) for seed in range(12) for minutes in (0.5, 1, 2.5, 10)]


def test_a_seed_is_a_plan() -> None:
    assert draw(3, 600) == draw(3, 600)
    assert draw(3, 600) != draw(4, 600)
    assert write(3, 60, 20) == write(3, 60, 20)
    assert write(3, 60, 20) != write(4, 60, 20)


@pytest.mark.parametrize(("seed", "seconds"), RUNS)
def test_every_plan_reaches_its_minimums(seed: int, seconds: float) -> None:
    planned = Counter(fault.kind for lane in draw(seed, seconds).values() for fault in lane)
    least = minimums(seconds)
    assert planned.keys() == least.keys()
    assert all(planned[kind] >= times >= 1 for kind, times in least.items())


@pytest.mark.parametrize(("seed", "seconds"), [run for run in RUNS if run[1] >= 60])
def test_faults_end_while_texts_still_come(seed: int, seconds: float) -> None:
    for lane in draw(seed, seconds).values():
        assert lane[0].at >= CALM_S
        assert max(fault.at + fault.lasts for fault in lane) < seconds


@pytest.mark.parametrize(("seed", "seconds"), RUNS)
def test_the_faults_of_a_lane_do_not_overlap(seed: int, seconds: float) -> None:
    for lane in draw(seed, seconds).values():
        ends: dict[float, float] = {fault.at: fault.at + fault.lasts for fault in lane}
        starts = sorted(ends)
        assert all(ends[one] <= other + 1e-9 for one, other in pairwise(starts))


def test_in_a_long_run_outages_are_long() -> None:
    drawn = [fault for seed in range(5) for fault in draw(seed, 600)["freezes"]]
    frozen = [fault.lasts for fault in drawn if fault.kind != "freeze_long"]
    assert 5 <= min(frozen) < 8
    assert 18 < max(frozen) <= 20
    long = [fault for fault in drawn if fault.kind == "freeze_long"]
    assert all(30 <= fault.lasts <= 60 for fault in long)
    assert len({fault.process for fault in long}) > 2


def test_the_carrier_understands_its_orders() -> None:
    for fault in draw(5, 600)["carrier"]:
        assert fault.ways
        Misbehaviour.model_validate(fault.ways)


def test_processes_are_struck_whole_and_in_part() -> None:
    faults: list[Fault] = [fault for seed in range(5) for lane in draw(seed, 600).values() for fault in lane]
    struck = Counter(
        (fault.kind, fault.process, fault.child is not None) for fault in faults if fault.process
    )
    assert {("freeze_worker", "worker", True), ("freeze_worker", "worker", False)} <= struck.keys()
    assert {("kill_child", "worker", True), ("kill_child", "urgent", True)} <= struck.keys()
    assert ("kill_web", "web", False) in struck


def test_the_script_is_steady_with_bursts_and_crises() -> None:
    texts = write(1, 600, 20)
    assert 0.9 < len(texts) / 12_000 < 1.1
    assert [text.at for text in texts] == sorted(text.at for text in texts)
    assert len({text.body for text in texts}) == len(texts)
    assert 0.01 < sum(words.is_crisis(text.body) for text in texts) / len(texts) < 0.03
    quick = sum(one.number == other.number for one, other in pairwise(texts))
    assert quick > len(texts) / 20
    assert len({text.number for text in texts}) == 80


def test_crises_and_nothing_else_are_in_the_lexicon() -> None:
    for body in words.CRISIS:
        assert screen().look(body).level.escalates
    for body in (*words.ORDINARY, *words.ANSWERS):
        assert screen().look(body) == NOTHING


def test_a_run_fails_when_a_fault_was_too_seldom() -> None:
    least = minimums(60)
    made = Outcome(Verdict(), {"recovery_s": 1.23456}, dict(least), least, [], [], 1, 1.0, 20.0)
    assert made.well
    told = summary(made)
    assert (told["recovery_s"], told["lost"], told["seed"]) == (1.235, 0, 1)
    seldom = Outcome(Verdict(), {}, {**least, "kill_web": 0}, least, [], [], 1, 1.0, 20.0)
    assert seldom.missing == {"kill_web": 0}
    assert not seldom.well
    assert [lane.name for lane in LANES] == ["kills", "freezes", "stores", "carrier"]
