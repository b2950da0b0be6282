"""Volunteers, supervisors and admins, and the invitations by which they come."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, func, or_, select, update
from sqlalchemy.orm import Mapped, mapped_column

from textline.rules.access import Role
from textline.store.base import Base, Everywhere, Owned, Scope

INVITATION_LASTS = timedelta(days=7)


class Person(Owned, Base):
    """Somebody who signs in. `available` is their own choice; whether they are there is Redis's to know."""

    __tablename__ = "people"

    name: Mapped[str]
    email: Mapped[str] = mapped_column(unique=True)
    role: Mapped[Role] = mapped_column()
    password_hash: Mapped[str]
    capacity: Mapped[int] = mapped_column(default=3)
    available: Mapped[bool] = mapped_column(default=False)
    last_matched_at: Mapped[datetime | None]
    disabled_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class Invitation(Owned, Base):
    """A link that lets one person set up their account, or choose a new password when `person_id` names them.

    Only the token's hash is kept.
    """

    __tablename__ = "invitations"

    token_hash: Mapped[str] = mapped_column(unique=True)
    role: Mapped[Role]
    name: Mapped[str]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    invited_by: Mapped[int] = mapped_column(ForeignKey("people.id"))
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


def clean_email(email: str) -> str:
    """The form in which an address is kept and found."""
    return email.strip().casefold()


def add(scope: Scope, name: str, email: str, role: Role, password_hash: str) -> Person:
    """A new person."""
    person = Person(
        organization_id=scope.organization_id,
        name=name.strip(),
        email=clean_email(email),
        role=role,
        password_hash=password_hash,
        created_at=scope.now,
    )
    scope.session.add(person)
    scope.session.flush()
    return person


def by_email(everywhere: Everywhere, email: str) -> Person | None:
    """Whoever signs in with this address, in whichever organization."""
    return everywhere.session.scalar(select(Person).where(Person.email == clean_email(email)))


def get(scope: Scope, person_id: int) -> Person:
    """One person.

    Raises:
        NotFound: not in this organization.
    """
    return scope.one(
        select(Person).where(Person.organization_id == scope.organization_id, Person.id == person_id),
        "person",
    )


def every(scope: Scope) -> list[Person]:
    """All of the organization's, by name."""
    query = select(Person).where(Person.organization_id == scope.organization_id)
    return list(scope.session.scalars(query.order_by(func.lower(Person.name), Person.id)))


def some(scope: Scope, person_ids: Collection[int]) -> list[Person]:
    """These people, as far as they are the organization's."""
    query = select(Person).where(Person.organization_id == scope.organization_id, Person.id.in_(person_ids))
    return list(scope.session.scalars(query))


def names(scope: Scope) -> dict[int, str]:
    """Everybody's name by id, for showing who did what."""
    query = select(Person.id, Person.name).where(Person.organization_id == scope.organization_id)
    return {person_id: name for person_id, name in scope.session.execute(query)}


@dataclass(frozen=True)
class Available:
    """Somebody who has chosen to be available, as far as a match needs to know."""

    id: int
    role: Role
    capacity: int
    last_matched_at: datetime | None


def available(scope: Scope) -> list[Available]:
    """Whoever has chosen to be available; who of them is present is another question."""
    query = select(Person.id, Person.role, Person.capacity, Person.last_matched_at).where(
        Person.organization_id == scope.organization_id, Person.available, Person.disabled_at.is_(None)
    )
    return [Available(*row) for row in scope.session.execute(query)]


def matched(scope: Scope, person_ids: Collection[int]) -> None:
    """They have just been given a conversation."""
    scope.session.execute(
        update(Person)
        .where(Person.organization_id == scope.organization_id, Person.id.in_(person_ids))
        .values(last_matched_at=scope.now)
    )


def rehash(everywhere: Everywhere, person_id: int, password_hash: str) -> None:
    """Keep a password under newer parameters."""
    everywhere.session.execute(
        update(Person).where(Person.id == person_id).values(password_hash=password_hash)
    )


def invite(
    scope: Scope, token_hash: str, name: str, role: Role, by: int, person_id: int | None
) -> Invitation:
    """A new invitation, or, for somebody who is there, a link to a new password."""
    invitation = Invitation(
        organization_id=scope.organization_id,
        token_hash=token_hash,
        name=name.strip(),
        role=role,
        person_id=person_id,
        invited_by=by,
        expires_at=scope.now + INVITATION_LASTS,
    )
    scope.session.add(invitation)
    scope.session.flush()
    return invitation


def invitation(everywhere: Everywhere, token_hash: str) -> Invitation | None:
    """The invitation behind a link, unless it is used up or too old; locked, so that it is used once."""
    query = select(Invitation).where(
        Invitation.token_hash == token_hash,
        Invitation.used_at.is_(None),
        Invitation.expires_at > everywhere.now,
    )
    return everywhere.session.scalar(query.with_for_update(key_share=True))


def revoke_links(scope: Scope, person_id: int) -> None:
    """End the links that a person made, and those that name them."""
    theirs = or_(Invitation.invited_by == person_id, Invitation.person_id == person_id)
    mine = (Invitation.organization_id == scope.organization_id, Invitation.used_at.is_(None))
    scope.session.execute(update(Invitation).where(*mine, theirs).values(used_at=scope.now))


def open_invitations(scope: Scope) -> list[Invitation]:
    """Those that can still be used."""
    query = select(Invitation).where(
        Invitation.organization_id == scope.organization_id,
        Invitation.used_at.is_(None),
        Invitation.expires_at > scope.now,
    )
    return list(scope.session.scalars(query.order_by(Invitation.id)))
