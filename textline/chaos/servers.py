"""The two stores, embedded, under our own control: cut off, left away, wiped, and started again."""

import contextlib
import shutil
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

from textline.embedded import places, process
from textline.embedded.guard import Guard
from textline.embedded.postgres import Postgres
from textline.embedded.valkey import Valkey

_LIMIT_S = 10.0


class Database(Postgres):
    """A PostgreSQL that can be stopped immediately."""

    def cut(self) -> None:
        """Stop it at once, as `pg_ctl stop -m immediate` does: nothing is flushed, and it recovers at its start."""
        if self._child is not None:
            process.send(self._child.pid, signal.SIGQUIT)
            if not process.wait(lambda: not self.running, _LIMIT_S):
                process.kill_session(self._child.pid)
            self._child.wait()

    @contextlib.contextmanager
    def frozen(self) -> Iterator[None]:
        """It takes connections, and answers none, while inside: all its processes are stopped where they stand."""
        assert self._child is not None
        stopped = process.sitting_in(self.directory, self.program)
        for pid in stopped:
            process.send(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in stopped:
                process.send(pid, signal.SIGCONT)


class Queue(Valkey):
    """A Valkey that can be killed and wiped."""

    def cut(self) -> None:
        """Kill it with -9."""
        if self._child is not None:
            process.send(self._child.pid, signal.SIGKILL)
            self._child.wait()

    @contextlib.contextmanager
    def frozen(self) -> Iterator[None]:
        """It takes connections and requests, and answers none, while inside."""
        assert self._child is not None
        process.send(self._child.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            process.send(self._child.pid, signal.SIGCONT)

    def flush(self) -> None:
        """FLUSHALL."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(_LIMIT_S)
            connection.connect(str(self.sockets / "valkey.sock"))
            connection.sendall(b"FLUSHALL\r\n")
            connection.recv(64)

    def empty(self) -> None:
        """Remove its files; only while it is not running."""
        for entry in self.directory.iterdir():
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()


class Stores:
    """Both of them."""

    def __init__(self, data: Path, sockets: Path, guard: Guard) -> None:
        self.database = Database(data / "postgres", sockets, data / "logs" / "postgres.log", guard)
        self.queue = Queue(data / "valkey", sockets, data / "logs" / "valkey.log", guard)


@contextlib.contextmanager
def stores(data: Path, guard: Guard) -> Iterator[Stores]:
    """Run both over a data directory while inside."""
    sockets = places.socket_directory(data)
    made = Stores(data, sockets, guard)
    try:
        made.database.start()
        made.queue.start()
        yield made
    finally:
        made.queue.stop()
        made.database.stop()
        for leftover in sockets.iterdir():
            leftover.unlink(missing_ok=True)
        sockets.rmdir()
