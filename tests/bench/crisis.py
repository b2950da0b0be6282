"""Part 4: a crisis text behind ten thousand others: how long until it is on the supervisors' stream."""

import asyncio
import time

from tests.bench import load
from tests.bench.cast import until
from tests.bench.client import Connection
from tests.bench.figures import Figures, rounded
from tests.bench.machine import BenchError, Machine
from tests.bench.ours import Textline
from tests.bench.pipeline import Advance
from tests.bench.signed import CRISIS, Request, signed
from tests.bench.streams import Stream, streams
from tests.bench.system import to_monotonic

CONNECTIONS, VOLUNTEERS = 16, 50
MOST, APART_S, PATIENCE_S = 10, 0.5, 60.0
WORKERS = ("worker", "urgent", "clock")


def measure(machine: Machine, ours: Textline, texts: int, texters: int, advance: Advance) -> Figures:
    """Stop the workers where they stand, post the texts, let the workers go on, and at once post crises."""
    crowd = ours.crowd
    queued = crowd.texts(texts, crowd.numbers(texters))
    crises = [signed(machine.port, number, CRISIS) for number in crowd.numbers(MOST)]
    try:
        ours.start(VOLUNTEERS)
        with streams(machine.port, [ours.board()]) as (board,):
            mark = ours.mark()
            ours.freeze(*WORKERS)
            load.begin(machine, queued, CONNECTIONS).answers()
            advance(0.5)
            ours.freeze(*WORKERS, thaw=True)
            return _figures(ours, _one_by_one(machine, ours, board, mark, crises, texts))
    finally:
        ours.freeze(*(name for name in WORKERS if name in ours.children), thaw=True)
        ours.stop()


def _one_by_one(
    machine: Machine, ours: Textline, board: Stream, mark: object, crises: list[Request], texts: int
) -> list[tuple[float, int]]:
    """For each crisis text posted while others still wait: its seconds, and how many wait when it is posted."""
    taken = []
    for n, crisis in enumerate(crises):
        behind = texts + n - ours.progress(mark).recorded
        if n and behind <= 0:
            break
        posted = time.monotonic()
        if asyncio.run(_post(machine.port, crisis)) != 200:
            raise BenchError("a crisis text was not acknowledged")
        taken.append((_alarmed(ours, board, crisis) - posted, behind))
        time.sleep(APART_S)
    return taken


async def _post(port: int, request: Request) -> int:
    connection = Connection()
    try:
        return await connection.ask(port, request.wire)
    finally:
        connection.close()


def _alarmed(ours: Textline, board: Stream, crisis: Request) -> float:
    """When the board was alarmed of this very crisis: not before its escalation was raised."""
    until(lambda: _raised(ours, crisis) is not None, PATIENCE_S, "a crisis text was not escalated")
    raised = to_monotonic(_raised(ours, crisis) or 0)
    until(lambda: board.first("alarm", raised) is not None, PATIENCE_S, "the supervisors were not alarmed")
    at = board.first("alarm", raised)
    assert at is not None
    return at


def _raised(ours: Textline, crisis: Request) -> float | None:
    with ours.record() as record:
        row = record.execute(
            "select extract(epoch from max(e.raised_at))::float8 from escalations e"
            " join messages m on m.conversation_id = e.conversation_id where m.sid = %s", [crisis.sid],
        ).fetchone()  # fmt: skip
    return row[0] if row else None


def _figures(ours: Textline, taken: list[tuple[float, int]]) -> Figures:
    seconds = sorted(wait for wait, _ in taken)
    return {
        "crisis_first_s": rounded(taken[0][0]),
        "crisis_median_s": rounded(seconds[len(seconds) // 2]),
        "crisis_max_s": rounded(seconds[-1]),
        "crisis_texts": len(taken),
        "crisis_queued_before_first": taken[0][1],
        "crisis_queued_before_last": taken[-1][1],
    }
