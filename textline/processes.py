"""Processes of one kind, kept at work: forked from one that has read all that they need.

One that was killed has a successor at once, which has not to import for seconds on a busy machine; one that hangs is
killed; and what all of them read is in memory once.
"""

import gc
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from multiprocessing.context import ForkProcess
from pathlib import Path

from textline import log

_log = log.get(__name__)
_fork = multiprocessing.get_context("fork")
_TOLD = (signal.SIGTERM, signal.SIGINT)
_HEARD = (*_TOLD, signal.SIGHUP, signal.SIGCHLD)
_QUICK_S = 10.0  # whoever lived less may have died of its start
_TRIES = 5  # so many quick deaths in a row are no accident
_PAUSE_S = 0.5  # before whoever comes after a second quick death
_LOOK_S = 1.0  # between two looks at how they do
_HUNG_S = 10.0  # without a beat
_START_S = 30.0  # without the first one

Work = Callable[["Member"], None]
Beside = Callable[["Family", bool], None]


class Member:
    """One of the processes, under a name; its work is handed this, in its own process."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.process: ForkProcess | None = None
        self.quick = 0
        self.began = 0.0
        self._beat = _fork.RawValue(
            "d", 0.0
        )  # in memory that both sides see; in seconds of the monotonic clock

    def beat(self) -> None:
        """Say that it is at work. Whoever has said so once must go on, or is held to hang."""
        self._beat.value = time.monotonic()

    @property
    def at_work(self) -> bool:
        """Whether it has said so since it began."""
        return bool(self._beat.value >= self.began > 0)

    def hangs(self, awake_since: float) -> bool:
        """Whether it was silent for too long, while whoever asks was awake."""
        last, limit = (self._beat.value, _HUNG_S) if self.at_work else (self.began, _START_S)
        return time.monotonic() - max(last, awake_since) > limit


class Family:
    """The processes of one kind, and who keeps them.

    `beating`: their work beats, so that one that hangs can be told from one that is busy. `end_limit_s`: how long one
    that has been told to end may take.
    """

    def __init__(self, names: Sequence[str], work: Work, *, beating: bool, end_limit_s: float) -> None:
        self.members = [Member(name) for name in names]
        self.gives_up = (
            True  # set to False while others do the same work: then whoever dies is tried on and on
        )
        self._work = work
        self._beating = beating
        self._end_limit_s = end_limit_s
        self._looked = self._awake_since = time.monotonic()

    def keep(self, beside: Beside | None = None, leaving: Callable[[], None] = lambda: None) -> int:
        """Have each at work until told to stop, then end them. For a process with one thread.

        `beside` is called at every turn, once a second at least, with whether SIGHUP came; without it, SIGHUP is told
        to stop. `leaving` is called before they are told to end.

        Returns the exit status: 1 when one dies of its start again and again.

        Raises:
            OSError: no further process can be forked; those there are have been ended.
        """
        signal.signal(signal.SIGCHLD, lambda *_: None)  # else it is not delivered everywhere
        signal.pthread_sigmask(signal.SIG_BLOCK, _HEARD)
        gc.collect()
        gc.freeze()  # the collector would write to what is shared, and so double it
        try:
            while all([self._kept_up(member) for member in self.members]):
                came = signal.sigtimedwait(_HEARD, _LOOK_S)
                hung_up = came is not None and came.si_signo == signal.SIGHUP
                if (came and came.si_signo in _TOLD) or (hung_up and not beside):
                    return 0
                if beside:
                    beside(self, hung_up)
                self._kill_who_hangs()
            return 1
        finally:
            leaving()
            self._end()

    def _kept_up(self, member: Member) -> bool:
        """Let a member's successor begin when it has ended; not, after too many quick deaths."""
        if member.process and member.process.is_alive():
            return True
        if member.process:
            lived = time.monotonic() - member.began
            member.quick = member.quick + 1 if lived < _QUICK_S else 0
            _log.warning("a process ended", name=member.name, status=member.process.exitcode)
        if member.quick >= _TRIES:
            _log.error("a process ends again and again right after its start", name=member.name)
            if self.gives_up:
                return False
        time.sleep(_PAUSE_S * min(member.quick, _TRIES) if member.quick > 1 else 0)
        member.began = time.monotonic()
        process = _fork.Process(target=_begin, args=(member, self._work, os.getpid(), self._end_limit_s))
        process.start()  # when even this fails, for want of memory, all end: whoever started us has to start us again
        member.process = process
        return True

    def _kill_who_hangs(self) -> None:
        now = time.monotonic()
        if now - self._looked > 2 * _LOOK_S:
            self._awake_since = now  # we were stopped, or starved, and so perhaps were they
        self._looked = now
        for member in self.members if self._beating else ():
            if member.process and member.process.is_alive() and member.hangs(self._awake_since):
                _log.error("a process hangs, and is killed", name=member.name)
                member.process.kill()

    def _end(self) -> None:
        processes = [member.process for member in self.members if member.process]
        for process in processes:
            process.terminate()
        ends = time.monotonic() + self._end_limit_s
        for process in processes:
            process.join(max(0.0, ends - time.monotonic()))
            process.kill()  # one that is frozen would keep us for ever
            process.join()


def _begin(member: Member, work: Work, parent: int, end_limit_s: float) -> None:
    for number in _HEARD:
        signal.signal(number, signal.SIG_IGN if number == signal.SIGHUP else signal.SIG_DFL)
    hear_signals()
    with suppress(OSError):  # what `ps` and `top` show; Linux keeps 15 letters
        Path("/proc/self/comm").write_text(member.name)
    threading.Thread(target=_end_with, args=(parent, end_limit_s), daemon=True).start()
    work(member)


def hear_signals() -> None:
    """In a child: it does not take signals in turn, as its parent does."""
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _HEARD)


def _end_with(parent: int, limit_s: float) -> None:
    """A process whose parent was killed ends by itself, and whatever it hangs on, not later than it may take."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(limit_s)
    os.kill(os.getpid(), signal.SIGKILL)
