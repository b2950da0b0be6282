"""What should have moved on long ago: proof that somebody does not do their work."""

from datetime import timedelta

from sqlalchemy import func, select

from textline.store import outbox
from textline.store.base import Everywhere
from textline.store.spool import Spooled


def spooled_since(everywhere: Everywhere) -> timedelta:
    """How long the oldest text has waited in the spool to be recorded.

    What is held for a person, or was and is tried again, does not count.
    """
    query = select(func.min(Spooled.received_at)).where(Spooled.held.is_(None), ~Spooled.was_held)
    oldest = everywhere.session.scalar(query)
    return everywhere.now - oldest if oldest else timedelta(0)


def unsent(everywhere: Everywhere, older_than: timedelta) -> int:
    """How many texters have a text that has been due so long."""
    return sum(since < everywhere.now - older_than for _, _, since in outbox.texters_due(everywhere))
