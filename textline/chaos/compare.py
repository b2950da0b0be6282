"""The comparison: the carrier's own log and the record in, a verdict out. Pure."""

from collections.abc import Iterable, Sequence

from textline.chaos import crisis, incoming, outgoing
from textline.chaos.log import Log
from textline.chaos.outages import Span
from textline.chaos.record import Record
from textline.chaos.verdict import Verdict


def compare(
    log: Log, record: Record, answers: Iterable[tuple[str, bool]] = (), wiped: Sequence[Span] = ()
) -> Verdict:
    """What is wrong with a record, judged by the carrier's log.

    `answers` are the words that volunteers sent, each with whether the console said that it took them.
    `wiped` says when Valkey lost all that it held.
    """
    verdict = Verdict()
    incoming.judge(log, record, verdict, wiped)
    outgoing.judge(log, record, verdict)
    crisis.judge(log, record, verdict)
    for conversation, why in sorted(record.ownerless.items()):
        verdict.found("ownerless", f"conversation {conversation}: {why}")
    _judge_answers(record, answers, verdict)
    return verdict


def _judge_answers(record: Record, answers: Iterable[tuple[str, bool]], verdict: Verdict) -> None:
    decided: dict[str, list[int]] = {}
    for row in record.decided:
        decided.setdefault(row.body, []).append(row.id)
    for n, (words, taken) in enumerate(answers):
        verdict.counts["answers"] += taken
        ids = decided.get(words, [])
        if taken and not ids:
            verdict.found("replies_lost", f"answer {n}: the console took it, and it is not in the record")
        if len(ids) > 1:
            verdict.found("replies_doubled", f"answer {n}: messages {ids}", len(ids) - 1)
