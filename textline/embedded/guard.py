"""The guard: a small process that outlives its owner by a moment, and takes the owner's processes along.

It reads a pipe that only its owner holds. However the owner ends, `kill -9` included, the pipe closes, and the
guard ends whatever it was told of. That works alike on Linux and macOS, and whichever thread started a process;
the kernel's parent-death signal does neither.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TextIO

import textline
from textline.embedded.process import Process, identify, kill_session, read, wait

PATIENCE = 10.0


class Guard:
    """The owner's side: tell the guard of each process started. Close it when all are ended."""

    def __init__(self) -> None:
        home = str(Path(textline.__file__).resolve().parent.parent)
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-c", "from textline.embedded.guard import main; main()"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": home},
            cwd="/",
            start_new_session=True,
            text=True,
        )

    def watch(self, pid: int, number: int) -> None:
        """Have the session that this process leads ended with the signal `number`, should we vanish."""
        process = identify(pid)
        pipe = self._process.stdin
        if process is None or pipe is None:
            return
        with contextlib.suppress(BrokenPipeError):
            pipe.write(json.dumps({**asdict(process), "signal": number}) + "\n")
            pipe.flush()

    def close(self) -> None:
        """Let the guard go; what it was told of and still lives is ended."""
        self._process.communicate()


def main(lines: TextIO = sys.stdin) -> None:
    """Remember what is told until the pipe closes; then end what is left of it."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    told = [json.loads(line) for line in lines]
    left = [(process, entry["signal"]) for entry in told if (process := read(entry)) and process.alive()]
    end([process for process, _ in left], [number for _, number in left])


def end(processes: list[Process], numbers: list[int]) -> None:
    """End processes of ours with a signal each, and after `PATIENCE` seconds harder; their sessions too."""
    for process, number in zip(processes, numbers, strict=True):
        process.send(number)
    wait(lambda: not any(process.alive() for process in processes), PATIENCE)
    for process in processes:
        kill_session(process.pid)
