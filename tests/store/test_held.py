"""What a process that was stopped holds is free again soon, wherever in a transaction it was stopped."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from psycopg import Connection
from sqlalchemy import text

from tests.cast import ALEX, Cast
from textline.errors import Busy, TookTooLong
from textline.flow import batch, drain
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


def brief(monkeypatch: pytest.MonkeyPatch, limit_s: float) -> None:
    """A batch may take so long, however small it is."""
    monkeypatch.setattr(batch, "HOLDS_S", limit_s)
    monkeypatch.setattr(batch, "_HOLDS_FEW_S", limit_s)


@contextmanager
def _slow(cast: Cast, texts: str, pause_s: float) -> Iterator[None]:
    """A transaction takes long, as on a machine that can hardly cope, where this holds for what it inserts."""
    function = (
        "create function pause() returns trigger language plpgsql as $$ begin "
        f"if {texts} then perform pg_sleep({pause_s}); end if; return null; end $$"
    )
    trigger = (
        "create trigger pause after insert on messages referencing new table as new "
        "for each statement execute function pause()"
    )
    with cast.run.store.session() as session:
        session.execute(text(function))
        session.execute(text(trigger))
    try:
        yield
    finally:
        with cast.run.store.session() as session:
            session.execute(text("drop function pause cascade"))


_SEVERAL = "(select count(*) from messages where author = 'texter' and xmin = pg_current_xact_id()::xid) > 1"


def _with(*sids: str) -> str:
    return f"exists (select from new where sid in ({', '.join(map(repr, sids))}))"


def _transactions(cast: Cast) -> list[int]:
    """How many texts each transaction has recorded."""
    many = "select count(*) from messages where author = 'texter' group by xmin::text order by min(id)"
    with cast.run.store.session() as session:
        return list(session.scalars(text(many)))


@pytest.mark.parametrize("phones", [1, 4], ids=["one texter's", "of several texters"])
def test_texts_that_take_too_long_together_are_recorded_fewer_at_a_time(
    cast: Cast, phones: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    brief(monkeypatch, 0.5)
    came = [(f"+1202555019{n % phones}", f"text {n}") for n in range(4)]
    for phone, body in came:
        cast.arrives(phone, body)
    with _slow(cast, _SEVERAL, 1.5):
        assert drain_some(cast.run, "texts") == len(came)
    assert _transactions(cast) == [1, 1, 1, 1]
    for phone in {phone for phone, _ in came}:
        assert [said for said in cast.bodies(cast.conversation(phone)) if said.startswith("text")] == [
            body for sender, body in came if sender == phone
        ]


def test_of_a_texter_whose_first_text_takes_too_long_none_is_recorded_before_it(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    brief(monkeypatch, 0.3)
    cast.arrives(ALEX, "first", sid="SMslow")
    cast.arrives(ALEX, "second")
    with _slow(cast, _with("SMslow"), 1):
        assert drain_some(cast.run, "texts") == 0
    assert _transactions(cast) == []
    cast.run.clock.move(seconds=6)  # type: ignore[attr-defined]
    assert drain_some(cast.run, "texts") == 2
    assert [said for said in cast.bodies(cast.conversation(ALEX)) if said in ("first", "second")] == [
        "first",
        "second",
    ]


def test_whoever_takes_too_long_again_and_again_keeps_nobody_behind_them_waiting(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    brief(monkeypatch, 0.3)
    monkeypatch.setattr(drain, "_BATCHES_S", 0.5)
    phones = [f"+1202555019{n}" for n in range(4)]
    for n, phone in enumerate(phones):
        cast.arrives(phone, "hello", sid=f"SMslow{n}")
    with _slow(cast, _with("SMslow0", "SMslow1"), 1):
        assert drain_some(cast.run, "texts") == 2
    for phone in phones[2:]:
        assert "hello" in cast.bodies(cast.conversation(phone))


def test_texts_that_go_on_taking_too_long_are_left_for_the_next_time(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    brief(monkeypatch, 0.3)
    monkeypatch.setattr(drain, "_BATCHES_S", 0.2)
    for n in range(4):
        cast.arrives(ALEX, f"text {n}")
    with _slow(cast, "true", 1):
        assert drain_some(cast.run, "texts") == 0
    assert capsys.readouterr().out.count("texts took too long") == 1, "the halves are not tried any more"
