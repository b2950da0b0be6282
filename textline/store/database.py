"""The connection to PostgreSQL."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from contextlib import contextmanager
from typing import TypeVar

from psycopg import Connection
from psycopg.rows import TupleRow
from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from textline.config import Settings
from textline.errors import Busy, Conflict, Invalid, TookTooLong, Unavailable
from textline.seal import Seal
from textline.store import tables

# A statement that takes longer than this is a fault, not patience: a webhook has 15 s in all.
STATEMENT_LIMIT_MS = 7_000
LOCK_LIMIT_MS = 2_000
IDLE_LIMIT_MS = 3_000  # a process that was stopped in a transaction gives back what it holds
# Also one that was stopped in the middle of several statements sent as one: the server waits for the rest, and counts
# it neither as idle nor as at work: thirty texters were held for as long as a worker was frozen.
TRANSACTION_LIMIT_MS = 8_000
_KNOWS_TRANSACTION_LIMIT = 170_000  # the server's version
_BUSY = frozenset({"55P03", "40P01"})  # a lock that was not free in time, a deadlock
_TOO_LONG = frozenset({"57014", "25P03", "25P04"})  # a statement, a pause, a transaction
_ONLY_READS = "25006"  # such as a former primary

T = TypeVar("T")


class Store:
    """PostgreSQL: sessions, and what `doctor` asks about it."""

    def __init__(self, engine: Engine, seal: Seal) -> None:
        self.engine = engine
        self.seal = seal
        # As many as the webhooks have threads: a server that hangs must not make them wait for each other.
        self._apart = ThreadPoolExecutor(16, "promptly")

    @classmethod
    def from_settings(cls, settings: Settings) -> "Store":
        """Connects lazily: nothing is reached before the first statement."""
        assert tables.metadata.tables  # all tables are known before the first query, whoever asks it
        engine = create_engine(
            settings.database_url,
            pool_size=10,
            max_overflow=20,
            pool_timeout=5,
            pool_pre_ping=True,
            hide_parameters=True,  # an error is logged, and kept by RQ: it must not quote values
            connect_args={
                "connect_timeout": 3,
                # A host that died says nothing: without these a connection to it hangs for minutes.
                "keepalives_idle": 5,
                "keepalives_interval": 2,
                "keepalives_count": 3,
                "tcp_user_timeout": 10_000,
                "options": f"-c statement_timeout={STATEMENT_LIMIT_MS} -c timezone=UTC "
                f"-c lock_timeout={LOCK_LIMIT_MS} -c idle_in_transaction_session_timeout={IDLE_LIMIT_MS}",
            },
        )
        event.listen(engine, "connect", _limit_transactions)
        return cls(engine, Seal.from_settings(settings))

    @contextmanager
    def session(self) -> Iterator[Session]:
        """One transaction: committed when the block ends well, rolled back when it raises.

        Raises what `translated` says.
        """
        with translated(), Session(self.engine, expire_on_commit=False) as session, session.begin():
            yield session

    def promptly(self, limit_s: float, work: Callable[[], T]) -> T:
        """Do something here that is waited for no longer than this: a server that is cut off does not say so.

        Raises:
            Unavailable: it took longer; it may still succeed.
        """
        try:
            return self._apart.submit(work).result(limit_s)
        except FutureTimeout:
            raise Unavailable("PostgreSQL does not answer in time: see `textline doctor`") from None

    def version(self) -> str:
        """The server's version, such as "18.1".

        Raises:
            Unavailable: it cannot be reached.
        """
        with self.session() as session:
            return str(session.execute(text("show server_version")).scalar_one())

    def clock_skew(self, now: float) -> float:
        """Seconds by which the database's clock is ahead of `now` (seconds since the epoch)."""
        with self.session() as session:
            return (
                float(session.execute(text("select extract(epoch from clock_timestamp())")).scalar_one())
                - now
            )

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()


def _limit_transactions(connection: Connection[TupleRow], _: object) -> None:
    """Not among the options: an older server would refuse the connection."""
    if connection.info.server_version >= _KNOWS_TRANSACTION_LIMIT:
        connection.execute(f"set transaction_timeout = {TRANSACTION_LIMIT_MS}")
        connection.commit()


@contextmanager
def translated() -> Iterator[None]:
    """Turn the library's errors into ours.

    Raises:
        Unavailable: PostgreSQL cannot be reached, or went away in the middle.
        Busy: what is needed is held by somebody else.
        TookTooLong: one of the limits above was reached.
        Conflict: somebody has just made the same thing.
        Invalid: a value that the record cannot hold, such as a number beyond all bounds.
    """
    try:
        yield
    except PoolTimeout as error:
        raise Unavailable("PostgreSQL cannot be reached: see `textline doctor`") from error
    except IntegrityError as error:
        raise Conflict("Somebody did the same at the same moment: reload and see.") from error
    except DataError as error:
        raise Invalid("Something in this cannot be used: check it and try again.") from error
    except DBAPIError as error:
        state = getattr(error.orig, "sqlstate", None)
        if state in _BUSY:
            raise Busy("Somebody else is changing this at the moment: try again.") from error
        if state in _TOO_LONG:
            raise TookTooLong("This took too long, and was given up: try again.") from error
        if isinstance(error, OperationalError) or error.connection_invalidated or state == _ONLY_READS:
            raise Unavailable("PostgreSQL cannot be reached: see `textline doctor`") from error
        raise
