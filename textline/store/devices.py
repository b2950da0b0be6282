"""Devices: browsers of supervisors that ring while no page is open, and the key that signs what they are told."""

import json
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import ColumnElement, ForeignKey, delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from textline.rules.access import Role
from textline.rules.devices import Subscription
from textline.store.base import Base, Everywhere, Owned, Scope
from textline.store.people import Person


class Device(Owned, Base):
    """A browser. Its address lets whoever has it make the browser ring, and is sealed."""

    __tablename__ = "devices"

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    endpoint_hash: Mapped[str] = mapped_column(unique=True)
    subscription_sealed: Mapped[str]
    added_at: Mapped[datetime]


class PushKey(Base):
    """The installation's one key; browsers take messages from whoever has it."""

    __tablename__ = "push_keys"

    private_sealed: Mapped[str]


def add(scope: Scope, person_id: int, subscription: Subscription) -> int:
    """A browser is this person's from now on; returns its id."""
    sealed = scope.seal.close(json.dumps(vars(subscription)))
    values = {"organization_id": scope.organization_id, "person_id": person_id, "subscription_sealed": sealed}
    row = insert(Device).values(
        endpoint_hash=_hash(scope, subscription.endpoint), added_at=scope.now, **values
    )
    made = row.on_conflict_do_update(index_elements=[Device.endpoint_hash], set_=values)
    return int(scope.session.scalars(made.returning(Device.id)).one())


def remove(scope: Scope, person_id: int, endpoint: str) -> None:
    """A browser of this person's rings no more."""
    scope.session.execute(
        delete(Device).where(
            Device.organization_id == scope.organization_id,
            Device.person_id == person_id,
            Device.endpoint_hash == _hash(scope, endpoint),
        )
    )


def remove_all(scope: Scope, person_id: int) -> None:
    """No browser of this person's rings any more."""
    mine = (Device.organization_id == scope.organization_id, Device.person_id == person_id)
    scope.session.execute(delete(Device).where(*mine))


def forget(scope: Scope, device_id: int) -> None:
    """A browser takes no messages any more; what was on its way to it goes with it."""
    scope.session.execute(
        delete(Device).where(Device.organization_id == scope.organization_id, Device.id == device_id)
    )


def opened(scope: Scope, device_id: int) -> Subscription | None:
    """Where to tell a browser something; None: it is not there any more, or its person supervises no more."""
    query = select(Device.subscription_sealed).join(Person, Person.id == Device.person_id)
    sealed = scope.session.scalar(query.where(*_supervising(scope), Device.id == device_id))
    return Subscription(**json.loads(scope.seal.open(sealed))) if sealed else None


def of_supervisors(scope: Scope) -> list[int]:
    """The browsers of whoever supervises."""
    query = select(Device.id).join(Person, Person.id == Device.person_id)
    return list(scope.session.scalars(query.where(*_supervising(scope)).order_by(Device.id)))


def by_person(scope: Scope) -> dict[int, int]:
    """How many browsers ring for each person."""
    query = select(Device.person_id, func.count()).join(Person, Person.id == Device.person_id)
    rows = scope.session.execute(query.where(*_supervising(scope)).group_by(Device.person_id))
    return {person_id: count for person_id, count in rows}


def our_key(everywhere: Everywhere, new: Callable[[], str]) -> str:
    """The installation's private key, made with `new` at its first use."""
    query = select(PushKey.private_sealed).where(PushKey.id == 1)
    if everywhere.session.scalar(query) is None:
        row = insert(PushKey).values(id=1, private_sealed=everywhere.seal.close(new()))
        everywhere.session.execute(row.on_conflict_do_nothing())
    return everywhere.seal.open(everywhere.session.scalars(query).one())


def _supervising(scope: Scope) -> tuple[ColumnElement[bool], ...]:
    return (
        Device.organization_id == scope.organization_id,
        Person.role.in_((Role.SUPERVISOR, Role.ADMIN)),
        Person.disabled_at.is_(None),
    )


def _hash(scope: Scope, endpoint: str) -> str:
    return scope.seal.hash("device", endpoint)
