"""The record of the system under trial, opened, as values. Times are in seconds since 1970."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Received:
    """A text that somebody sent, as recorded. `late`: the reconciler brought it in."""

    id: int
    sid: str
    number: str
    body: str
    conversation: int
    at: float
    recorded_at: float
    late: bool = False


@dataclass(frozen=True)
class Decided:
    """A text that was decided, when, and what the record says became of it. `hotline`: it answers a crisis."""

    id: int
    sid: str | None
    number: str
    body: str
    conversation: int
    delivery: str
    at: float = 0.0
    hotline: bool = False


@dataclass(frozen=True)
class Escalation:
    """An alarm in a conversation, from when to when; `resolved_at` None is still open."""

    conversation: int
    raised_at: float
    resolved_at: float | None = None


@dataclass(frozen=True)
class Record:
    """All of it. `ownerless` says what is wrong with a conversation's owner, by conversation."""

    received: tuple[Received, ...]
    decided: tuple[Decided, ...] = ()
    escalations: tuple[Escalation, ...] = ()
    ownerless: Mapping[int, str] = field(default_factory=dict)
