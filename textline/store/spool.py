"""The spool: texts that Redis could not take, and texts that cannot be recorded yet. Sealed whole."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Index, and_, delete, false, func, not_, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from textline.store.base import Base, Everywhere


class Spooled(Base):
    """A text as it came. `held` says why it waits for a person (such as "unknown line"); None: it waits for a drain."""

    __tablename__ = "spool"
    __table_args__ = (Index("spool_to_drain", "inbox", postgresql_where=text("held is null")),)

    inbox: Mapped[str]
    sid: Mapped[str] = mapped_column(unique=True)
    sealed: Mapped[str]
    received_at: Mapped[datetime]
    held: Mapped[str | None]
    urgent: Mapped[bool] = mapped_column(default=False)
    was_held: Mapped[bool] = mapped_column(default=False, server_default=false())


@dataclass(frozen=True)
class Item:
    """A sealed text in the spool."""

    sid: str
    sealed: str


def put(
    everywhere: Everywhere,
    inbox: str,
    sid: str,
    sealed: str,
    received_at: datetime,
    *,
    held: str | None = None,
    urgent: bool = False,
) -> None:
    """Keep a text; one that is there already stays as it is, except for why it is held."""
    row = insert(Spooled).values(
        inbox=inbox, sid=sid, sealed=sealed, received_at=received_at, held=held, urgent=urgent
    )
    everywhere.session.execute(row.on_conflict_do_update(index_elements=["sid"], set_={"held": held}))


def of_inboxes(everywhere: Everywhere, inboxes: Sequence[str]) -> dict[str, list[Item]]:
    """What waits in these, by inbox."""
    query = select(Spooled).where(Spooled.inbox.in_(inboxes), Spooled.held.is_(None))
    found: dict[str, list[Item]] = {}
    for row in everywhere.session.scalars(query.order_by(Spooled.received_at)):
        found.setdefault(row.inbox, []).append(Item(row.sid, row.sealed))
    return found


def holds(everywhere: Everywhere, sids: Sequence[str]) -> set[str]:
    """Which of these texts are here, waiting or held."""
    return set(everywhere.session.scalars(select(Spooled.sid).where(Spooled.sid.in_(sids))))


def crises(everywhere: Everywhere, after: timedelta) -> list[str]:
    """The inboxes in which a crisis has waited for so long, the oldest first.

    It is in Redis as well, and somebody was woken for it.
    """
    oldest = func.min(Spooled.received_at).filter(Spooled.urgent)
    return _inboxes(everywhere, oldest, oldest <= everywhere.now - after)


def others(everywhere: Everywhere, after: timedelta) -> list[str]:
    """The inboxes in which something has waited for so long, the oldest first; without those that `crises` gives.

    A crisis that a clock ahead of ours has stamped comes with its texter's other texts.
    """
    oldest = func.min(Spooled.received_at)
    grave = func.bool_or(and_(Spooled.urgent, Spooled.received_at <= everywhere.now))
    return _inboxes(everywhere, oldest, oldest <= everywhere.now - after, not_(grave))


def _inboxes(
    everywhere: Everywhere, order: ColumnElement[datetime], *having: ColumnElement[bool]
) -> list[str]:
    query = select(Spooled.inbox).where(Spooled.held.is_(None)).group_by(Spooled.inbox)
    return list(everywhere.session.scalars(query.having(*having).order_by(order)))


def remove(everywhere: Everywhere, sids: list[str]) -> None:
    """These are in the record; one that is held stays."""
    everywhere.session.execute(delete(Spooled).where(Spooled.sid.in_(sids), Spooled.held.is_(None)))


def release(everywhere: Everywhere, held: str) -> None:
    """What was held for this reason may be drained again."""
    everywhere.session.execute(update(Spooled).where(Spooled.held == held).values(held=None, was_held=True))


def held(everywhere: Everywhere) -> dict[str, int]:
    """How many texts are held, by reason."""
    query = select(Spooled.held, func.count()).where(Spooled.held.is_not(None)).group_by(Spooled.held)
    return {str(reason): count for reason, count in everywhere.session.execute(query)}
