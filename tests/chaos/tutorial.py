"""`tutorial`, the usual build of this shape (see tests/bench), as a system under trial: it does not stand it."""

import sys
from pathlib import Path

import psycopg

from tests.bench.tutorial_job import TABLES
from textline.carrier.client import Carrier
from textline.carrier.simulated.account import NUMBERS
from textline.carrier.webhooks import webhooks_for
from textline.chaos.place import Place
from textline.chaos.record import Escalation, Received, Record
from textline.chaos.target import Scene, Standing
from textline.errors import Unavailable
from textline.up import values
from textline.up.plan import Child

ROOT = Path(__file__).resolve().parents[2]
_READ = """
select t.id, t.sid, c.texter, t.body, c.id, extract(epoch from t.recorded_at), c.crisis
from texts t join conversations c on c.id = t.conversation_id order by t.id
"""


class Tutorial:
    """A form into a queue, two forking workers, a row for each job. Nobody answers, and there is no clock."""

    patience_s = 8.0

    def prepare(self, place: Place) -> Scene:
        """Its tables, two volunteers, and the line's webhook."""
        with psycopg.connect(place.database_url) as connection:
            connection.execute(TABLES.encode())
            connection.execute("insert into volunteers (name) values ('Maya'), ('Sam')")
        account, token = (place.environment[name] for name in (values.ACCOUNT, values.TOKEN))
        Carrier(account, token, api_url=place.carrier).connect(NUMBERS[0], webhooks_for(place.web))
        return Scene(NUMBERS[0])

    def processes(self, place: Place) -> tuple[Child, ...]:
        """The web process and two workers, under the names that the faults go by."""
        env = (
            "env", f"PYTHONPATH={ROOT}", f"BENCH_PUBLIC_URL={place.web}",
            f"BENCH_TOKEN={place.environment[values.TOKEN]}", f"BENCH_REDIS_URL={place.redis_url}",
            f"BENCH_DATABASE_URL={place.database_url}", sys.executable, "-m",
        )  # fmt: skip
        worker = (*env, "rq.cli", "worker", "texts", "--url", place.redis_url)
        serving = (*env, "uvicorn", "tests.bench.tutorial:build", "--factory", "--port", str(place.port))
        web = Child("web", serving, str(place.port), "/health/ready")
        return (web, Child("worker", worker), Child("urgent", worker))

    def standing(self, place: Place) -> Standing:
        """How many texts are in the table."""
        try:
            with psycopg.connect(place.database_url, connect_timeout=2) as connection:
                row = connection.execute("select count(*) from texts").fetchone()
        except psycopg.OperationalError as error:
            raise Unavailable("PostgreSQL is away") from error
        assert row is not None
        return Standing(row[0], 0)

    def read(self, place: Place) -> Record:
        """Its tables; what it shows is in the order of the rows."""
        with psycopg.connect(place.database_url) as connection:
            rows = connection.execute(_READ).fetchall()
        received = tuple(
            Received(id, sid, texter, body, conversation, id, float(at))
            for id, sid, texter, body, conversation, at, _ in rows
        )
        return Record(
            received, (), tuple(Escalation(row[4], float(row[5])) for row in rows if row[6]), _several(rows)
        )


def _several(rows: list[tuple[object, ...]]) -> dict[int, str]:
    """Conversations of a texter who has several open ones, which happens when two jobs begin one at once."""
    first: dict[object, object] = {}
    return {
        int(str(row[4])): "one of several open ones of a texter"
        for row in rows
        if first.setdefault(row[2], row[4]) != row[4]
    }
