"""One process owns a data directory's servers; others attach to them."""

import contextlib
import json
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path

from textline.embedded import places
from textline.embedded.account import refuse_foreign
from textline.embedded.errors import EmbeddedError
from textline.embedded.guard import Guard
from textline.embedded.postgres import Postgres
from textline.embedded.process import identify, read
from textline.embedded.server import Server
from textline.embedded.valkey import Valkey

# As long as a first start may take on a slow machine.
PATIENCE = 60.0


class Servers:
    """The running servers' addresses, in the form the settings take; empty for a server that was not asked for."""

    def __init__(self, database_url: str = "", redis_url: str = "", owned: tuple[Server, ...] = ()) -> None:
        self.database_url = database_url
        self.redis_url = redis_url
        self._owned = owned

    def ensure(self) -> list[str]:
        """Start again, at the same address, what has died; returns the names. Does nothing for who is attached.

        Raises:
            EmbeddedError: it does not come back.
        """
        dead = [server for server in self._owned if not server.running]
        for server in dead:
            server.start()
        return [server.program for server in dead]


@contextlib.contextmanager
def servers(
    data_dir: Path,
    database: bool = True,
    redis: bool = True,
    attach: bool = True,
    hurry: Callable[[], bool] = lambda: False,
) -> Iterator[Servers]:
    """Run the embedded servers over `data_dir` while inside; attach to them if another process runs them already.

    Who runs them stops them at the end: cleanly, or at once if `hurry` says so. Who attaches leaves them alone.

    Raises:
        EmbeddedError: they do not start; or another process runs them, and does not say where, or lacks one that
            is wanted, or `attach` is false.
    """
    data = places.data_directory(data_dir)
    record = data / "servers.json"
    end = time.monotonic() + (PATIENCE if attach else PATIENCE / 4)
    while True:
        with places.lock(data / "servers.lock") as ours:
            if ours:
                with _own(data, record, database, redis, hurry) as running:
                    yield running
                return
        if attach and (found := _attached(record, database, redis)):
            yield found
            return
        if time.monotonic() > end:
            raise EmbeddedError(
                f"Another process holds the data directory {data}: end it, or choose another with --data-dir."
            )
        time.sleep(0.1)


@contextlib.contextmanager
def _own(
    data: Path, record: Path, database: bool, redis: bool, hurry: Callable[[], bool]
) -> Iterator[Servers]:
    record.unlink(missing_ok=True)
    refuse_foreign(data, [data / "postgres", data / "valkey", data / "logs"])
    guard = Guard()
    sockets = places.socket_directory(data)
    postgres = Postgres(data / "postgres", sockets, data / "logs" / "postgres.log", guard)
    valkey = Valkey(data / "valkey", sockets, data / "logs" / "valkey.log", guard)
    wanted: list[Server] = [*([postgres] if database else []), *([valkey] if redis else [])]
    try:
        # Also the one that is not wanted this time may have been left running.
        for unwanted in {postgres, valkey} - set(wanted):
            unwanted.end_orphans()
        for server in wanted:
            server.start()
        running = Servers(postgres.url if database else "", valkey.url if redis else "", tuple(wanted))
        places.write(record, json.dumps(_recorded(running)))
        yield running
    finally:
        record.unlink(missing_ok=True)
        for server in reversed(wanted):
            server.stop(hurry)
        guard.close()
        for leftover in sockets.iterdir():
            leftover.unlink(missing_ok=True)
        sockets.rmdir()


def _recorded(running: Servers) -> dict[str, object]:
    myself = identify(os.getpid())
    return {
        "owner": asdict(myself) if myself else None,
        "database_url": running.database_url,
        "redis_url": running.redis_url,
    }


def _attached(record: Path, database: bool, redis: bool) -> Servers | None:
    found = places.read_json(record)
    owner = read(found.get("owner"))
    if owner is None or not owner.alive():
        return None
    running = Servers(str(found.get("database_url", "")), str(found.get("redis_url", "")))
    missing = [
        f"{name} ({setting})"
        for name, setting, wanted, url in (
            ("PostgreSQL", "TEXTLINE_DATABASE_URL", database, running.database_url),
            ("Valkey", "TEXTLINE_REDIS_URL", redis, running.redis_url),
        )
        if wanted and not url
    ]
    if missing:
        raise EmbeddedError(
            f"The process {owner.pid} runs the servers of {record.parent}, but no {' and no '.join(missing)}: set "
            "the same addresses here as there."
        )
    return running
