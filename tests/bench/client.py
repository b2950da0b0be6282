"""A raw HTTP/1.1 client: keep-alive, prepared bytes out, a status in. It must cost little beside what is measured."""

import asyncio
from contextlib import suppress
from typing import cast


class Connection(asyncio.Protocol):
    """One connection, one request at a time. A connection that is lost answers 0, and is made anew."""

    def __init__(self) -> None:
        self._buffer = b""
        self._answer: asyncio.Future[int] | None = None
        self._transport: asyncio.Transport | None = None

    async def ask(self, port: int, wire: bytes) -> int:
        """The status of the answer to a whole request; 0 for none."""
        loop = asyncio.get_running_loop()
        if self._transport is None or self._transport.is_closing():
            try:
                await loop.create_connection(lambda: self, "127.0.0.1", port)
            except OSError:
                return 0
        assert self._transport
        self._answer = loop.create_future()
        self._transport.write(wire)
        return await self._answer

    def close(self) -> None:
        """Hang up."""
        if self._transport:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is none by its class
        self._buffer = b""

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0 or len(self._buffer) < end + 4 + _length(self._buffer[:end]):
            return
        status, self._buffer = int(self._buffer[9:12]), b""
        self._settle(status)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._settle(0)

    def _settle(self, status: int) -> None:
        with suppress(asyncio.InvalidStateError):
            if self._answer is not None:
                self._answer.set_result(status)


def _length(head: bytes) -> int:
    lowered = head.lower()
    at = lowered.find(b"content-length:")
    return int(lowered[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
