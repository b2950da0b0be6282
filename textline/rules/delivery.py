"""What became of an outgoing text. Its state never moves backwards."""

from enum import StrEnum


class Delivery(StrEnum):
    """Ours until Twilio has it (due, sending, unknown), then Twilio's own words."""

    DUE = "due"
    SENDING = "sending"
    UNKNOWN = "unknown"  # a crash or a time-out: it may have been sent
    QUEUED = "queued"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    UNDELIVERED = "undelivered"
    FAILED = "failed"


_RANK = {
    Delivery.DUE: 0,
    Delivery.SENDING: 1,
    Delivery.UNKNOWN: 2,
    Delivery.QUEUED: 3,
    Delivery.SENT: 4,
    Delivery.UNDELIVERED: 5,
    Delivery.FAILED: 5,
    Delivery.DELIVERED: 5,
    Delivery.READ: 6,
}
# Twilio's words that say no more than one of ours.
_ALIASES = {"accepted": "queued", "scheduled": "queued", "sending": "queued", "canceled": "failed"}


def reported(status: str) -> Delivery | None:
    """Twilio's word for a status as ours, or None for one that we do not know."""
    word = _ALIASES.get(status, status)
    known = word in Delivery.__members__.values() and word not in (
        Delivery.DUE,
        Delivery.SENDING,
        Delivery.UNKNOWN,
    )
    return Delivery(word) if known else None


def supersedes(new: Delivery, old: Delivery) -> bool:
    """Whether a report changes what we hold: callbacks come unordered, and more than once."""
    return _RANK[new] > _RANK[old]


def earlier_than(new: Delivery) -> list[Delivery]:
    """The states that `new` supersedes, for a conditional update."""
    return [old for old in Delivery if supersedes(new, old)]
