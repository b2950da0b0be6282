"""Server-side sessions of the console, and the count of failed sign-ins."""

from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, Index, delete, func, select
from sqlalchemy.orm import Mapped, mapped_column

from textline.store.base import Base, Everywhere
from textline.store.people import Person

LASTS = timedelta(hours=14)  # a long shift and a little more


class SignIn(Base):
    """A session. The cookie holds a token, we its hash."""

    __tablename__ = "sessions"

    token_hash: Mapped[str] = mapped_column(unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class FailedSignIn(Base):
    """A refused attempt, under a keyed hash of whom it was for or where it came from."""

    __tablename__ = "failed_sign_ins"
    __table_args__ = (Index(None, "key", "at"),)

    key: Mapped[str]
    at: Mapped[datetime]


def start(everywhere: Everywhere, token_hash: str, person: Person) -> SignIn:
    """A new session for a person."""
    sign_in = SignIn(
        token_hash=token_hash,
        person_id=person.id,
        created_at=everywhere.now,
        expires_at=everywhere.now + LASTS,
    )
    everywhere.session.add(sign_in)
    everywhere.session.flush()
    return sign_in


def person(everywhere: Everywhere, token_hash: str) -> Person | None:
    """Whose session it is, unless it has ended or the person has been disabled."""
    return everywhere.session.scalar(
        select(Person)
        .join(SignIn, SignIn.person_id == Person.id)
        .where(
            SignIn.token_hash == token_hash, SignIn.expires_at > everywhere.now, Person.disabled_at.is_(None)
        )
    )


def end(everywhere: Everywhere, token_hash: str) -> None:
    """End one session."""
    everywhere.session.execute(delete(SignIn).where(SignIn.token_hash == token_hash))


def end_all(everywhere: Everywhere, person_id: int) -> None:
    """End every session of a person."""
    everywhere.session.execute(delete(SignIn).where(SignIn.person_id == person_id))


def failures(everywhere: Everywhere, key: str, within: timedelta) -> int:
    """How many attempts were refused lately."""
    query = select(func.count()).where(FailedSignIn.key == key, FailedSignIn.at > everywhere.now - within)
    return everywhere.session.scalar(query) or 0


def note_failure(everywhere: Everywhere, key: str) -> None:
    """Count a refused attempt."""
    everywhere.session.add(FailedSignIn(key=key, at=everywhere.now))


def forgive(everywhere: Everywhere, key: str, *, just_one: bool = False) -> None:
    """Forget refused attempts: all of a key's, or the newest."""
    doomed = select(FailedSignIn.id).where(FailedSignIn.key == key).order_by(FailedSignIn.id.desc())
    doomed = doomed.limit(1) if just_one else doomed
    everywhere.session.execute(delete(FailedSignIn).where(FailedSignIn.id.in_(doomed)))


def tidy(everywhere: Everywhere) -> None:
    """Remove what no longer matters."""
    everywhere.session.execute(delete(SignIn).where(SignIn.expires_at < everywhere.now))
    everywhere.session.execute(
        delete(FailedSignIn).where(FailedSignIn.at < everywhere.now - timedelta(days=1))
    )
