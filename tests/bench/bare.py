"""The two systems to compare with, as processes."""

import sys

import psycopg
from redis import Redis

from tests.bench.machine import TOKEN
from tests.bench.streams import Stream
from tests.bench.system import Progress, Recording, System
from tests.bench.tutorial_job import TABLES

QUEUE, WORKERS, WEB = "texts", 2, 2


class Plain(System):
    """Checks and answers. uvicorn serves it with as many processes as Textline has, of its own kind."""

    name = "plain"

    def start(self, volunteers: int = 0) -> None:
        self._serve("tests.bench.plain:build", {})

    def _serve(self, app: str, more: dict[str, str]) -> None:
        machine = self.machine
        serving = f"uvicorn {app} --factory --port {machine.port} --no-access-log --workers {WEB}"
        argv = [sys.executable, "-m", *serving.split()]
        environment = {"BENCH_PUBLIC_URL": machine.public_url, "BENCH_TOKEN": TOKEN, **more}
        self.children["web"] = machine.spawn(f"{self.name}-web", argv, environment)
        machine.ready(f"{self.name}-web", self.children["web"], machine.port, "/health/ready")


class Tutorial(Recording, Plain):
    """With two of RQ's own workers: forking for each job, or `simple`."""

    def __init__(self, *given: object, simple: bool) -> None:
        super().__init__(*given)  # type: ignore[arg-type]
        self.name = "tutorial_simple" if simple else "tutorial_forking"
        self._class = "rq.worker.SimpleWorker" if simple else "rq.worker.Worker"

    @property
    def _environment(self) -> dict[str, str]:
        servers = self.machine.servers
        return {
            "BENCH_DATABASE_URL": servers.database_url.replace("/textline?", "/tutorial?"),
            "BENCH_REDIS_URL": servers.redis_url.replace("db=0", "db=1"),
        }

    def start(self, volunteers: int = 0) -> None:
        self._empty(volunteers)
        self._serve("tests.bench.tutorial:build", self._environment)
        url = self._environment["BENCH_REDIS_URL"]
        argv = [sys.executable, "-m", "rq.cli", "worker", "--url", url, "--worker-class", self._class, QUEUE]
        for n in range(WORKERS):
            name = f"worker {n + 1}"
            self.children[name] = self.machine.spawn(f"{self.name}-{name}", argv, self._environment)

    def _empty(self, volunteers: int) -> None:
        with psycopg.connect(self.machine.servers.database_url, autocommit=True) as record:
            record.execute("drop database if exists tutorial with (force)")
            record.execute("create database tutorial")
        with self.record() as record:
            record.execute(TABLES)  # type: ignore[call-overload]
            record.execute(
                "insert into volunteers (name) select 'v' || n from generate_series(1, %s) n", [volunteers]
            )
        with Redis.from_url(self._environment["BENCH_REDIS_URL"]) as redis:
            redis.flushdb()
        self.volunteers = list(range(1, volunteers + 1))

    def record(self) -> "psycopg.Connection[tuple[int, ...]]":
        return psycopg.connect(self._environment["BENCH_DATABASE_URL"], autocommit=True)

    def mark(self) -> object:
        with self.record() as record:
            return record.execute(
                "select coalesce((select max(id) from texts), 0), coalesce((select max(id) from conversations), 0)"
            ).fetchone()

    def progress(self, mark: object) -> Progress:
        with self.record() as record:
            return Progress(*record.execute(
                "select (select count(*) from texts where id > %s),"
                " (select count(distinct texter) from conversations where id > %s and volunteer_id is not null)", mark,
            ).fetchone() or (0, 0))  # fmt: skip

    def last_change(self, mark: object) -> dict[int, float]:
        with self.record() as record:
            rows = record.execute(
                "select c.volunteer_id, extract(epoch from max(t.recorded_at))::float8 from texts t"
                " join conversations c on c.id = t.conversation_id where t.id > %s and c.id > %s group by 1", mark,
            )  # fmt: skip
            return dict(rows.fetchall())

    def recorded_at(self, sids: list[str]) -> dict[str, tuple[float, int, int]]:
        with self.record() as record:
            rows = record.execute(
                "select t.sid, extract(epoch from t.recorded_at)::float8, c.id, c.volunteer_id from texts t"
                " join conversations c on c.id = t.conversation_id where t.sid = any(%s)", [sids],
            )  # fmt: skip
            return {str(sid): (at, conversation, volunteer) for sid, at, conversation, volunteer in rows}

    def stream(self, volunteer: int, conversation: int | None = None) -> Stream:
        return Stream(volunteer, f"/events/{volunteer}")
