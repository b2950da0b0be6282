"""Lines: support numbers with their hours, holidays and own wordings."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import ForeignKey, SmallInteger, UniqueConstraint, delete, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from textline.rules import pace
from textline.rules.hours import Hours, Opening
from textline.store.base import Base, Everywhere, Owned, Scope


class Line(Owned, Base):
    """A support number. It is public, so it is not sealed; `connected_at` says since when Twilio sends its texts here."""

    __tablename__ = "lines"

    name: Mapped[str]
    number: Mapped[str] = mapped_column(unique=True)
    country: Mapped[str]
    language: Mapped[str]
    timezone: Mapped[str]
    connected_at: Mapped[datetime | None]
    read_at: Mapped[datetime | None]  # when Twilio's log was last read
    reconciled_at: Mapped[datetime | None]  # up to when all of Twilio's log is in the record
    created_at: Mapped[datetime]
    segments_per_second: Mapped[float] = mapped_column(server_default=text("1"))
    clear_at: Mapped[datetime | None]  # when Twilio will have sent what it was given


class LineHours(Base):
    """One opening in a line's week."""

    __tablename__ = "line_hours"

    line_id: Mapped[int] = mapped_column(ForeignKey("lines.id"), index=True)
    weekday: Mapped[int] = mapped_column(SmallInteger)
    opens: Mapped[time]
    closes: Mapped[time]


class Holiday(Base):
    """A day on which a line does not open."""

    __tablename__ = "holidays"
    __table_args__ = (UniqueConstraint("line_id", "day"),)

    line_id: Mapped[int] = mapped_column(ForeignKey("lines.id"))
    day: Mapped[date]


class Wording(Base):
    """An organization's own wording of an automatic text."""

    __tablename__ = "wordings"
    __table_args__ = (UniqueConstraint("line_id", "language", "name"),)

    line_id: Mapped[int] = mapped_column(ForeignKey("lines.id"))
    language: Mapped[str]
    name: Mapped[str]
    body: Mapped[str]


def add(scope: Scope, name: str, number: str, country: str, language: str, timezone: str) -> Line:
    """A new line."""
    line = Line(
        organization_id=scope.organization_id,
        name=name,
        number=number,
        country=country,
        language=language,
        timezone=timezone,
        created_at=scope.now,
        segments_per_second=pace.usual(number),
    )
    scope.session.add(line)
    scope.session.flush()
    return line


def by_number(everywhere: Everywhere, number: str) -> Line | None:
    """The line that has this number, in whichever organization."""
    return everywhere.session.scalar(select(Line).where(Line.number == number))


def get(scope: Scope, line_id: int) -> Line:
    """One line.

    Raises:
        NotFound: not in this organization.
    """
    query = select(Line).where(Line.organization_id == scope.organization_id, Line.id == line_id)
    return scope.one(query, "line")


def every(scope: Scope) -> list[Line]:
    """The organization's lines, oldest first."""
    query = select(Line).where(Line.organization_id == scope.organization_id).order_by(Line.id)
    return list(scope.session.scalars(query))


def reserve(scope: Scope, line_id: int, segments: int) -> datetime:
    """Take the line's next turn to send so many segments; gives when, which may be now."""
    query = select(Line).where(Line.organization_id == scope.organization_id, Line.id == line_id)
    held = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    line = scope.session.scalars(held).one()
    leaves_at, line.clear_at = pace.slot(line.clear_at, scope.now, segments, line.segments_per_second)
    return leaves_at


def everywhere(scope: Everywhere) -> list[Line]:
    """All organizations' lines, oldest first."""
    return list(scope.session.scalars(select(Line).order_by(Line.id)))


def hours(scope: Scope, line: Line) -> Hours:
    """The line's week, for the rule."""
    openings = scope.session.scalars(
        select(LineHours).where(LineHours.line_id == line.id).order_by(LineHours.weekday, LineHours.opens)
    )
    days = scope.session.scalars(select(Holiday.day).where(Holiday.line_id == line.id).order_by(Holiday.day))
    return Hours(
        ZoneInfo(line.timezone), [Opening(o.weekday, o.opens, o.closes) for o in openings], list(days)
    )


def set_hours(scope: Scope, line: Line, openings: list[Opening]) -> None:
    """Replace the line's week."""
    scope.session.execute(delete(LineHours).where(LineHours.line_id == line.id))
    scope.session.add_all(
        LineHours(line_id=line.id, weekday=o.weekday, opens=o.opens, closes=o.closes) for o in openings
    )


def set_holidays(scope: Scope, line: Line, days: list[date]) -> None:
    """Replace the line's holidays."""
    scope.session.execute(delete(Holiday).where(Holiday.line_id == line.id))
    scope.session.add_all(Holiday(line_id=line.id, day=day) for day in sorted(set(days)))


def wordings(scope: Scope, line: Line) -> dict[str, str]:
    """The organization's own wordings in the line's language, by name."""
    query = select(Wording.name, Wording.body).where(
        Wording.line_id == line.id, Wording.language == line.language
    )
    return {name: body for name, body in scope.session.execute(query)}


def set_wording(scope: Scope, line: Line, name: str, body: str | None) -> None:
    """Keep an own wording in the line's language; None goes back to the shipped one."""
    mine = (Wording.line_id == line.id, Wording.language == line.language, Wording.name == name)
    if body is None:
        scope.session.execute(delete(Wording).where(*mine))
        return
    row = insert(Wording).values(line_id=line.id, language=line.language, name=name, body=body)
    scope.session.execute(
        row.on_conflict_do_update(index_elements=["line_id", "language", "name"], set_={"body": body})
    )
