"""One temporary installation for all that is measured: servers, port, environment and child processes."""

import contextlib
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import httpx

import tests
from textline.embedded import Servers, servers
from textline.embedded.guard import Guard
from textline.embedded.process import kill_session
from textline.embedded.server import tail

ROOT = Path(tests.__file__).resolve().parents[1]
ACCOUNT, TOKEN = "AC" + "0b" * 16, "a-token-for-the-benchmarks"
START_LIMIT_S = 30.0
STOP_LIMIT_S = 8.0


class BenchError(Exception):
    """A measurement cannot be made; the text says why."""


def free_port() -> int:
    """A port of the loopback that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Machine:
    """Everything that is measured listens on the same port, one after another, over the same two servers."""

    home: Path
    servers: Servers
    guard: Guard
    port: int = field(default_factory=free_port)
    carrier_port: int = field(default_factory=free_port)

    @property
    def public_url(self) -> str:
        """What the webhooks are signed for."""
        return f"http://localhost:{self.port}"

    def log(self, name: str) -> Path:
        """A child's log."""
        return self.home / f"{name}.log"

    def spawn(self, name: str, argv: Sequence[str], more: Mapping[str, str]) -> "subprocess.Popen[bytes]":
        """Start a child in a session of its own; it ends with us, even if we are killed."""
        kept = {key: value for key, value in os.environ.items() if not key.startswith("TEXTLINE_")}
        with self.log(name).open("ab") as log:
            child = subprocess.Popen(
                argv, env={**kept, "PYTHONPATH": str(ROOT), **more}, cwd=self.home, stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        self.guard.watch(child.pid, signal.SIGTERM)
        return child

    def ready(self, name: str, child: "subprocess.Popen[bytes]", port: int, path: str) -> None:
        """Return once a child's port answers 200.

        Raises:
            BenchError: it ended, or took too long.
        """
        ends = time.monotonic() + START_LIMIT_S
        while True:
            with contextlib.suppress(httpx.HTTPError):
                if httpx.get(f"http://127.0.0.1:{port}{path}", trust_env=False).status_code == 200:
                    return
            if child.poll() is not None or time.monotonic() > ends:
                raise BenchError(f"{name} did not start:\n{tail(self.log(name))}")
            time.sleep(0.05)


@contextlib.contextmanager
def machine(logs: Path | None = None) -> Iterator[Machine]:
    """The machine, in a temporary directory, while inside; the processes' logs are left in `logs`, if given."""
    home = Path(tempfile.mkdtemp(prefix="textline-bench-"))
    home.chmod(0o711)  # under root the servers run as somebody else, who has to pass through
    try:
        with servers(home / "data", attach=False) as running:
            guard = Guard()
            try:
                yield Machine(home, running, guard)
            finally:
                guard.close()
    finally:
        if logs:
            logs.mkdir(parents=True, exist_ok=True)
            for log in home.glob("*.log"):
                shutil.copy(log, logs)
        shutil.rmtree(home, ignore_errors=True)


def procfile(name: str, port: int) -> list[str]:
    """A process's command as the Procfile has it, but listening on the loopback only."""
    lines = dict(line.split(": ", 1) for line in (ROOT / "Procfile").read_text().splitlines() if ": " in line)
    command = lines[name].replace("${PORT:-8000}", str(port)).replace("0.0.0.0", "127.0.0.1")
    words = shlex.split(re.sub(r"\$\{\w+:-(\w+)\}", r"\1", command))
    return [sys.executable if word == "python" else word for word in words]


def stop(children: Sequence["subprocess.Popen[bytes]"]) -> None:
    """End children, and whatever they started, in bounded time."""
    for child in children:
        if child.poll() is None:
            child.terminate()
    ends = time.monotonic() + STOP_LIMIT_S
    for child in children:
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(max(0.0, ends - time.monotonic()))
        kill_session(child.pid)
        child.wait()
