"""A new version takes over from the old one in the same process, and nobody who connects is turned away."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from socket import socket

from textline import log
from textline.processes import Family, hear_signals

_log = log.get(__name__)
_HANDED_ON = "TEXTLINE_HANDED_ON"
_LEAVE_LIMIT_S = 8.0  # of the old version's processes, told to end
_TRIAL_LIMIT_S = 60.0
_FAILED = "the new version does not start: this one goes on"


def handed_on() -> tuple[int, list[int]] | None:
    """What the version before left to this one: its listening socket, and its processes, which still answer."""
    left = os.environ.pop(_HANDED_ON, None)
    if left is None:
        return None
    descriptor, *old = map(int, left.split())
    return descriptor, old


class Succession:
    """Told SIGHUP, tries whether the program as it now lies on the disk starts; then becomes it, by exec.

    So the process keeps its number, and its socket; its children of before go on answering until their successors are
    at work. What does not start leaves everything as it was.

    `command`: the program, without its interpreter. With `--check` it reads all that it needs, and ends well. `old`:
    the version before's processes, which are children of this process too.
    """

    def __init__(self, command: Sequence[str], listening: socket, old: Sequence[int]) -> None:
        self._command = [sys.executable, *command]
        self._listening = listening
        self._old = list(old)
        self._told_at = 0.0  # when the old were told to end
        self._asked = False
        self._trial: subprocess.Popen[bytes] | None = None
        self._trial_ends = 0.0

    def turn(self, family: Family, hung_up: bool) -> None:
        """One turn of whoever keeps the family."""
        if self._old:
            self._see_off(all(member.at_work for member in family.members))
        family.gives_up = not self._old
        self._asked = self._asked or hung_up  # also while an earlier version is tried: there is a later one
        try:
            if self._trial:
                self._judge(family, self._trial)
            elif self._asked:
                self._try()
        except OSError as error:  # no interpreter there, or no memory for it
            _log.error(_FAILED, why=error.strerror)

    def leave(self) -> None:
        """Tell the version before to end too, and end whatever is being tried."""
        if self._trial:
            self._trial.kill()
            self._trial.wait()
        if self._old:
            self._see_off(relieved=True)

    def end(self) -> None:
        """Wait until nothing is left of the version before."""
        while self._old:
            self._see_off(relieved=True)
            time.sleep(0.05)

    def _see_off(self, relieved: bool) -> None:
        self._old = [pid for pid in self._old if _runs(pid)]
        if relieved and not self._told_at:
            self._told_at = time.monotonic()
            self._tell(signal.SIGTERM)
        elif self._told_at and time.monotonic() - self._told_at > _LEAVE_LIMIT_S:
            self._tell(signal.SIGKILL)

    def _tell(self, number: signal.Signals) -> None:
        for pid in self._old:  # what has ended keeps its number until `_runs` has asked for it
            os.kill(pid, number)

    def _try(self) -> None:
        self._asked = False
        self._trial_ends = time.monotonic() + _TRIAL_LIMIT_S
        # It is to hear what tells it to end, which we take in turn.
        self._trial = subprocess.Popen(
            [*self._command, "--check"],
            stdin=subprocess.DEVNULL,
            preexec_fn=hear_signals,  # noqa: PLW1509 - this process has one thread
        )

    def _judge(self, family: Family, trial: "subprocess.Popen[bytes]") -> None:
        if trial.poll() is None:
            if time.monotonic() > self._trial_ends:
                trial.kill()
            return
        self._trial = None
        if trial.returncode == 0:
            self._become(family)
        _log.error(_FAILED, status=trial.returncode)

    def _become(self, family: Family) -> None:
        answering = [member.process.pid for member in family.members if member.process]
        self._listening.set_inheritable(True)
        os.environ[_HANDED_ON] = " ".join(map(str, [self._listening.fileno(), *answering, *self._old]))
        try:
            os.execv(self._command[0], self._command)  # noqa: S606 - no shell is wanted
        finally:
            self._listening.set_inheritable(False)
            del os.environ[_HANDED_ON]


def _runs(pid: int) -> bool:
    """Whether a child runs; when it has ended, nothing is left of it."""
    with suppress(ChildProcessError):
        return os.waitpid(pid, os.WNOHANG) == (0, 0)
    return False
