"""Every table, for migrations."""

from textline.store import (
    alarms,
    calls,
    conversations,
    devices,
    escalations,
    events,
    handoffs,
    hotlines,
    lines,
    messages,
    organizations,
    own_words,
    people,
    pictures,
    pulses,
    reveals,
    safety,
    sessions,
    spool,
    texters,
)
from textline.store.base import Base

__all__ = ["metadata"]

_NOUNS = (
    alarms, calls, conversations, devices, escalations, events, handoffs, hotlines, lines, messages, organizations,
    own_words, people, pictures, pulses, reveals, safety, sessions, spool, texters,
)  # fmt: skip
metadata = Base.metadata
