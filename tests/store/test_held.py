"""What a process that was stopped holds is free again soon, wherever in a transaction it was stopped."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from psycopg import Connection
from sqlalchemy import text

from tests.cast import ALEX, Cast
from textline.errors import Busy, TookTooLong
from textline.flow import batch
from textline.flow.drain import drain_some
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


def test_a_transaction_that_is_to_be_brief_holds_nothing_longer(cast: Cast) -> None:
    texter = cast.texts(ALEX, "hi").texter_id
    freed = False

    def hold() -> None:
        nonlocal freed
        with cast.run.unit(cast.organization) as unit:
            unit.be_brief(patience_s=0.1, limit_s=0.3)
            texters.get(unit, texter, lock=True)
            time.sleep(0.6)
            with cast.run.unit(cast.organization) as another:
                another.be_brief(patience_s=0.1, limit_s=5)
                texters.get(another, texter, lock=True)
                freed = True
            texters.get(unit, texter)

    with pytest.raises(TookTooLong, match="try again"):
        hold()
    assert freed


@contextmanager
def _many_at_once_are_slow(cast: Cast, most: int, pause_s: float) -> Iterator[None]:
    """A transaction that records more texts than this takes long, as on a machine that can hardly cope."""
    slow = (
        "create function pause() returns trigger language plpgsql as $$ begin "
        f"if (select count(*) from messages where author = 'texter' and xmin = pg_current_xact_id()::xid) > {most} "
        f"then perform pg_sleep({pause_s}); end if; return null; end $$"
    )
    with cast.run.store.session() as session:
        session.execute(text(slow))
        session.execute(
            text("create trigger pause after insert on messages for each statement execute function pause()")
        )
    try:
        yield
    finally:
        with cast.run.store.session() as session:
            session.execute(text("drop function pause cascade"))


def _transactions(cast: Cast) -> list[int]:
    """How many texts each transaction has recorded."""
    many = "select count(*) from messages where author = 'texter' group by xmin::text order by min(id)"
    with cast.run.store.session() as session:
        return list(session.scalars(text(many)))


@pytest.mark.parametrize("phones", [1, 4], ids=["one texter's", "of several texters"])
def test_texts_that_take_too_long_together_are_recorded_fewer_at_a_time(
    cast: Cast, phones: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch, "HOLDS_S", 0.5)
    came = [(f"+1202555019{n % phones}", f"text {n}") for n in range(4)]
    for phone, body in came:
        cast.arrives(phone, body)
    with _many_at_once_are_slow(cast, 1, 1.5):
        assert drain_some(cast.run, "texts") == len(came)
    assert _transactions(cast) == [1, 1, 1, 1]
    for phone in {phone for phone, _ in came}:
        assert [said for said in cast.bodies(cast.conversation(phone)) if said.startswith("text")] == [
            body for sender, body in came if sender == phone
        ]


def test_of_a_texter_whose_first_text_takes_too_long_none_is_recorded_before_it(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch, "HOLDS_S", 0.3)
    cast.arrives(ALEX, "first")
    cast.arrives(ALEX, "second")
    with _many_at_once_are_slow(cast, 0, 1):
        assert drain_some(cast.run, "texts") == 0
    assert _transactions(cast) == []
    cast.run.clock.move(seconds=6)  # type: ignore[attr-defined]
    assert drain_some(cast.run, "texts") == 2


def test_texts_that_go_on_taking_too_long_are_left_for_the_next_time(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(batch, "HOLDS_S", 0.3)
    monkeypatch.setattr(batch, "_HALVES_FOR_S", 0.2)
    for n in range(4):
        cast.arrives(ALEX, f"text {n}")
    with _many_at_once_are_slow(cast, 0, 1):
        assert drain_some(cast.run, "texts") == 0
    assert capsys.readouterr().out.count("texts took too long") == 1, "the halves are not tried any more"
