"""The processes of the system under trial: started again soon after they die, however often that is."""

import random
import signal
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from textline.embedded.guard import Guard
from textline.embedded.process import Process, identify, kill_session, session, wait
from textline.up.plan import Child

_PAUSE_S = (0.5, 1.0)  # as any process manager waits


@dataclass
class _Member:
    child: Child
    process: subprocess.Popen[bytes] | None = None
    due: float = 0.0


class Crew:
    """Tended by a thread of its own. Safe to share among threads."""

    def __init__(self, environment: dict[str, str], data: Path, guard: Guard, seed: int) -> None:
        self._members: dict[str, _Member] = {}
        self._environment = environment
        self._data = data
        self._guard = guard
        self._dice = random.Random(f"crew {seed}")  # noqa: S311 - no secret
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._tend, daemon=True, name="crew")
        self._thread.start()

    def add(self, *children: Child) -> None:
        """Run these too."""
        with self._lock:
            self._members |= {child.name: _Member(child) for child in children}

    def has(self, name: str) -> bool:
        """Whether there is a process of this name."""
        return name in self._members

    def pids(self, name: str) -> list[int]:
        """The leader and its children, in this order; none while it is not running."""
        with self._lock:
            process = self._members[name].process
            if process is None or process.poll() is not None:
                return []
            return sorted(session(process.pid), key=lambda pid: pid != process.pid)

    def awaited(self, name: str, seconds: float, least: int = 1) -> list[int]:
        """As `pids`, once at least so many are running, or after these seconds."""
        wait(lambda: len(self.pids(name)) >= least, seconds)
        return self.pids(name)

    def stop(self) -> None:
        """End all, at once: the comparison is made."""
        self._ended.set()
        self._thread.join()
        for member in self._members.values():
            if member.process is not None:
                kill_session(member.process.pid)
                member.process.wait()

    def _tend(self) -> None:
        while not self._ended.wait(0.05):
            with self._lock:
                for member in self._members.values():
                    self._look_after(member)

    def _look_after(self, member: _Member) -> None:
        if member.process is not None and member.process.poll() is not None:
            kill_session(member.process.pid)
            member.process = None
            member.due = time.monotonic() + self._dice.uniform(*_PAUSE_S)
        if member.process is None and time.monotonic() >= member.due:
            self._start(member)

    def _start(self, member: _Member) -> None:
        with (self._data / "logs" / f"{member.child.name}.log").open("ab") as log:
            member.process = subprocess.Popen(
                member.child.argv,
                env=self._environment,
                cwd=self._data,  # no `.env` lies there
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._guard.watch(member.process.pid, signal.SIGTERM)


def identified(pids: list[int]) -> list[Process]:
    """These processes, so that no signal reaches another that has got one of their numbers."""
    return [process for pid in pids if (process := identify(pid))]
