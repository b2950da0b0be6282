"""Texts that went out: each that was decided was sent once, or the record says that it failed; no other was sent."""

from dataclasses import dataclass, field

from textline.chaos.log import Log, Sent
from textline.chaos.moment import shown
from textline.chaos.record import Decided, Record
from textline.chaos.verdict import Verdict

_FAILED = ("failed", "undelivered")
_UNSURE = ("unknown", "sending")


@dataclass
class _Same:
    """Everything with the same words to the same phone: decided and not yet found, sent and not yet explained."""

    decided: list[Decided] = field(default_factory=list)
    sent: list[Sent] = field(default_factory=list)


def judge(log: Log, record: Record, verdict: Verdict) -> None:
    """Find what is unsent, sent twice, sent without a decision, or unknown."""
    verdict.counts["decided"] = len(record.decided)
    for row in record.decided:
        verdict.counts["failed"] += row.delivery in _FAILED
        if row.delivery in _UNSURE:
            verdict.found("unknown", f"message {row.id}: {row.delivery}")
    for same in _grouped(log, record).values():
        _judge(same, verdict)


def _grouped(log: Log, record: Record) -> dict[tuple[str, str], _Same]:
    texters = {text.number for text in log.texted} | {row.number for row in record.decided}
    groups: dict[tuple[str, str], _Same] = {}
    for row in record.decided:
        groups.setdefault((row.number, row.body), _Same()).decided.append(row)
    for text in log.sent:
        if text.number in texters:  # and not somebody on call
            groups.setdefault((text.number, text.body), _Same()).sent.append(text)
    return groups


def _judge(same: _Same, verdict: Verdict) -> None:
    by_sid = {text.sid: text for text in same.sent}
    known = [row for row in same.decided if row.sid in by_sid]
    claimed = {row.sid for row in known}
    # By request before by TwiML; of rows without a SID those first that the record does not call failed.
    free = sorted((text for text in same.sent if text.sid not in claimed), key=lambda text: not text.by_api)
    open_ = sorted(
        (row for row in same.decided if row.sid not in by_sid), key=lambda row: row.delivery in _FAILED
    )
    verdict.counts["sent_once"] += len(claimed) + min(len(open_), len(free))
    for row in open_[len(free) :]:
        if row.delivery not in _FAILED:
            verdict.found(
                "unsent", f"message {row.id}: {row.delivery}, SID {row.sid}, not in the carrier's log"
            )
    for text in free[len(open_) :]:
        if not text.by_api:
            verdict.counts["twiml"] += 1
        elif same.decided:
            ids = [row.id for row in same.decided]
            verdict.found("sent_twice", f"{text.sid} at {shown(text.at)}: decided once as message {ids}")
        else:
            verdict.found("undecided", f"{text.sid} at {shown(text.at)}: nothing in the record says so")
