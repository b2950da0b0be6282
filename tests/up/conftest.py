"""Starting and ending `up` as a process of its own."""

import json
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.embedded.conftest import used_once
from textline.embedded import process


class Started:
    """A running `up`: what it wrote, and its end."""

    def __init__(self, data: Path, cwd: Path, environment: dict[str, str], options: dict[str, Any]) -> None:
        self.data = data
        command = [sys.executable, str(Path(__file__).with_name("driver.py")), str(data), json.dumps(options)]
        self.errors = cwd / f"stderr-{os.urandom(4).hex()}"
        self.process = subprocess.Popen(
            command,
            cwd=cwd,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=self.errors.open("w"),
            text=True,
            start_new_session=True,
        )
        self._lines: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def ready(self) -> str:
        """The line that says so."""
        line = self._lines.get(timeout=40)
        assert line.startswith("Textline is ready at "), self.said()
        return line.strip()

    def end(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(timeout=30)

    def wait(self) -> int:
        return self.process.wait(timeout=60)

    def said(self) -> str:
        return self.errors.read_text()

    def lines(self) -> list[str]:
        """What else it wrote to standard output."""
        return [line for line in self._lines.queue if line]

    def pids(self) -> list[int]:
        """Its children's numbers, as noted."""
        return [entry["pid"] for entry in json.loads((self.data / "run.json").read_text())["children"]]

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(line)
        self._lines.put("")


@pytest.fixture
def cwd() -> Iterator[Path]:
    """A working directory that everybody may pass through; data directories, with a space, lie in it."""
    with tempfile.TemporaryDirectory(prefix="textline-test-") as name:
        Path(name).chmod(0o711)
        yield Path(name).resolve()


@pytest.fixture
def start(cwd: Path) -> Iterator[Callable[..., Started]]:
    """Starts `up` with nothing but PATH and HOME in its environment; ends it, and checks that nothing is left."""
    started: list[Started] = []

    def begin(
        data: str = "da ta", environment: dict[str, str] | None = None, first: bool = False, **options: Any
    ) -> Started:
        if not (first or (cwd / data).exists()):
            used_once(cwd / data)
        bare = {"PATH": "/usr/bin:/bin", "HOME": str(cwd), **(environment or {})}
        started.append(Started(cwd / data, cwd, bare, options))
        return started[-1]

    yield begin
    for one in started:
        if one.process.poll() is None:
            one.end()
    assert process.wait(lambda: not left_over(cwd), 12), left_over(cwd)


def left_over(cwd: Path) -> list[str]:
    """The commands of the processes that belong to a test, by the directory that they work in or name."""
    found = []
    for pid in process.everyone():
        try:
            at = os.readlink(f"/proc/{pid}/cwd")
            command = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
        if command and (at == str(cwd) or at.startswith(f"{cwd}/")):
            found.append(f"{pid} {command}")
    return found
