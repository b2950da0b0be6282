"""The record as a whole, for backups: a snapshot of it, whether it is empty, and its address for other programs."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from alembic import command
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from psycopg.conninfo import make_conninfo
from psycopg.pq import Conninfo
from sqlalchemy import Connection, Engine, create_engine, func, inspect, select, text, update

from textline.rules.delivery import Delivery
from textline.store.database import translated
from textline.store.messages import Message
from textline.store.migrate import configured, upgrade
from textline.store.tables import metadata

_REVISION = "alembic_version"
_PATIENT = (
    "-c statement_timeout=0 -c idle_in_transaction_session_timeout=0 -c lock_timeout=10000 -c timezone=UTC"
)


@dataclass(frozen=True)
class Snapshot:
    """The record at one instant.

    Attributes:
        name: by which pg_dump sees the same instant, while the block lasts.
        revision: its last migration; None for a database that was never migrated.
        server: PostgreSQL's major version.
        counts: rows by table.
        tables: every table that is Textline's; without Alembic's, which is written last in a restore.
    """

    name: str
    revision: str | None
    server: int
    counts: dict[str, int]
    tables: list[str]


def connected(database_url: str) -> Engine:
    """For work that takes its time: without the limits of a process that answers people."""
    address = "postgresql+psycopg://" + database_url.split("://", 1)[-1]
    return create_engine(
        address, hide_parameters=True, connect_args={"connect_timeout": 5, "options": _PATIENT}
    )


@contextmanager
def snapshot(engine: Engine) -> Iterator[Snapshot]:
    """One instant of the record, held while inside.

    Raises:
        Unavailable: PostgreSQL cannot be reached.
    """
    with translated(), engine.connect() as connection:
        connection.execution_options(isolation_level="REPEATABLE READ")
        connection.execute(text("set transaction read only"))
        name = connection.execute(text("select pg_export_snapshot()")).scalar_one()
        revision = MigrationContext.configure(connection).get_current_revision()
        tables = _ours(connection)
        yield Snapshot(name, revision, server(connection), _counts(connection), tables)


def server(connection: Connection) -> int:
    """PostgreSQL's major version."""
    return int(connection.execute(text("show server_version_num")).scalar_one()) // 10_000


@dataclass(frozen=True)
class State:
    """What is in a database: rows by table, PostgreSQL's major version, and the last migration, if there was one."""

    counts: dict[str, int]
    server: int
    revision: str | None

    @property
    def holds_a_record(self) -> bool:
        """Whether anything would be lost. Rows without a revision are what a restore left that was cut off."""
        return self.revision is not None and any(self.counts.values())


def state(engine: Engine) -> State:
    """What is in the database now; tables that are not there count as empty.

    Raises:
        Unavailable: PostgreSQL cannot be reached.
    """
    with translated(), engine.connect() as connection:
        revision = MigrationContext.configure(connection).get_current_revision()
        return State(_counts(connection), server(connection), revision)


def known(engine: Engine, revision: str) -> bool:
    """Whether this version of Textline has the migration."""
    try:
        return ScriptDirectory.from_config(configured(engine)).get_revision(revision) is not None
    except CommandError:
        return False


def clear(engine: Engine) -> None:
    """Take Textline's own tables away, with all that they hold; nothing else in the database is touched.

    Raises:
        Busy: somebody uses them.
    """
    with translated(), engine.begin() as connection:
        for table in [", ".join(_ours(connection)), _REVISION]:
            if table:
                connection.execute(text(f"drop table if exists {table}"))


@dataclass(frozen=True)
class Waiting:
    """An acknowledged text that is not yet in the record, sealed as it came."""

    inbox: str
    sid: str
    sealed: str
    received_at: datetime
    urgent: bool


def settle(engine: Engine, texts: list[Waiting]) -> int:
    """After a restore: put what waited where the clock finds it, and take back what was about to be sent.

    Whatever was on its way when the backup was made may have been sent since: Twilio's log is to say. Returns how
    many texts that is.
    """
    changed = (
        update(Message)
        .where(Message.delivery.in_([Delivery.DUE, Delivery.SENDING]))
        .values(delivery=Delivery.UNKNOWN, claimed_at=func.coalesce(Message.claimed_at, Message.at))
        .returning(Message.id)
    )
    # In words of its own, since the table is as it was in the backup, which may be of an earlier version.
    spool = text(
        "insert into spool (inbox, sid, sealed, received_at, urgent)"
        " values (:inbox, :sid, :sealed, :received_at, :urgent) on conflict (sid) do nothing"
    )
    with translated(), engine.begin() as connection:
        if texts:
            connection.execute(spool, [vars(one) for one in texts])
        return len(connection.execute(changed).all())


def finish(engine: Engine, revision: str) -> None:
    """Mark a restored record as whole, and bring it to the newest shape. Nothing starts over one without the mark."""
    command.stamp(configured(engine), revision)
    upgrade(engine)


def address(engine: Engine) -> tuple[str, str | None]:
    """Where the database is, in libpq's words; and the password apart, to be kept out of sight."""
    _, given = engine.dialect.create_connect_args(engine.url)
    password = given.pop("password", None)
    known_there = {option.keyword.decode() for option in Conninfo.get_defaults()}
    return make_conninfo(**{name: given[name] for name in given.keys() & known_there}), password


def _ours(connection: Connection) -> list[str]:
    there = set(inspect(connection).get_table_names())
    return sorted(there & metadata.tables.keys())


def _counts(connection: Connection) -> dict[str, int]:
    there = _ours(connection)
    return {
        name: connection.execute(select(func.count()).select_from(table)).scalar_one()
        for name, table in sorted(metadata.tables.items())
        if name in there
    }
