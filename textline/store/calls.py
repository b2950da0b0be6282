"""Who is called when nobody looks at the board: the on-call list, and the calls that are on their way to them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, Index, UniqueConstraint, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from textline.errors import NotFound
from textline.store.base import Base, Everywhere, Owned, Scope

# A call out that has not left by then helps nobody any more.
LASTS = timedelta(minutes=30)
_CLAIM_LASTS = timedelta(seconds=30)


class OnCall(Owned, Base):
    """Somebody whose phone gets the alarms."""

    __tablename__ = "on_call"

    name: Mapped[str]
    number_sealed: Mapped[str]
    added_by: Mapped[int] = mapped_column(ForeignKey("people.id"))


class CallOut(Owned, Base):
    """A text to somebody on call, a message to a device, or a post to the organization's webhook, about one alarm."""

    __tablename__ = "calls_out"
    __table_args__ = (
        UniqueConstraint(
            "organization_id", "about", "on_call_id", "device_id", postgresql_nulls_not_distinct=True
        ),
        Index("calls_due", "next_try_at", postgresql_where=text("left_at is null and gave_up_at is null")),
    )

    about: Mapped[str]  # such as "escalation:12": once for each
    on_call_id: Mapped[int | None] = mapped_column(ForeignKey("on_call.id", ondelete="CASCADE"))
    device_id: Mapped[int | None] = mapped_column(ForeignKey("devices.id", ondelete="CASCADE"))
    kind: Mapped[str]
    at: Mapped[datetime]
    next_try_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    left_at: Mapped[datetime | None]
    gave_up_at: Mapped[datetime | None]


@dataclass(frozen=True)
class Called:
    """Who is called: somebody on call, or a device; neither is the webhook."""

    on_call_id: int | None = None
    device_id: int | None = None


WEBHOOK = Called()


@dataclass(frozen=True)
class Contact:
    """Somebody on call, with their number opened."""

    id: int
    name: str
    number: str


def contacts(scope: Scope) -> list[Contact]:
    """The on-call list, in the order in which it was made."""
    query = select(OnCall).where(OnCall.organization_id == scope.organization_id).order_by(OnCall.id)
    return [
        Contact(row.id, row.name, scope.seal.open(row.number_sealed)) for row in scope.session.scalars(query)
    ]


def contact_ids(scope: Scope) -> list[int]:
    """Who is on the list, without opening their numbers."""
    query = select(OnCall.id).where(OnCall.organization_id == scope.organization_id)
    return list(scope.session.scalars(query.order_by(OnCall.id)))


def add_contact(scope: Scope, name: str, number: str, by: int) -> None:
    """Put somebody on the list."""
    scope.session.add(
        OnCall(
            organization_id=scope.organization_id,
            name=name,
            number_sealed=scope.seal.close(number),
            added_by=by,
        )
    )


def remove_contact(scope: Scope, contact_id: int) -> None:
    """Take somebody off the list, with what is on its way to them.

    Raises:
        NotFound: not in this organization.
    """
    mine = (OnCall.organization_id == scope.organization_id, OnCall.id == contact_id)
    if scope.session.scalar(delete(OnCall).where(*mine).returning(OnCall.id)) is None:
        raise NotFound("There is nobody like this on the list.")


def call(scope: Scope, about: str, kind: str, whom: Iterable[Called]) -> list[Called]:
    """Call these about something, each once. Returns whoever had not been called about it."""
    new = []
    for called in whom:
        row = insert(CallOut).values(
            organization_id=scope.organization_id,
            about=about,
            kind=kind,
            on_call_id=called.on_call_id,
            device_id=called.device_id,
            at=scope.now,
            next_try_at=scope.now,
        )
        made = scope.session.execute(row.on_conflict_do_nothing().returning(CallOut.id))
        new += [called] if made.first() else []
    return new


def claim(everywhere: Everywhere, *, to_devices: bool) -> CallOut | None:
    """The next call that is due, to a device or else to a phone or webhook, held for whoever asked.

    One whose maker died is due again after a while. It may so be made twice, which is better here than not at all.
    """
    query = select(CallOut).where(
        CallOut.device_id.is_not(None) if to_devices else CallOut.device_id.is_(None),
        CallOut.left_at.is_(None),
        CallOut.gave_up_at.is_(None),
        CallOut.next_try_at <= everywhere.now,
    )
    crises_first = (CallOut.kind != "crisis", CallOut.next_try_at)
    due = query.order_by(*crises_first).limit(1).with_for_update(skip_locked=True)
    found = everywhere.session.scalar(due)
    if found is not None:
        found.attempts += 1
        found.next_try_at = everywhere.now + _CLAIM_LASTS
    return found


def number_of(scope: Scope, on_call_id: int) -> str | None:
    """Where to reach somebody on call; None: they are on the list no more."""
    query = select(OnCall.number_sealed).where(
        OnCall.organization_id == scope.organization_id, OnCall.id == on_call_id
    )
    sealed = scope.session.scalar(query)
    return scope.seal.open(sealed) if sealed else None


def get(scope: Scope, call_id: int) -> CallOut:
    """One call out."""
    return scope.session.scalars(
        select(CallOut).where(CallOut.organization_id == scope.organization_id, CallOut.id == call_id)
    ).one()


def left(scope: Scope, call_id: int) -> None:
    """A call has been made; one to a device that is gone, is gone too."""
    scope.session.execute(
        update(CallOut)
        .where(CallOut.organization_id == scope.organization_id, CallOut.id == call_id)
        .values(left_at=scope.now)
    )


def waiting(everywhere: Everywhere) -> int:
    """How many calls are still to be made."""
    query = select(func.count()).where(CallOut.left_at.is_(None), CallOut.gave_up_at.is_(None))
    return everywhere.session.scalar(query) or 0
