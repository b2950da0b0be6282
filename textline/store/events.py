"""Events: who did what and when, in words `subject:action`. They hold no text of anybody's."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, select
from sqlalchemy.orm import Mapped, mapped_column

from textline.store.base import Base, Owned, Scope


class Event(Owned, Base):
    """Something that somebody, or Textline by itself (`by` None), did."""

    __tablename__ = "events"
    __table_args__ = (Index(None, "conversation_id", "id"),)

    action: Mapped[str]
    by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    conversation_id: Mapped[int | None] = mapped_column(ForeignKey("conversations.id"))
    at: Mapped[datetime]
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)


def note(
    scope: Scope, action: str, *, by: int | None = None, conversation: int | None = None, **details: object
) -> None:
    """Record an action, with identifiers and choices as its details."""
    event = Event(
        organization_id=scope.organization_id,
        action=action,
        by=by,
        conversation_id=conversation,
        at=scope.now,
        details=details,
    )
    scope.session.add(event)


def of_conversation(scope: Scope, conversation_id: int) -> list[Event]:
    """All that was done in a conversation, oldest first."""
    query = select(Event).where(
        Event.organization_id == scope.organization_id, Event.conversation_id == conversation_id
    )
    return list(scope.session.scalars(query.order_by(Event.id)))


def latest(scope: Scope, limit: int = 100) -> list[Event]:
    """What was done last in the organization."""
    query = select(Event).where(Event.organization_id == scope.organization_id)
    return list(scope.session.scalars(query.order_by(Event.id.desc()).limit(limit)))
