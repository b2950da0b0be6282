"""Alarms: what somebody has to look at, but for the escalations, which have a table of their own."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, func, select, text
from sqlalchemy.orm import Mapped, mapped_column

from textline.store.base import Base, Everywhere, Owned, Scope


class Alarm(Owned, Base):
    """An alarm of one kind about one conversation, or about the line as a whole. `seen_at`: when it was last raised."""

    __tablename__ = "alarms"
    __table_args__ = (
        Index(
            "one_open_alarm",
            "organization_id",
            "kind",
            text("coalesce(conversation_id, 0)"),
            unique=True,
            postgresql_where=text("ended_at is null"),
        ),
    )

    kind: Mapped[str]
    conversation_id: Mapped[int | None] = mapped_column(ForeignKey("conversations.id"))
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    raised_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))


def open_of(scope: Scope, kind: str, conversation_id: int | None) -> Alarm | None:
    """The open alarm of a kind, if there is one."""
    query = select(Alarm).where(
        Alarm.organization_id == scope.organization_id,
        Alarm.kind == kind,
        Alarm.conversation_id.is_not_distinct_from(conversation_id),
        Alarm.ended_at.is_(None),
    )
    return scope.session.scalar(query)


def add(scope: Scope, kind: str, conversation_id: int | None, details: dict[str, Any]) -> Alarm:
    """A new alarm; the caller has asked `open_of`. The index lets nobody else make the same."""
    alarm = Alarm(
        organization_id=scope.organization_id,
        kind=kind,
        conversation_id=conversation_id,
        details=details,
        raised_at=scope.now,
        seen_at=scope.now,
    )
    scope.session.add(alarm)
    scope.flush()
    return alarm


def get(scope: Scope, alarm_id: int) -> Alarm:
    """One alarm.

    Raises:
        NotFound: not in this organization.
    """
    query = select(Alarm).where(Alarm.organization_id == scope.organization_id, Alarm.id == alarm_id)
    return scope.one(query, "alarm")


def opened(scope: Scope) -> list[Alarm]:
    """All that are open, oldest first."""
    query = select(Alarm).where(Alarm.organization_id == scope.organization_id, Alarm.ended_at.is_(None))
    return list(scope.session.scalars(query.order_by(Alarm.raised_at, Alarm.id)))


def of_kind(everywhere: Everywhere, kind: str) -> list[Alarm]:
    """The open ones of a kind, in all organizations."""
    return list(everywhere.session.scalars(select(Alarm).where(Alarm.kind == kind, Alarm.ended_at.is_(None))))


def ended_since(scope: Scope, kind: str, since: datetime, conversation_id: int | None) -> bool:
    """Whether somebody has ended an alarm of this kind about this since then."""
    query = select(Alarm.id).where(
        Alarm.organization_id == scope.organization_id,
        Alarm.kind == kind,
        Alarm.conversation_id.is_not_distinct_from(conversation_id),
        Alarm.ended_at > since,
        Alarm.ended_by.is_not(None),
    )
    return scope.session.scalar(query.limit(1)) is not None


def counts(everywhere: Everywhere) -> dict[str, int]:
    """How many are open, by kind."""
    query = select(Alarm.kind, func.count()).where(Alarm.ended_at.is_(None)).group_by(Alarm.kind)
    return {kind: count for kind, count in everywhere.session.execute(query)}
