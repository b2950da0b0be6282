"""Hotlines: each organization's own copy, so that it can review and change them."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Select, func, select
from sqlalchemy.orm import Mapped, mapped_column

from textline.rules.hotlines import Choice
from textline.store.base import Base, Owned, Scope


class Hotline(Owned, Base):
    """A crisis line or a country's emergency number, with where and when it was published."""

    __tablename__ = "hotlines"

    country: Mapped[str]
    region: Mapped[str | None]
    name: Mapped[str]
    voice: Mapped[str | None]
    voice_e164: Mapped[str | None]
    text: Mapped[str | None]
    text_keyword: Mapped[str | None]
    chat_url: Mapped[str | None]
    hours: Mapped[str | None]
    languages: Mapped[list[str]]
    serves: Mapped[str]
    emergency: Mapped[bool] = mapped_column(default=False)
    source: Mapped[str]
    source_date: Mapped[str | None]
    reviewed_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    reviewed_at: Mapped[datetime | None]
    removed_on: Mapped[date | None]

    @property
    def shown(self) -> str:
        """What a reviewer sees and checks, as one string."""
        return "|".join(part or "" for part in (self.name, self.voice, self.text, self.text_keyword))

    @property
    def choice(self) -> Choice:
        """As the rule sees it."""
        return Choice(
            self.id, self.country, self.region, self.name, self.voice, self.text, self.text_keyword, self.serves,
            self.emergency, self.reviewed_at is not None, self.hours == "24/7", tuple(self.languages or ()),
        )  # fmt: skip


def add(scope: Scope, facts: Iterable[Mapping[str, Any]]) -> None:
    """Take in hotlines, unreviewed."""
    names = {column.key for column in Hotline.__table__.columns} - {"id", "organization_id"}
    scope.session.add_all(
        Hotline(organization_id=scope.organization_id, **{k: v for k, v in fact.items() if k in names})
        for fact in facts
    )
    scope.session.flush()


def of_country(scope: Scope, country: str | None) -> list[Hotline]:
    """A country's hotlines and emergency numbers: those with an organization's review first."""
    if country is None:
        return []
    query = _mine(scope).where(Hotline.country == country, Hotline.removed_on.is_(None))
    order = (
        Hotline.emergency,
        Hotline.reviewed_at.is_(None),
        Hotline.serves != "everyone",
        Hotline.name,
        Hotline.id,
    )
    return list(scope.session.scalars(query.order_by(*order)))


def every(scope: Scope) -> list[Hotline]:
    """All countries' that are in use."""
    return list(scope.session.scalars(_mine(scope).where(Hotline.removed_on.is_(None)).order_by(Hotline.id)))


def get(scope: Scope, hotline_id: int) -> Hotline:
    """One hotline.

    Raises:
        NotFound: not in this organization.
    """
    return scope.one(_mine(scope).where(Hotline.id == hotline_id, Hotline.removed_on.is_(None)), "hotline")


def names(scope: Scope) -> dict[int, str]:
    """Every hotline's name by id, also of those that are used no more."""
    query = select(Hotline.id, Hotline.name).where(Hotline.organization_id == scope.organization_id)
    return {hotline_id: name for hotline_id, name in scope.session.execute(query)}


def countries(scope: Scope) -> list[tuple[str, int, int]]:
    """Each country with the number of its entries, and of those reviewed."""
    query = (
        select(Hotline.country, func.count(), func.count(Hotline.reviewed_at))
        .where(Hotline.organization_id == scope.organization_id, Hotline.removed_on.is_(None))
        .group_by(Hotline.country)
        .order_by(Hotline.country)
    )
    return [(country, count, reviewed) for country, count, reviewed in scope.session.execute(query)]


def _mine(scope: Scope) -> Select[Hotline]:
    return select(Hotline).where(Hotline.organization_id == scope.organization_id)
