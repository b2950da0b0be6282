"""What has to be done once before the children start, and waiting until they are ready."""

import compileall
import http.client
import os
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from textline.embedded.guard import Guard
from textline.embedded.process import kill_session, send
from textline.embedded.server import tail
from textline.up.crew import Crew
from textline.up.errors import UpError
from textline.up.plan import Child
from textline.up.stopping import Stopping

READY_LIMIT = 60.0
_PACKAGE = Path(__file__).parent.parent
_PROGRAM = (_PACKAGE, _PACKAGE.parent / "workers")


def compile_ahead(program: Sequence[Path] = _PROGRAM) -> None:
    """Keep the program's byte code beside it, so that a process that died is back a third sooner.

    A source tree has none until it has run, and never where Python is told not to write it, as in many containers.
    Nothing is done where we may not write.
    """
    for directory in program:
        if os.access(directory, os.W_OK):
            compileall.compile_dir(directory, quiet=2)


def step(
    name: str,
    argv: tuple[str, ...],
    environment: dict[str, str],
    data: Path,
    guard: Guard,
    stopping: Stopping,
) -> str:
    """Run a command to its end, and return what it wrote to standard output; nothing if it was stopped.

    Raises:
        UpError: it failed; with what it wrote to standard error.
    """
    log = data / "logs" / f"{name}.log"
    with log.open("wb") as errors:
        process = subprocess.Popen(
            argv,
            env=environment,
            cwd=data,  # no `.env` lies there: the settings are those given, and no others
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            start_new_session=True,
        )
    guard.watch(process.pid, signal.SIGTERM)
    output = _finish(process, stopping)
    if output is None:
        return ""
    if process.returncode:
        raise UpError(f"{name} failed ({process.returncode}):\n{tail(log, 40)}")
    return output.decode(errors="replace")


def await_ready(crew: Crew, stopping: Stopping) -> bool:
    """Wait until all children are alive and answer; returns whether they do, or we were asked to stop.

    Raises:
        UpError: they take too long; with the reasons.
    """
    end = time.monotonic() + READY_LIMIT
    while not stopping.wait(0.1):
        crew.tend()
        reasons = [reason for child in crew.children if child.ready and (reason := _unready(child))]
        if crew.complete and not reasons:
            return True
        if time.monotonic() > end:
            logs = [
                f"The end of {crew.log(child.name)}:\n{tail(crew.log(child.name))}" for child in crew.children
            ]
            raise UpError("\n".join([f"Not ready after {READY_LIMIT:g} s.", *reasons, *logs]))
    return False


def _finish(process: subprocess.Popen[bytes], stopping: Stopping) -> bytes | None:
    asked_at = 0.0
    while True:
        try:
            output = process.communicate(timeout=0.1)[0]
        except subprocess.TimeoutExpired:
            if stopping.asked and not asked_at:
                asked_at = time.monotonic()
                send(process.pid, signal.SIGTERM)
            elif asked_at and (stopping.hurry() or time.monotonic() - asked_at > 5):
                kill_session(process.pid)
        else:
            return None if asked_at else output


def _unready(child: Child) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", int(child.port), timeout=5)
    try:
        connection.request("GET", child.ready, headers={"Host": "localhost"})
        answer = connection.getresponse()
        body = answer.read(2000).decode(errors="replace")
    except (OSError, http.client.HTTPException) as error:
        return f"{child.name} does not answer at port {child.port}: {error}"
    finally:
        connection.close()
    return "" if answer.status == 200 else f"{child.name} answers {answer.status}: {body}"
