"""Texts that came in: each is in the record, once, with its words, in the order sent."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby

from textline.chaos.log import Log, Texted
from textline.chaos.moment import shown
from textline.chaos.outages import Span
from textline.chaos.record import Received, Record
from textline.chaos.verdict import Verdict


def judge(log: Log, record: Record, verdict: Verdict, wiped: Sequence[Span] = ()) -> None:
    """Find what is lost, doubled or reordered, and count the rest."""
    verdict.counts["sent"] = len(log.texted)
    verdict.counts["acknowledged"] = sum(text.acknowledged_at is not None for text in log.texted)
    rows = by_sid(record)
    _lost(log, rows, verdict)
    _doubled(log, record, rows, verdict)
    _reordered(log, record, verdict, wiped)


def by_sid(record: Record) -> dict[str, list[Received]]:
    """The recorded texts by SID."""
    rows: dict[str, list[Received]] = {}
    for row in record.received:
        rows.setdefault(row.sid, []).append(row)
    return rows


def _lost(log: Log, rows: dict[str, list[Received]], verdict: Verdict) -> None:
    for text in log.texted:
        found = rows.get(text.sid, [])
        if any((row.body, row.number) == (text.body, text.number) for row in found):
            verdict.counts["recorded"] += 1
            late = any(row.late for row in found)
            verdict.counts["late"] += late
            verdict.counts["late_acknowledged"] += late and text.acknowledged_at is not None
        else:
            why = f"message {found[0].id} has other words or another texter" if found else "not in the record"
            verdict.counts["lost_acknowledged"] += text.acknowledged_at is not None
            verdict.found("lost", f"{text.sid} {_times(text)}: {why}")


def _doubled(log: Log, record: Record, rows: dict[str, list[Received]], verdict: Verdict) -> None:
    known = {text.sid for text in log.texted}
    for sid, found in rows.items():
        if sid in known and len(found) > 1:
            verdict.found("doubled", f"{sid}: messages {[row.id for row in found]}", len(found) - 1)
    # The same words of the same texter under a SID that the carrier does not know.
    said = Counter((text.number, text.body) for text in log.texted)
    for row in record.received:
        if row.sid not in known:
            verdict.counts["strange"] += 1
            if said[row.number, row.body]:
                verdict.found("doubled", f"message {row.id}: sent as another text already")


def _reordered(log: Log, record: Record, verdict: Verdict, wiped: Sequence[Span]) -> None:
    """Texts after which one is shown that was acknowledged before they were sent.

    Written later than the other but shown in its place is no fault, and counted: while Valkey cannot be read, what
    it holds waits, and the spool does not wait for it. Nor is a text that was wiped after its acknowledgement and
    came again by a second webhook: nothing is left that could tell its first time. It is counted, like a late one.
    """
    texts = {text.sid: text for text in log.texted}
    in_time = [row for row in record.received if row.sid in texts and not row.late]
    ours = [row for row in in_time if not _came_again(row, texts[row.sid], wiped)]
    verdict.counts["came_again"] = len(in_time) - len(ours)
    for row, other in _before(texts, sorted(ours, key=lambda row: (row.number, row.at, row.id))):
        told = f"{other.sid}, acknowledged {shown(other.acknowledged_at or 0)}"
        verdict.found("reordered", f"{row.sid} {_times(texts[row.sid])} is shown before {told}")
    written = sorted(ours, key=lambda row: (row.number, row.id))
    verdict.counts["written_out_of_turn"] = sum(1 for _ in _before(texts, written))


def _came_again(row: Received, text: Texted, wiped: Sequence[Span]) -> bool:
    """Whether a text's recorded time is that of a later webhook, since Valkey was wiped after an earlier one."""
    first = text.acknowledged_at
    return (
        first is not None
        and row.at > first
        and any(first < until and since < row.at for since, until in wiped)
    )


def _before(texts: dict[str, Texted], rows: list[Received]) -> Iterator[tuple[Received, Texted]]:
    """Each text that stands before another of its texter's that was acknowledged before it was sent."""
    for _, group in groupby(rows, _number):
        earliest: tuple[float, str] = (float("inf"), "")  # of those that stand later, the first acknowledged
        for row in reversed(list(group)):
            text = texts[row.sid]
            if earliest[0] < text.sent_at:
                yield row, texts[earliest[1]]
            if text.acknowledged_at is not None:
                earliest = min(earliest, (text.acknowledged_at, text.sid))


def _number(row: Received) -> str:
    return row.number


def _times(text: Texted) -> str:
    told = [f"sent {shown(text.sent_at)}"]
    if text.acknowledged_at is not None:
        told.append(f"acknowledged {shown(text.acknowledged_at)}")
    if text.given_up_at is not None:
        told.append(f"given up {shown(text.given_up_at)}")
    return f"({', '.join(told)})"
