"""What a process that was stopped holds is free again soon, wherever in a transaction it was stopped."""

import time

from psycopg import Connection

from tests.cast import ALEX, Cast
from textline.errors import Busy
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
