"""Which process is which. A pid alone proves nothing, for numbers are given out again."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")
LINUX = sys.platform == "linux"


@dataclass(frozen=True)
class Process:
    """A process that cannot be mistaken for another: its number and the moment it was started."""

    pid: int
    started: str

    def alive(self) -> bool:
        """Whether this very process is running still; a zombie is not."""
        return identify(self.pid) == self

    def send(self, number: int) -> None:
        """Send a signal, if it is this process still."""
        if self.alive():
            send(self.pid, number)


def identify(pid: int) -> Process | None:
    """The process that has this number now, or None."""
    if pid <= 0:
        return None
    started = _started_linux(pid) if LINUX else _started_ps(pid)
    return Process(pid, started) if started else None


def read(record: object) -> Process | None:
    """A process from what was read out of a file, whatever that holds."""
    if not isinstance(record, dict):
        return None
    pid, started = record.get("pid"), record.get("started")
    return Process(pid, started) if type(pid) is int and isinstance(started, str) else None


def send(pid: int, number: int) -> None:
    """Send a signal; it is no error when the process has just ended, or is not ours."""
    try:
        os.kill(pid, number)
    except (ProcessLookupError, PermissionError):
        return


def session(leader: int) -> list[int]:
    """Every process of the session that `leader` began: its children too, in whatever group."""
    members = []
    for pid in everyone():
        try:
            if os.getsid(pid) == leader:
                members.append(pid)
        except OSError:
            continue
    return members


def everyone() -> list[int]:
    """The numbers of all processes."""
    if LINUX:
        return [int(entry) for entry in os.listdir(_PROC) if entry.isdigit()]
    return [int(line) for line in _ps("-A", "-o", "pid=").split()]


def sitting_in(directory: Path, program: str) -> list[int]:
    """The processes named `program` that work in `directory`: nobody else's sit in a data directory of ours.

    Asked of the system and not of a pid file, which may be truncated, missing, or name a stranger.
    """
    if not directory.is_dir():
        return []
    return _by_directory(directory, program) if LINUX else by_command(directory, program)


def by_command(directory: Path, program: str) -> list[int]:
    """As `sitting_in`, for systems without /proc: our servers carry their directory in their command line."""
    found = []
    for line in _ps("-A", "-ww", "-o", "pid=,command=").splitlines():
        pid, _, command = line.strip().partition(" ")
        name, _, arguments = command.strip().partition(f"/{program} ")
        if arguments and name.startswith("/") and f" {directory} " in f" {arguments} ":
            found.append(int(pid))
    return found


def has_title(pid: int, beginning: str) -> bool:
    """Whether a process calls itself so."""
    if not LINUX:
        return _ps("-ww", "-o", "command=", "-p", str(pid)).startswith(beginning)
    try:
        return (_PROC / str(pid) / "cmdline").read_bytes().startswith(beginning.encode())
    except OSError:
        return False


def wait(gone: Callable[[], bool], seconds: float, hurry: Callable[[], bool] = lambda: False) -> bool:
    """Wait until `gone`, at most so long, and not at all once `hurry`; returns whether it came true."""
    end = time.monotonic() + seconds
    while not gone():
        if time.monotonic() >= end or hurry():
            return False
        time.sleep(0.02)
    return True


def kill_session(leader: int) -> None:
    """End at once whatever is left of a session whose leader was ours."""
    for pid in session(leader):
        send(pid, signal.SIGKILL)


def _by_directory(directory: Path, program: str) -> list[int]:
    found = []
    for pid in everyone():
        try:
            named = (_PROC / str(pid) / "comm").read_text().strip() == program
            # The link leads to the very directory, also out of a container, where the same path is another.
            if named and (_PROC / str(pid) / "cwd").samefile(directory):
                found.append(pid)
        except OSError:
            continue
    return found


def _started_linux(pid: int) -> str | None:
    try:
        fields = (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
        boot = (_PROC / "sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return None
    return None if fields[0] in "ZX" else f"{fields[19]}@{boot}"


def _started_ps(pid: int) -> str | None:
    state, _, started = _ps("-o", "state=,lstart=", "-p", str(pid)).strip().partition(" ")
    return None if not state or state.startswith("Z") else started.strip()


def _ps(*arguments: str) -> str:
    environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}
    done = subprocess.run(
        ["/bin/ps", *arguments], env=environment, capture_output=True, text=True, check=False
    )
    return done.stdout
