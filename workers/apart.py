"""Processes apart: one for each group of queues, so that a slow job of one never keeps another's waiting.

They are forked from a process that has read all that they need: one that was killed has a successor at once, which
has not to import for seconds on a busy machine, and what all of them read is in memory once.
"""

import gc
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.context import ForkProcess
from pathlib import Path

from textline import log

_log = log.get(__name__)
_fork = multiprocessing.get_context("fork")
_TOLD = (signal.SIGTERM, signal.SIGINT)
_QUICK_S = 10.0  # whoever lived less may have died of its start
_TRIES = 5  # so many quick deaths in a row are no accident
_END_LIMIT_S = 60.0  # as long as a job may take
_PAUSE_S = 0.5  # before whoever comes after a second quick death

Group = tuple[str, ...]


@dataclass
class _Member:
    group: Group
    process: ForkProcess | None = None
    began: float = 0.0
    quick: int = 0


def keep(groups: list[Group], work: Callable[[Group], None]) -> int:
    """Have a process at work for each group until told to stop, then end them. For a process with one thread.

    Returns the exit status: 1 when one dies of its start again and again.

    Raises:
        OSError: no further process can be forked; those there are have been ended.
    """
    signal.signal(signal.SIGCHLD, lambda *_: None)  # else it is not delivered everywhere
    signal.pthread_sigmask(signal.SIG_BLOCK, (*_TOLD, signal.SIGCHLD))
    gc.collect()
    gc.freeze()  # the collector would write to what is shared, and so double it
    members = [_Member(group) for group in groups]
    try:
        while all(_kept_up(member, work) for member in members):
            if signal.sigwait((*_TOLD, signal.SIGCHLD)) in _TOLD:
                return 0
        return 1
    finally:
        _end([member.process for member in members if member.process])


def _kept_up(member: _Member, work: Callable[[Group], None]) -> bool:
    """Let a member's successor begin when it has ended; not, after too many quick deaths."""
    if member.process and member.process.is_alive():
        return True
    if member.process:
        lived = time.monotonic() - member.began
        member.quick = member.quick + 1 if lived < _QUICK_S else 0
        _log.warning("a worker process ended", queues=member.group, status=member.process.exitcode)
    if member.quick >= _TRIES:
        _log.error("a worker process ends again and again right after its start", queues=member.group)
        return False
    time.sleep(_PAUSE_S if member.quick > 1 else 0)
    member.began = time.monotonic()
    process = _fork.Process(target=_begin, args=(member.group, work, os.getpid()))
    process.start()  # when even this fails, for want of memory, all end: whoever started us has to start us again
    member.process = process
    return True


def _begin(group: Group, work: Callable[[Group], None], parent: int) -> None:
    for number in (*_TOLD, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, (*_TOLD, signal.SIGCHLD))
    with suppress(OSError):  # what `ps` and `top` show; Linux keeps 15 letters
        Path("/proc/self/comm").write_text(" ".join(group))
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    work(group)


def _end_with(parent: int) -> None:
    """A process whose parent was killed ends by itself."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os.kill(os.getpid(), signal.SIGTERM)


def _end(processes: list[ForkProcess]) -> None:
    for process in processes:
        process.terminate()
    for process in processes:
        process.join(_END_LIMIT_S)
        process.kill()  # one that is frozen would keep us for ever
        process.join()
