"""Worker processes apart: one that dies has a successor at once, and none outlives whoever forked it."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import eventually

# What a group does: say who it is in a file of its own, and wait; or end at once.
_SCRIPT = """
import os, pathlib, signal, sys, time
from workers.apart import keep

def work(group):
    place = pathlib.Path(sys.argv[1], " ".join(group))
    place.with_suffix(".new").write_text(str(os.getpid()))
    place.with_suffix(".new").rename(place)
    with (place.parent / "begun").open("a") as begun:
        begun.write("x")
    while "dies" not in group:
        time.sleep(0.05)

sys.exit(keep([tuple(group.split()) for group in sys.argv[2:]], work))
"""
Family = "subprocess.Popen[bytes]"


@pytest.fixture
def family(tmp_path: Path) -> Iterator[Family]:
    child = subprocess.Popen([sys.executable, "-c", _SCRIPT, str(tmp_path), "first matches", "sends"])
    yield child
    child.kill()
    child.wait()


def of(directory: Path, group: str) -> int:
    """The process that is at work for a group."""
    place = directory / group
    return int(eventually(lambda: place.exists() and place.read_text()))


def runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_killed_process_has_a_successor_and_the_others_go_on(tmp_path: Path, family: Family) -> None:
    first, other = of(tmp_path, "first matches"), of(tmp_path, "sends")
    os.kill(first, signal.SIGKILL)
    successor = eventually(lambda: (now := of(tmp_path, "first matches")) != first and now)
    assert runs(successor)
    assert (of(tmp_path, "sends"), runs(other), family.poll()) == (other, True, None)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
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
