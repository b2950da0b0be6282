"""Part 4: a crisis text behind ten thousand others: how long until supervisors and the texter have heard."""

import asyncio
import time
from contextlib import closing
from dataclasses import dataclass

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
from textline.carrier.phone import Phone

CONNECTIONS, VOLUNTEERS = 16, 50
MOST, APART_S, PATIENCE_S = 50, 0.1, 60.0
HOTLINE = "988"
WORKERS = ("worker", "urgent", "clock")


@dataclass(frozen=True)
class Taken:
    """A crisis: when it was posted (since 1970), seconds until the alarm, how many texts waited when it was posted."""

    posted_at: float
    alarmed_s: float
    behind: int


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
            taken = _one_by_one(machine, ours, board, mark, crises, texts)
            return _figures(taken) | _hotlines(machine, [crisis.sender for crisis in crises], taken)
    finally:
        ours.freeze(*(name for name in WORKERS if name in ours.children), thaw=True)
        ours.stop()


def _one_by_one(
    machine: Machine, ours: Textline, board: Stream, mark: object, crises: list[Request], texts: int
) -> list[Taken]:
    """For each crisis text posted while others still wait: what was measured."""
    taken = []
    for n, crisis in enumerate(crises):
        behind = texts + n - ours.progress(mark).recorded
        if n and behind <= 0:
            break
        at, posted = time.time(), time.monotonic()
        if asyncio.run(_post(machine.port, crisis)) != 200:
            raise BenchError("a crisis text was not acknowledged")
        taken.append(Taken(at, _alarmed(ours, board, crisis) - posted, behind))
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


def _hotlines(machine: Machine, senders: list[str], taken: list[Taken]) -> Figures:
    """Until the carrier had the hotline's text, by the carrier's own log; the same clock as ours."""

    def at(sender: str) -> float | None:
        found = [text.at for text in phone.messages(sender) if not text.mine and HOTLINE in text.body]
        return min(found, default=None)

    with closing(Phone(f"http://127.0.0.1:{machine.carrier_port}")) as phone:
        pairs = list(zip(senders, taken, strict=False))
        until(lambda: all(at(sender) for sender, _ in pairs), PATIENCE_S, "a hotline's text was not sent")
        seconds = sorted((at(sender) or 0) - one.posted_at for sender, one in pairs)
    return {
        "crisis_hotline_median_s": rounded(seconds[len(seconds) // 2]),
        "crisis_hotline_max_s": rounded(seconds[-1]),
    }


def _figures(taken: list[Taken]) -> Figures:
    seconds = sorted(one.alarmed_s for one in taken)
    return {
        "crisis_first_s": rounded(taken[0].alarmed_s),
        "crisis_median_s": rounded(seconds[len(seconds) // 2]),
        "crisis_max_s": rounded(seconds[-1]),
        "crisis_texts": len(taken),
        "crisis_queued_before_first": taken[0].behind,
        "crisis_queued_before_last": taken[-1].behind,
    }
