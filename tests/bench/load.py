"""The load generator, a process of its own: `python -m tests.bench.load JOB`; its answers go to JOB.done.

Closed loop: each connection posts its next text as soon as the last is answered. Open loop: texts are due at a
steady rate, and each one's time counts from the moment it was due, whether a connection was free or not.
"""

import asyncio
import pickle
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import uvloop

from tests.bench.client import Connection
from tests.bench.machine import BenchError, Machine, stop
from tests.bench.signed import Request
from textline.embedded.server import tail

LIMIT_S = 1200.0
# sent or due, answered (both by `time.monotonic`, which all processes of a machine share), status
Answer = tuple[float, float, int]


@dataclass
class Load:
    """A load under way. Answers are in the order of the requests."""

    child: "subprocess.Popen[bytes]"
    done: Path
    log: Path

    def answers(self) -> list[Answer]:
        """Wait for the end.

        Raises:
            BenchError: it failed, or a text was refused.
        """
        try:
            self.child.wait(LIMIT_S)
        finally:
            stop([self.child])
        if not self.done.exists():
            raise BenchError(f"the load generator ended early:\n{tail(self.log)}")
        found: list[Answer] = pickle.loads(self.done.read_bytes())
        self.done.unlink()
        refused = [status for _, _, status in found if status != 200]
        if refused:
            raise BenchError(f"{len(refused)} of {len(found)} texts were not acknowledged: {set(refused)}")
        return found


def begin(machine: Machine, requests: list[Request], connections: int = 16, rate: float = 0) -> Load:
    """Post these texts; at `rate` a second, or with 0 as fast as they are answered."""
    job = machine.home / f"load-{uuid.uuid4().hex}"
    job.write_bytes(pickle.dumps((machine.port, connections, rate, [request.wire for request in requests])))
    child = machine.spawn("load", [sys.executable, "-m", "tests.bench.load", str(job)], {})
    return Load(child, job.with_suffix(".done"), machine.log("load"))


async def run(port: int, connections: int, rate: float, wires: list[bytes]) -> list[Answer]:
    """Post all."""
    answers: list[Answer] = [(0.0, 0.0, 0)] * len(wires)
    turns = iter(range(len(wires)))
    # Before the first is due all connections are there.
    begins = time.monotonic() + 0.2

    async def post() -> None:
        connection = Connection()
        for n in turns:
            sent = begins + n / rate if rate else time.monotonic()
            if rate and (early := sent - time.monotonic()) > 0:
                await asyncio.sleep(early)
            status = await connection.ask(port, wires[n])
            answers[n] = (sent, time.monotonic(), status)
        connection.close()

    await asyncio.gather(*(post() for _ in range(connections)))
    return answers


def main(arguments: Iterator[str]) -> None:
    """Read the job, do it, leave the answers."""
    job = Path(next(arguments))
    port, connections, rate, wires = pickle.loads(job.read_bytes())
    job.unlink()
    answers = uvloop.run(run(port, connections, rate, wires))
    draft = job.with_suffix(".draft")
    draft.write_bytes(pickle.dumps(answers))
    draft.rename(job.with_suffix(".done"))


if __name__ == "__main__":
    main(iter(sys.argv[1:]))
