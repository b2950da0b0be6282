"""Texts of a crisis: each is in the record, in a conversation with an escalation and with a hotline text that left."""

from textline.chaos import words
from textline.chaos.incoming import by_sid
from textline.chaos.log import Log, Texted
from textline.chaos.moment import shown
from textline.chaos.record import Record
from textline.chaos.verdict import Verdict, percentile


def judge(log: Log, record: Record, verdict: Verdict) -> None:
    """Find each crisis text that was missed. A hotline text covers its conversation; so does one in TwiML."""
    crises = [text for text in log.texted if words.is_crisis(text.body)]
    verdict.counts["crises"] = len(crises)
    rows = by_sid(record)
    of_text = {text.sid: rows[text.sid][0].conversation for text in crises if text.sid in rows}
    helped = _sent_to(log, record) | {
        of_text[text.sid] for text in crises if text.sid in of_text and _in_twiml(log, text)
    }
    for text in crises:
        conversation = of_text.get(text.sid)
        lacks = [
            what
            for what, there in (
                ("record", conversation is not None),
                ("hotline text", conversation in helped),
                ("escalation", conversation in record.escalated),
            )
            if not there
        ]
        if lacks:
            where = f"{text.sid} (sent {shown(text.sent_at)}), conversation {conversation}"
            verdict.found("crisis_missed", f"{where}: no {', no '.join(lacks)}")


def hotline_times(log: Log, record: Record) -> dict[str, float | None]:
    """The seconds from the first crisis text of a conversation to its hotline text at the carrier."""
    sent = {text.sid: text.at for text in log.sent}
    rows = by_sid(record)
    first: dict[int, Texted] = {}
    for text in log.texted:
        if words.is_crisis(text.body) and text.sid in rows:
            first.setdefault(rows[text.sid][0].conversation, text)
    at: dict[int, float] = {}
    for row in record.decided:
        if row.hotline and row.sid in sent:
            at[row.conversation] = min(at.get(row.conversation, float("inf")), sent[row.sid])
    for conversation, text in first.items():
        for sid in text.replies:
            at[conversation] = min(at.get(conversation, float("inf")), sent.get(sid, float("inf")))
    took = [at[conversation] - text.sent_at for conversation, text in first.items() if conversation in at]
    return {"hotline_p50_s": percentile(took, 0.5), "hotline_s": max(took, default=None)}


def _sent_to(log: Log, record: Record) -> set[int]:
    """Conversations whose hotline text the carrier has."""
    sids = {text.sid for text in log.sent}
    words_to = {(text.number, text.body) for text in log.sent}
    return {
        row.conversation
        for row in record.decided
        if row.hotline and (row.sid in sids or (row.sid is None and (row.number, row.body) in words_to))
    }


def _in_twiml(log: Log, text: Texted) -> bool:
    replies = {sent.sid: sent.body for sent in log.sent if not sent.by_api} if text.replies else {}
    return any(words.names_hotline(replies.get(sid, "")) for sid in text.replies)
