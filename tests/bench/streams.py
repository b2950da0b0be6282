"""Live streams as pages hold them open: raw, read by one thread, and each beat is answered as a page does."""

import asyncio
import threading
import time
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import uvloop

from tests.bench.client import Connection
from tests.bench.machine import BenchError

OPEN_LIMIT_S = 30.0


@dataclass(eq=False)
class Stream:
    """One stream: whose it is, what is asked for, and what it told when (by `time.monotonic`)."""

    key: Hashable
    path: str
    cookie: str = ""
    told: list[tuple[float, str]] = field(default_factory=list)
    open: bool = False

    def first(self, begins: str, since: float) -> float | None:
        """When an event whose name begins so was told first, from `since` on."""
        return next((at for at, name in self.told if at >= since and name.startswith(begins)), None)


class _Reader(asyncio.Protocol):
    """Reads lines. An event leaves the server as one chunk, so its line is never cut by a chunk's frame."""

    def __init__(self, stream: Stream, beat: Callable[[Stream], None]) -> None:
        self._stream, self._beat, self._rest = stream, beat, b""

    def data_received(self, data: bytes) -> None:
        now = time.monotonic()
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            if line.startswith(b"HTTP/1.1 200"):
                self._stream.open = True
            if line.startswith(b"event: "):
                name = line[7:].strip().decode()
                self._stream.told.append((now, name))
                if name == "beat":
                    self._beat(self._stream)


async def _hold(port: int, streams: Sequence[Stream], ends: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    answers: set[asyncio.Task[int]] = set()
    connections = [Connection() for _ in streams]

    def beat(stream: Stream) -> None:
        head = f"POST /presence HTTP/1.1\r\nHost: localhost:{port}\r\nCookie: {stream.cookie}\r\n"
        wire = f"{head}Content-Length: 0\r\n\r\n"
        task = loop.create_task(connections[streams.index(stream)].ask(port, wire.encode()))
        answers.add(task)
        task.add_done_callback(answers.discard)

    transports = []
    for stream in streams:
        transport, _ = await loop.create_connection(lambda s=stream: _Reader(s, beat), "127.0.0.1", port)
        head = f"GET {stream.path} HTTP/1.1\r\nHost: localhost:{port}\r\nAccept: text/event-stream\r\n"
        transport.write(f"{head}Cookie: {stream.cookie}\r\n\r\n".encode())
        transports.append(transport)
    await ends.wait()
    for transport in transports:
        transport.close()
    for connection in connections:
        connection.close()


@contextmanager
def streams(port: int, wanted: Sequence[Stream]) -> Iterator[Sequence[Stream]]:
    """Hold these open while inside.

    Raises:
        BenchError: one does not open.
    """
    loop, ends = uvloop.new_event_loop(), asyncio.Event()
    thread = threading.Thread(target=loop.run_until_complete, args=(_hold(port, wanted, ends),), daemon=True)
    thread.start()
    try:
        limit = time.monotonic() + OPEN_LIMIT_S
        while not all(stream.open for stream in wanted):
            if time.monotonic() > limit:
                raise BenchError("a live stream did not open")
            time.sleep(0.02)
        yield wanted
    finally:
        loop.call_soon_threadsafe(ends.set)
        thread.join(5)
