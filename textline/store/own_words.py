"""An organization's own words for the screen, sealed: they may be a texter's."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, mapped_column

from textline.rules.own_words import Effect, OwnWords
from textline.store.base import Base, Owned, Scope


class Entry(Owned, Base):
    """Own words."""

    __tablename__ = "own_words"

    says_sealed: Mapped[str]
    why_sealed: Mapped[str]
    language: Mapped[str]
    effect: Mapped[Effect]
    route: Mapped[str]
    by: Mapped[int] = mapped_column(ForeignKey("people.id"))
    at: Mapped[datetime]


@dataclass(frozen=True)
class Kept:
    """Own words with whoever put them into use."""

    id: int
    words: OwnWords
    by: int
    at: datetime


def every(scope: Scope) -> list[Kept]:
    """All that are in use, oldest first."""
    query = select(Entry).where(Entry.organization_id == scope.organization_id).order_by(Entry.id)
    return [_opened(scope, row) for row in scope.session.scalars(query)]


def get(scope: Scope, words_id: int) -> Kept:
    """Words in use.

    Raises:
        NotFound: they are not.
    """
    return _opened(scope, _one(scope, words_id))


def add(scope: Scope, words: OwnWords, by: int) -> int:
    """Put words into use; returns their id."""
    row = Entry(
        organization_id=scope.organization_id,
        says_sealed=scope.seal.close(words.says),
        why_sealed=scope.seal.close(words.why),
        language=words.language,
        effect=words.effect,
        route=words.route,
        by=by,
        at=scope.now,
    )
    scope.session.add(row)
    scope.flush()
    return row.id


def remove(scope: Scope, words_id: int) -> None:
    """Take words out of use.

    Raises:
        NotFound: they are not in use.
    """
    scope.session.delete(_one(scope, words_id))


def _one(scope: Scope, words_id: int) -> Entry:
    return scope.one(
        select(Entry).where(Entry.organization_id == scope.organization_id, Entry.id == words_id), "entry"
    )


def _opened(scope: Scope, row: Entry) -> Kept:
    says, why = scope.seal.open(row.says_sealed), scope.seal.open(row.why_sealed)
    return Kept(row.id, OwnWords(says, row.language, row.effect, row.route, why, row.id), row.by, row.at)
