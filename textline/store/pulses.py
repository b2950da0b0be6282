"""Pulses: when a process that nobody asks anything was last alive."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from textline.store.base import Base, Everywhere


class Pulse(Base):
    """One process's."""

    __tablename__ = "pulses"

    name: Mapped[str] = mapped_column(unique=True)
    at: Mapped[datetime]


def beat(everywhere: Everywhere, name: str) -> None:
    """It is alive."""
    row = insert(Pulse).values(name=name, at=everywhere.now)
    everywhere.session.execute(
        row.on_conflict_do_update(index_elements=["name"], set_={"at": everywhere.now})
    )


def last(everywhere: Everywhere, name: str) -> datetime | None:
    """When it last said something; None: it never did."""
    return everywhere.session.scalar(select(Pulse.at).where(Pulse.name == name))


def silence(everywhere: Everywhere, name: str) -> timedelta | None:
    """How long it has said nothing; None: it never did."""
    at = last(everywhere, name)
    return everywhere.now - at if at else None
