"""Textline itself: the release phase, the Procfile's processes, and the simulated carrier beside them."""

import secrets
import sys
from collections.abc import Callable
from contextlib import suppress

import psycopg
from cryptography.fernet import Fernet
from redis import Redis

from tests.bench import cast
from tests.bench.machine import ACCOUNT, TOKEN, BenchError, Machine, procfile
from tests.bench.streams import Stream
from tests.bench.system import Progress, Recording
from textline import runtime
from textline.config import Settings
from textline.embedded.server import tail

# What a run leaves: all tables but those of the organization itself.
KEPT = (
    "alembic_version", "organizations", "lines", "line_hours", "holidays", "wordings", "hotlines", "people",
    "invitations", "sessions",
)  # fmt: skip
ALL = ("web", "worker", "urgent", "clock")


class Textline(Recording):
    """The real thing. `people` are the volunteers' sessions; presence is kept fresh by the benchmark."""

    name = "textline"

    def __init__(self, machine: Machine) -> None:
        super().__init__(machine)
        self._environment = _environment(machine)
        names = {name.removeprefix("TEXTLINE_").lower(): value for name, value in self._environment.items()}
        self.run = runtime.start(Settings(_env_file=None, **names))  # type: ignore[arg-type,call-arg]
        self.cast: cast.Cast | None = None

    def start(
        self, volunteers: int = 0, processes: tuple[str, ...] = ALL, capacity: int = cast.CAPACITY,
        past: Callable[[], None] = lambda: None,
    ) -> None:  # fmt: skip
        """Start; `past` may fill the empty record before the first process looks at it."""
        self._spawn("carrier", self._carrier)
        if self.cast is None:
            self.cast = self._first_start()
        self.empty()
        self.cast.have(volunteers, capacity)
        self.volunteers = self.cast.volunteers
        past()
        for name in processes:
            self._spawn(name, procfile(name, self.machine.port))
        self.machine.ready("textline-web", self.children["web"], self.machine.port, "/health/live")
        self._carrier_is_ready()
        self._wait_for_workers(processes)
        self.cast.stay()

    def stop(self) -> None:
        if self.cast:
            self.cast.leave()
        super().stop()

    def empty(self) -> None:
        """An empty record and an empty Redis, with the organization and its people."""
        with self.record() as record:
            tables = record.execute("select tablename from pg_tables where schemaname = 'public'").fetchall()
            names = ", ".join(f'"{name}"' for (name,) in tables if name not in KEPT)
            record.execute(f"truncate {names} restart identity cascade")  # type: ignore[call-overload]
            record.execute("update people set last_matched_at = null")
        with Redis.from_url(self.machine.servers.redis_url) as redis:
            redis.flushdb()

    def _first_start(self) -> cast.Cast:
        """The release phase, and the organization; its line is connected at the carrier."""
        migration = self.machine.spawn("release", procfile("release", 0), self._environment)
        if migration.wait(60):
            raise BenchError(f"the release phase failed:\n{tail(self.machine.log('release'))}")
        self._carrier_is_ready()
        return cast.gather(self.run)

    def _spawn(self, name: str, argv: list[str]) -> None:
        self.children[name] = self.machine.spawn(f"textline-{name}", argv, self._environment)

    @property
    def _carrier(self) -> list[str]:
        data = ["--data", str(self.machine.home / "carrier"), "--port", str(self.machine.carrier_port)]
        return [sys.executable, "-m", "textline.carrier.simulated", *data]

    def _carrier_is_ready(self) -> None:
        child = self.children["carrier"]
        self.machine.ready("textline-carrier", child, self.machine.carrier_port, "/simulated/health")

    def _wait_for_workers(self, processes: tuple[str, ...]) -> None:
        """They import for seconds; what they do then should not be measured."""
        argv = [procfile(name, 0) for name in processes]
        named = [words[words.index("workers") + 1 :] for words in argv if "workers" in words]
        wanted = {queue for words in named for queue in words if queue != "+"}

        def listened() -> bool:
            with suppress(Exception):
                workers = self.run.live.server.workers()
                return all(workers.get(queue, 0) for queue in wanted)
            return False

        cast.until(listened, 20, "the workers did not start")

    def record(self) -> "psycopg.Connection[tuple[int, ...]]":
        return psycopg.connect(self.machine.servers.database_url, autocommit=True)

    def mark(self) -> object:
        with self.record() as record:
            return record.execute(
                "select coalesce((select max(id) from messages), 0), coalesce((select max(id) from conversations), 0)"
            ).fetchone()

    def progress(self, mark: object) -> Progress:
        with self.record() as record:
            return Progress(*record.execute(
                "select (select count(*) from messages where id > %s and author = 'texter'),"
                " (select count(*) from conversations where id > %s and state = 'with_volunteer')", mark,
            ).fetchone() or (0, 0))  # fmt: skip

    def last_change(self, mark: object) -> dict[int, float]:
        with self.record() as record:
            rows = record.execute(
                "select c.owner_id, extract(epoch from greatest(max(m.recorded_at), max(p.last_matched_at)))::float8"
                " from messages m join conversations c on c.id = m.conversation_id join people p on p.id = c.owner_id"
                " where m.id > %s and m.author = 'texter' and c.id > %s and c.state = 'with_volunteer' group by 1",
                mark,
            )
            return dict(rows.fetchall())

    def recorded_at(self, sids: list[str]) -> dict[str, tuple[float, int, int]]:
        with self.record() as record:
            rows = record.execute(
                "select m.sid, extract(epoch from m.recorded_at)::float8, c.id, c.owner_id from messages m"
                " join conversations c on c.id = m.conversation_id where m.sid = any(%s)", [sids],
            )  # fmt: skip
            return {str(sid): (at, conversation, owner) for sid, at, conversation, owner in rows}

    def stream(self, volunteer: int, conversation: int | None = None) -> Stream:
        assert self.cast
        path = f"/events?conversation={conversation}" if conversation else "/events"
        return Stream(volunteer, path, f"textline={self.cast.sessions[volunteer]}")

    def board(self) -> Stream:
        """The supervisor's."""
        assert self.cast
        return Stream("board", "/events", f"textline={self.cast.sessions[self.cast.supervisor]}")


def _environment(machine: Machine) -> dict[str, str]:
    values = {
        "DATABASE_URL": machine.servers.database_url,
        "REDIS_URL": machine.servers.redis_url,
        "TWILIO_ACCOUNT_SID": ACCOUNT,
        "TWILIO_AUTH_TOKEN": TOKEN,
        "TWILIO_API_URL": f"http://127.0.0.1:{machine.carrier_port}",
        "PUBLIC_URL": machine.public_url,
        "SECRET_KEYS": Fernet.generate_key().decode(),
        "LOOKUP_KEY": secrets.token_urlsafe(32),
        "DATA_DIR": str(machine.home / "data"),
    }
    return {f"TEXTLINE_{name}": value for name, value in values.items()}
