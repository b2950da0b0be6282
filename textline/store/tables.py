"""Every table, for migrations."""

from textline.store import (
    conversations,
    escalations,
    events,
    hotlines,
    lines,
    messages,
    organizations,
    people,
    sessions,
    spool,
    texters,
)
from textline.store.base import Base

__all__ = ["metadata"]

_NOUNS = (
    conversations, escalations, events, hotlines, lines, messages, organizations, people, sessions, spool, texters,
)  # fmt: skip
metadata = Base.metadata
