"""What the two servers have in common: started as our own child, asked until it answers, ended in bounded time."""

import contextlib
import signal
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import IO

from textline.embedded import process
from textline.embedded.account import ONESELF, Account
from textline.embedded.errors import EmbeddedError
from textline.embedded.guard import Guard

START_LIMIT = 120.0
STOP_LIMIT = 10.0
_LOG_LIMIT = 5_000_000


class Server(ABC):
    """One server over one directory. `program` is the process's name, `ending` the signal for a clean end."""

    program: str
    ending: signal.Signals

    def __init__(self, directory: Path, sockets: Path, log: Path, guard: Guard) -> None:
        self.directory = directory
        self.sockets = sockets
        self.log = log
        self.account = ONESELF
        self._guard = guard
        self._child: subprocess.Popen[bytes] | None = None

    @property
    @abstractmethod
    def url(self) -> str:
        """The address, in the form that the settings take."""

    @abstractmethod
    def prepare(self) -> None:
        """Make the directory what the server needs; called before every start, with no server over it."""

    @abstractmethod
    def command(self) -> list[str]:
        """The command line."""

    @abstractmethod
    def answers(self) -> bool:
        """Whether it takes work."""

    def start(self) -> None:
        """Start it, and return once it answers.

        Raises:
            EmbeddedError: it ended, or did not answer in time; with the end of its log.
        """
        self.end_orphans()
        self.prepare()
        rotate(self.log)
        with self.log.open("ab") as log:
            self._child = spawn(self.command(), self.account, self.directory, log)
        self._guard.watch(self._child.pid, self.ending)
        end = time.monotonic() + START_LIMIT
        while not self.answers():
            if not self.running or time.monotonic() > end:
                self.stop()
                raise EmbeddedError(f"{self.program} did not start. The end of {self.log}:\n{tail(self.log)}")
            time.sleep(0.02)

    @property
    def running(self) -> bool:
        """Whether the child is alive."""
        return self._child is not None and self._child.poll() is None

    def stop(self, hurry: Callable[[], bool] = lambda: False) -> None:
        """End it cleanly, or at once when it takes too long or the person is in a hurry."""
        child, self._child = self._child, None
        if child is None:
            return
        process.send(child.pid, self.ending)
        if not process.wait(lambda: child.poll() is not None, STOP_LIMIT, hurry):
            process.kill_session(child.pid)
            child.wait()
        self.end_orphans()

    def end_orphans(self) -> None:
        """End what an owner left behind that was killed. We hold the lock: whatever sits here is an orphan."""

        def orphans() -> list[int]:
            return process.sitting_in(self.directory, self.program)

        for pid in orphans():
            process.send(pid, self.ending_of(pid))
        if not process.wait(lambda: not orphans(), STOP_LIMIT):
            for pid in orphans():
                process.send(pid, signal.SIGKILL)
            process.wait(lambda: not orphans(), STOP_LIMIT)

    def ending_of(self, pid: int) -> signal.Signals:  # noqa: ARG002
        """The signal for an orphan."""
        return self.ending


def spawn(command: list[str], account: Account, cwd: Path, log: IO[bytes]) -> subprocess.Popen[bytes]:
    """Start a process in a session of its own, so that a Ctrl-C at the terminal does not reach it before us.

    Raises:
        EmbeddedError: the system cannot run the program.
    """
    try:
        return subprocess.Popen(
            [*account.prefix, *command],
            cwd=cwd,
            # Nothing of the caller's: PG* variables would change what PostgreSQL does.
            env={"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            **account.options,
        )
    except OSError as error:
        raise EmbeddedError(
            f"{command[0]} cannot be run here ({error.strerror}): run the server yourself, and set "
            "TEXTLINE_DATABASE_URL and TEXTLINE_REDIS_URL."
        ) from None


def rotate(log: Path) -> None:
    """Set a log aside that has grown large; one older one is kept."""
    with contextlib.suppress(FileNotFoundError):
        if log.stat().st_size > _LOG_LIMIT:
            log.replace(log.with_name(log.name + ".1"))


def tail(log: Path, lines: int = 15) -> str:
    """The last lines of a log."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - 16_000))
            text = file.read().decode(errors="replace")
    except OSError:
        return "(no log)"
    return "\n".join(text.splitlines()[-lines:])
