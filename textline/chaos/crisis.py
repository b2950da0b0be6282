"""Texts of a crisis: each is in the record, in a conversation with an escalation and with a hotline text that left."""

from textline.chaos import words
from textline.chaos.incoming import by_sid
from textline.chaos.log import Log, Texted
from textline.chaos.moment import shown
from textline.chaos.record import Received, Record
from textline.chaos.verdict import Verdict, percentile

# A text recorded within this of a resolution may belong to what was before it, or to what comes after.
_SLACK_S = 1.0
_NEVER = float("-inf")

Helped = dict[int, list[float]]  # when hotline texts were decided, by conversation


def judge(log: Log, record: Record, verdict: Verdict) -> None:
    """Find each crisis text that was missed.

    One hotline text and one escalation are enough for a conversation, until the escalation is resolved; a
    hotline text in TwiML counts like one that was decided.
    """
    crises = _crises(log)
    verdict.counts["crises"] = len(crises)
    rows, helped = by_sid(record), _helped(log, record)
    for text in crises:
        row = rows.get(text.sid, [None])[0]
        lacks = ["record", "hotline text", "escalation"] if row is None else _lacks(row, record, helped)
        if lacks:
            where = f"conversation {row.conversation}" if row else "nowhere"
            told = f"{text.sid} (sent {shown(text.sent_at)}), {where}: no {', no '.join(lacks)}"
            verdict.found("crisis_missed", told)


def hotline_times(log: Log, record: Record) -> dict[str, float | None]:
    """The seconds from a conversation's first crisis text to its first hotline text in the carrier's hands."""
    rows, taken = by_sid(record), {text.sid: text.at for text in log.sent}
    begun: dict[int, float] = {}
    at: dict[int, float] = {}
    for text in _crises(log):
        if text.sid in rows:
            conversation = rows[text.sid][0].conversation
            begun.setdefault(conversation, text.sent_at)
            at[conversation] = min(
                [at.get(conversation, float("inf")), *(taken[s] for s in text.replies if s in taken)]
            )
    for row in record.decided:
        if row.hotline and row.sid in taken and row.conversation in at:
            at[row.conversation] = min(at[row.conversation], taken[row.sid])
    took = [
        at[conversation] - since for conversation, since in begun.items() if at[conversation] < float("inf")
    ]
    return {"hotline_p50_s": percentile(took, 0.5), "hotline_s": max(took, default=None)}


def _crises(log: Log) -> list[Texted]:
    return [text for text in log.texted if words.is_crisis(text.body)]


def _lacks(row: Received, record: Record, helped: Helped) -> list[str]:
    ours = [alarm for alarm in record.escalations if alarm.conversation == row.conversation]
    over = [alarm.resolved_at for alarm in ours if alarm.resolved_at is not None]
    since = max((at for at in over if at < row.recorded_at - _SLACK_S), default=_NEVER)
    lacks = [] if any(at >= since for at in helped.get(row.conversation, [])) else ["hotline text"]
    return lacks + ([] if any(alarm.raised_at >= since for alarm in ours) else ["escalation"])


def _helped(log: Log, record: Record) -> Helped:
    """When each conversation was given a hotline text that the carrier really has."""
    by_api = {text.sid for text in log.sent}
    same = {(text.number, text.body) for text in log.sent}
    answers = {text.sid: text.body for text in log.sent if not text.by_api}
    found: Helped = {}
    for row in record.decided:
        if row.hotline and (row.sid in by_api or (row.sid is None and (row.number, row.body) in same)):
            found.setdefault(row.conversation, []).append(row.at)
    rows = by_sid(record)
    for text in _crises(log):
        in_twiml = any(words.names_hotline(answers.get(sid, "")) for sid in text.replies)
        if in_twiml and text.sid in rows:
            found.setdefault(rows[text.sid][0].conversation, []).append(text.sent_at)
    return found
