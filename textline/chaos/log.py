"""The carrier's own log, read: what was texted, what it sent, and how each webhook ended."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Texted:
    """A text that a phone sent. Times are in seconds since 1970, None when it did not come to that.

    Attributes:
        sent_at: when the phone sent it.
        acknowledged_at: when a webhook had first answered that it is taken.
        given_up_at: when the carrier gave its webhook up, or never called it.
        replies: the SIDs of what the webhook answered in TwiML.
    """

    sid: str
    number: str
    body: str
    sent_at: float
    acknowledged_at: float | None = None
    given_up_at: float | None = None
    replies: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sent:
    """A text to a phone; `by_api` tells what was sent by request from what was answered in TwiML."""

    sid: str
    number: str
    body: str
    at: float
    by_api: bool = True


@dataclass(frozen=True)
class Log:
    """All of it, in the carrier's order."""

    texted: tuple[Texted, ...]
    sent: tuple[Sent, ...] = ()


def read(messages: Iterable[Mapping[str, Any]], webhooks: Iterable[Mapping[str, Any]], line: str) -> Log:
    """The log of one line, from what the control API shows."""
    notes: dict[str, list[Mapping[str, Any]]] = {}
    for row in webhooks:
        notes.setdefault(row["sid"], []).append(row)
    texted, sent = [], []
    for row in sorted(messages, key=lambda row: row["seq"]):
        if row["direction"] == "inbound" and row["recipient"] == line:
            texted.append(_texted(row, notes.get(row["sid"], [])))
        elif row["direction"] != "inbound" and row["sender"] == line:
            by_api = row["direction"] == "outbound-api"
            sent.append(Sent(row["sid"], row["recipient"], row["body"], row["created"], by_api))
    return Log(tuple(texted), tuple(sent))


def _texted(row: Mapping[str, Any], notes: list[Mapping[str, Any]]) -> Texted:
    taken = [note["ended"] for note in notes if note["what"] == "tried" and 200 <= note["status"] < 300]
    left = [note["ended"] for note in notes if note["what"] in ("given_up", "dropped")]
    replies = tuple(note["detail"] for note in notes if note["what"] == "replied")
    return Texted(
        row["sid"], row["sender"], row["body"], row["created"], min(taken, default=None), min(left, default=None), replies
    )  # fmt: skip
