"""What a process that was stopped holds is free again soon, wherever in a transaction it was stopped."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from psycopg import Connection
from sqlalchemy import text

from tests.cast import ALEX, Cast
from textline.errors import Busy
from textline.flow.drain import HOLDS_S, drain_some
from textline.store import texters

_LIMIT_S = 10.0  # a worker that was stopped delays its texters by less


def _stopped_among_several_statements(connection: Connection, texter_id: int) -> None:
    """As a process is that has sent some of several statements, and neither the rest nor that these are all."""
    connection.pgconn.enter_pipeline_mode()
    connection.pgconn.send_query_params(b"begin", None)
    connection.pgconn.send_query_params(b"select id from texters where id = %d for update" % texter_id, None)
    connection.pgconn.send_flush_request()
    connection.pgconn.flush()


def test_a_process_that_is_stopped_among_several_statements_frees_whom_it_holds(cast: Cast) -> None:
    texter = cast.texts(ALEX, "hi").texter_id
    stopped = cast.run.store.engine.raw_connection()
    _stopped_among_several_statements(stopped.driver_connection, texter)
    began, held = time.monotonic(), 0
    while time.monotonic() < began + _LIMIT_S:
        try:
            with cast.run.unit(cast.organization) as unit:
                texters.get(unit, texter, lock=True)
            break
        except Busy:
            held += 1
    else:
        raise AssertionError("the texter is held as long as the process is stopped")
    assert held
    stopped.invalidate()


def test_a_transaction_that_is_to_be_brief_holds_nothing_longer_and_says_busy(cast: Cast) -> None:
    texter = cast.texts(ALEX, "hi").texter_id

    def hold() -> None:
        with cast.run.unit(cast.organization) as unit:
            unit.be_brief(patience_s=0.1, limit_s=0.3)
            texters.get(unit, texter, lock=True)
            time.sleep(0.6)
            with cast.run.unit(cast.organization) as another:
                another.be_brief(patience_s=0.1, limit_s=5)
                texters.get(another, texter, lock=True)
            texters.get(unit, texter)

    with pytest.raises(Busy, match="try again"):
        hold()


@contextmanager
def _together_is_slow(cast: Cast, pause_s: float) -> Iterator[None]:
    """Several texts in one statement take long, as on a machine that can hardly cope; each by itself does not."""
    with cast.run.store.session() as session:
        session.execute(
            text(
                "create function pause() returns trigger language plpgsql as $$ begin "
                f"if (select count(*) from new) > 1 then perform pg_sleep({pause_s}); end if; return null; end $$"
            )
        )
        session.execute(
            text(
                "create trigger pause after insert on messages referencing new table as new "
                "for each statement execute function pause()"
            )
        )
    try:
        yield
    finally:
        with cast.run.store.session() as session:
            session.execute(text("drop function pause cascade"))


def test_texts_that_take_too_long_together_are_recorded_one_by_one(cast: Cast) -> None:
    phones = [f"+1202555019{n}" for n in range(3)]
    for phone in phones:
        cast.arrives(phone, "hello")
    with _together_is_slow(cast, HOLDS_S + 1):
        assert drain_some(cast.run, "texts") == len(phones)
    assert all("hello" in cast.bodies(cast.conversation(phone)) for phone in phones)
