"""Numbers that were shown in an emergency: to whom, why, and what came of it."""

from datetime import datetime

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, mapped_column

from textline.store.base import Base, Owned, Scope


class Reveal(Owned, Base):
    """A texter's number, shown to a supervisor. `outcome_sealed`: what was said, to whom, and what came of it."""

    __tablename__ = "reveals"

    escalation_id: Mapped[int] = mapped_column(ForeignKey("escalations.id"), index=True)
    by: Mapped[int] = mapped_column(ForeignKey("people.id"))
    at: Mapped[datetime]
    reason_sealed: Mapped[str]
    outcome_sealed: Mapped[str | None]
    outcome_at: Mapped[datetime | None]


def add(scope: Scope, escalation_id: int, by: int, reason: str) -> Reveal:
    """Keep that a number is shown, and why."""
    reveal = Reveal(
        organization_id=scope.organization_id,
        escalation_id=escalation_id,
        by=by,
        at=scope.now,
        reason_sealed=scope.seal.close(reason),
    )
    scope.session.add(reveal)
    scope.flush()
    return reveal


def of_escalation(scope: Scope, escalation_id: int) -> list[Reveal]:
    """All of an escalation, oldest first."""
    query = select(Reveal).where(
        Reveal.organization_id == scope.organization_id, Reveal.escalation_id == escalation_id
    )
    return list(scope.session.scalars(query.order_by(Reveal.id)))


def get(scope: Scope, escalation_id: int, reveal_id: int) -> Reveal:
    """One of an escalation.

    Raises:
        NotFound: not of this escalation, or not in this organization.
    """
    query = select(Reveal).where(
        Reveal.organization_id == scope.organization_id,
        Reveal.escalation_id == escalation_id,
        Reveal.id == reveal_id,
    )
    return scope.one(query, "entry")
