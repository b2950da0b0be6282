"""Organizations."""

from datetime import datetime

from sqlalchemy import func, select, text
from sqlalchemy.orm import Mapped, mapped_column

from textline.store.base import Base, Everywhere, Scope


class Organization(Base):
    """A peer-run organization; everything else belongs to one."""

    __tablename__ = "organizations"

    name: Mapped[str]
    created_at: Mapped[datetime]
    answer_within_s: Mapped[int] = mapped_column(server_default=text("300"))
    alarm_url_sealed: Mapped[str | None]  # where alarms are posted; it may hold a secret


def add(everywhere: Everywhere, name: str) -> Organization:
    """A new organization."""
    organization = Organization(name=name, created_at=everywhere.now)
    everywhere.session.add(organization)
    everywhere.session.flush()
    return organization


def every(everywhere: Everywhere) -> list[Organization]:
    """All of them, oldest first."""
    return list(everywhere.session.scalars(select(Organization).order_by(Organization.id)))


def own(scope: Scope) -> Organization:
    """The scope's own."""
    return scope.session.get_one(Organization, scope.organization_id)


def one_at_a_time(scope: Scope) -> None:
    """Whatever calls this in one organization runs in turn: held until the transaction ends."""
    scope.session.execute(select(func.pg_advisory_xact_lock(scope.organization_id)))
