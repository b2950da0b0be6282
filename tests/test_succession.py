"""A new version takes over the socket and the number of the old one; one that does not start changes nothing."""

import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import eventually, free_port, runs

# Answers each connection with what `version` says at its start, and its number. A version may be broken, or leave late.
_PROGRAM = """
import os, pathlib, select, signal, socket, sys, time
from textline import processes, succession

version = pathlib.Path(__file__).with_name("version").read_text()
if version == "broken":
    sys.exit(3)
if "--check" in sys.argv:
    print("is tried:", version, flush=True)
    sys.exit(time.sleep(60 if version == "hanging" else 0))
succession._TRIAL_LIMIT_S = 3.0
succession._LEAVE_LIMIT_S = 1.0
left = succession.handed_on()
listening = socket.socket(fileno=left[0]) if left else socket.create_server(("127.0.0.1", int(sys.argv[1])))
listening.set_inheritable(False)

def work(member):
    if version == "dying":
        sys.exit(1)
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])  # it leaves between two answers
    listening.setblocking(False)
    if version == "slow":
        time.sleep(3)
    member.beat()
    while version == "stubborn" or signal.SIGTERM not in signal.sigpending():
        select.select([listening], [], [], 0.05)
        try:
            asked, _ = listening.accept()
        except BlockingIOError:
            continue
        asked.setblocking(True)
        asked.sendall(f"{version} {os.getpid()}".encode())
        asked.close()

family = processes.Family(["one", "two"], work, beating=False, end_limit_s=1)
if version == "homeless":
    sys.executable = "/nowhere/python"
following = succession.Succession(sys.argv, listening, left[1] if left else ())
try:
    status = family.keep(following.turn, following.leave)
finally:
    following.end()
sys.exit(status)
"""


class Served:
    """The program, as it is started once; `put` lays another version of it on the disk."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        (directory / "program.py").write_text(_PROGRAM)
        self.put("first")
        self.port = free_port()
        line = [sys.executable, str(directory / "program.py"), str(self.port)]
        with (directory / "log").open("wb") as log:
            self.process = subprocess.Popen(line, stdout=log, stderr=log)
        eventually(self.answers)

    def put(self, version: str) -> None:
        (self._directory / "version").write_text(version)

    def hang_up(self) -> None:
        self.process.send_signal(signal.SIGHUP)

    def answers(self) -> tuple[str, int] | None:
        """Version and number of whoever answers; None while the door is closed."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), 20) as asked:
                version, pid = asked.recv(100).decode().split()
        except OSError:
            return None
        return version, int(pid)

    @property
    def said(self) -> str:
        return (self._directory / "log").read_text()


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    made = Served(tmp_path)
    yield made
    made.process.terminate()
    assert made.process.wait(30) == 0


@pytest.mark.parametrize("version", ["second", "slow"])
def test_the_new_version_answers_and_nobody_was_turned_away(served: Served, version: str) -> None:
    _, old = served.answers() or ("", 0)
    served.put(version)
    served.hang_up()
    seen = []
    eventually(lambda: seen.append(served.answers()) or (seen[-1] and seen[-1][0] == version))
    assert None not in seen
    eventually(
        lambda: not runs(old), why="a process of the old version is still there, or what is left of it"
    )
    assert served.process.poll() is None


@pytest.mark.parametrize(("version", "told"), [("broken", "does not start"), ("dying", "again and again")])
def test_a_version_that_does_not_start_leaves_the_old_one_at_work(
    served: Served, version: str, told: str
) -> None:
    served.put(version)
    served.hang_up()
    eventually(lambda: told in served.said)
    assert (served.answers() or "")[0] == "first"
    served.put("second")
    served.hang_up()
    eventually(lambda: (served.answers() or "")[0] == "second", why="it takes no further version")


def test_a_trial_that_hangs_is_ended_and_a_version_announced_meanwhile_is_tried(served: Served) -> None:
    served.put("hanging")
    served.hang_up()
    eventually(lambda: "is tried: hanging" in served.said)
    served.put("second")
    served.hang_up()
    eventually(lambda: (served.answers() or "")[0] == "second")
    assert "does not start" in served.said


def test_without_an_interpreter_the_old_one_goes_on(served: Served) -> None:
    served.put("homeless")  # the one after it finds none
    served.hang_up()
    eventually(lambda: (served.answers() or "")[0] == "homeless")
    served.hang_up()
    eventually(lambda: "does not start" in served.said)
    assert (served.answers() or "")[0] == "homeless"


def test_one_that_does_not_leave_is_ended(served: Served) -> None:
    served.put("stubborn")
    served.hang_up()
    stubborn = eventually(lambda: found if (found := served.answers() or ("", 0))[0] == "stubborn" else None)
    served.put("third")
    served.hang_up()
    eventually(lambda: not runs(stubborn[1]))
    assert (served.answers() or "")[0] == "third"


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="counts processes through /proc")
def test_told_to_stop_while_two_versions_answer_it_ends_both(tmp_path: Path) -> None:
    served = Served(tmp_path)
    _, old = served.answers() or ("", 0)
    served.put("slow")
    served.hang_up()
    eventually(
        lambda: "does not start" in served.said or served.process.poll() is not None or _execed(served)
    )
    served.process.terminate()
    assert served.process.wait(30) == 0
    eventually(lambda: not runs(old) and served.answers() is None)


def _execed(served: Served) -> bool:
    """Whether two versions' processes are there, and no trial of one."""
    children = Path(f"/proc/{served.process.pid}/task/{served.process.pid}/children")
    return len(children.read_text().split()) > 3
