"""Processes of a kind: one that dies has a successor at once, and none outlives whoever forked it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import eventually, runs
from textline.processes import _START_S, Member

# What one does: say who it is in a file of its own, and go on; or end at once, or hang.
_SCRIPT = """
import os, pathlib, signal, sys, time
from textline import processes

processes._HUNG_S = float(os.environ.get("HUNG_S", 60))

def work(member):
    place = pathlib.Path(sys.argv[1], member.name)
    place.with_suffix(".new").write_text(str(os.getpid()))
    place.with_suffix(".new").rename(place)
    with (place.parent / "begun").open("a") as begun:
        begun.write("x")
    if member.name == "deaf":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    while member.name != "dies":
        member.beat()
        time.sleep(0.05)

sys.exit(processes.Family(sys.argv[2:], work, beating=True, end_limit_s=3).keep())
"""
Family = "subprocess.Popen[bytes]"


@pytest.fixture
def family(tmp_path: Path) -> Iterator[Family]:
    child = subprocess.Popen([sys.executable, "-c", _SCRIPT, str(tmp_path), "first matches", "sends"])
    yield child
    child.kill()
    child.wait()


def of(directory: Path, name: str) -> int:
    """The process that is at work under a name."""
    place = directory / name
    return int(eventually(lambda: place.exists() and place.read_text()))


def test_a_killed_process_has_a_successor_and_the_others_go_on(tmp_path: Path, family: Family) -> None:
    first, other = of(tmp_path, "first matches"), of(tmp_path, "sends")
    os.kill(first, signal.SIGKILL)
    successor = eventually(lambda: (now := of(tmp_path, "first matches")) != first and now)
    assert runs(successor)
    assert (of(tmp_path, "sends"), runs(other), family.poll()) == (other, True, None)


def test_one_that_hangs_has_a_successor_and_the_others_go_on(
    monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    monkeypatch.setenv("HUNG_S", "3")
    family = request.getfixturevalue("family")
    first, other = of(tmp_path, "first matches"), of(tmp_path, "sends")
    os.kill(first, signal.SIGSTOP)
    eventually(lambda: of(tmp_path, "first matches") != first)
    assert not runs(first)
    assert (of(tmp_path, "sends"), family.poll()) == (other, None)


def test_one_that_never_says_that_it_is_at_work_is_given_its_time_to_start(tmp_path: Path) -> None:
    member = Member("web 1")
    member.began = time.monotonic() - _START_S / 2
    assert not member.hangs(awake_since=0)
    member.began -= _START_S
    assert member.hangs(awake_since=0)
    assert not member.hangs(awake_since=time.monotonic() - 1), "whoever was stopped itself cannot tell"


def test_all_that_were_stopped_together_go_on_together(
    monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    monkeypatch.setenv("HUNG_S", "3")
    family = request.getfixturevalue("family")
    both = [of(tmp_path, "first matches"), of(tmp_path, "sends")]
    for pid in (family.pid, *both):
        os.kill(pid, signal.SIGSTOP)
    time.sleep(4)
    for pid in (family.pid, *both):  # who judges wakes first
        os.kill(pid, signal.SIGCONT)
    time.sleep(2)
    assert [of(tmp_path, "first matches"), of(tmp_path, "sends")] == both


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_told_to_stop_it_ends_all(tmp_path: Path, family: Family, number: int) -> None:
    both = [of(tmp_path, "first matches"), of(tmp_path, "sends")]
    family.send_signal(number)
    assert family.wait(10) == 0
    assert not any(map(runs, both))


def test_a_killed_parent_leaves_nobody_behind(tmp_path: Path, family: Family) -> None:
    both = [of(tmp_path, "first matches"), of(tmp_path, "sends")]
    family.kill()
    family.wait()
    eventually(lambda: not any(map(runs, both)), why="a child outlives whoever would start it again")


def test_not_even_one_that_does_not_listen(tmp_path: Path) -> None:
    child = subprocess.Popen([sys.executable, "-c", _SCRIPT, str(tmp_path), "deaf"])
    deaf = of(tmp_path, "deaf")
    child.kill()
    child.wait()
    eventually(lambda: not runs(deaf), why="it keeps for ever what its parent held")


def test_one_that_dies_of_its_start_again_and_again_ends_all(tmp_path: Path) -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", _SCRIPT, str(tmp_path), "dies"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    said, _ = child.communicate(timeout=30)
    assert child.returncode == 1
    assert len((tmp_path / "begun").read_text()) == 5
    assert b"again and again" in said


@pytest.mark.skipif(not Path("/proc/self/comm").exists(), reason="reads names through /proc")
def test_each_can_be_told_from_the_others(tmp_path: Path, family: Family) -> None:
    pid = of(tmp_path, "first matches")
    assert Path(f"/proc/{pid}/comm").read_text().strip() == "first matches"
