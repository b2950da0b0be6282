"""The children: started, watched, started again, and ended."""

import json
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from textline.embedded import places
from textline.embedded.guard import Guard, end
from textline.embedded.process import identify, kill_session, read, send, wait
from textline.embedded.server import rotate, tail
from textline.up.errors import UpError
from textline.up.plan import Child

QUICK = 10.0  # whoever lived less died of its start
TRIES = 5  # so many quick deaths in a row are no accident
STOP_LIMIT = 10.0


@dataclass
class _Member:
    child: Child
    process: subprocess.Popen[bytes] | None = None
    began: float = 0.0
    due: float = 0.0
    deaths: int = 0


class Crew:
    """The running children of one `up`."""

    def __init__(
        self, environment: dict[str, str], data: Path, guard: Guard, say: Callable[[str], None]
    ) -> None:
        self._members: list[_Member] = []
        self._environment = environment
        self._data = data
        self._say = say
        self._guard = guard

    @property
    def children(self) -> list[Child]:
        """Who belongs to it."""
        return [member.child for member in self._members]

    def add(self, *children: Child) -> None:
        """Have these too; `tend` starts them."""
        self._members += [_Member(child) for child in children]

    def tend(self) -> None:
        """Start whoever is not running and due.

        Raises:
            UpError: one dies again and again; with the end of its log.
        """
        for member in self._members:
            if member.process is not None and member.process.poll() is not None:
                self._bury(member, member.process)
            if member.process is None and time.monotonic() >= member.due:
                self._start(member)

    @property
    def complete(self) -> bool:
        """Whether all are alive."""
        return all(member.process and member.process.poll() is None for member in self._members)

    def stop(self, hurry: Callable[[], bool]) -> None:
        """End all, cleanly within bounded time, or at once if there is a hurry."""
        running = [member.process for member in self._members if member.process]
        for process in running:
            if process.poll() is None:
                send(process.pid, signal.SIGTERM)
        wait(lambda: all(process.poll() is not None for process in running), STOP_LIMIT, hurry)
        for process in running:
            kill_session(process.pid)
            process.wait()
        (self._data / "run.json").unlink(missing_ok=True)

    def log(self, name: str) -> Path:
        """A child's log."""
        return self._data / "logs" / f"{name}.log"

    def _start(self, member: _Member) -> None:
        log = self.log(member.child.name)
        rotate(log)
        with log.open("ab") as output:
            try:
                member.process = subprocess.Popen(
                    member.child.argv,
                    env=self._environment,
                    cwd=self._data,  # no `.env` lies there: the settings are those given, and no others
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
            except OSError as error:
                raise UpError(f"{member.child.name} cannot be started: {error}") from None
        member.began = time.monotonic()
        self._guard.watch(member.process.pid, signal.SIGTERM)
        self._record()

    def _bury(self, member: _Member, process: subprocess.Popen[bytes]) -> None:
        kill_session(process.pid)
        member.process = None
        member.deaths = member.deaths + 1 if time.monotonic() - member.began < QUICK else 1
        name, log = member.child.name, self.log(member.child.name)
        if member.deaths >= TRIES:
            raise UpError(f"{name} ended {TRIES} times right after its start. The end of {log}:\n{tail(log)}")
        pause = 0.25 * 2**member.deaths
        member.due = time.monotonic() + pause
        self._say(f"{name} ended ({process.returncode}); starting it again in {pause:g} s. Its log: {log}")

    def _record(self) -> None:
        found = [identify(member.process.pid) for member in self._members if member.process]
        listed = {"children": [asdict(process) for process in found if process]}
        places.write(self._data / "run.json", json.dumps(listed))


def end_orphans(data: Path) -> None:
    """End the children of an `up` that was killed together with its guard: none but the very processes it noted."""
    noted = places.read_json(data / "run.json").get("children")
    found = [read(entry) for entry in noted] if isinstance(noted, list) else []
    alive = [process for process in found if process and process.alive()]
    end(alive, [signal.SIGTERM] * len(alive))
    (data / "run.json").unlink(missing_ok=True)
