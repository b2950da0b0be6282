"""What every table shares, and the two scopes of a query."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

from sqlalchemy import BigInteger, DateTime, Enum, ForeignKey, Identity, MetaData, Select, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from textline.errors import NotFound
from textline.seal import Seal

T = TypeVar("T")
# A transaction's limit that runs already is not changed, only ended and begun anew. Before 17 there is none.
_BE_BRIEF = text(
    "select set_config('lock_timeout', :patience, true), "
    "case when current_setting('transaction_timeout', true) is null then null "
    "when set_config('transaction_timeout', '0', true) is not null then "
    "set_config('transaction_timeout', :limit, true) end"
)


class Base(DeclarativeBase):
    """The record's tables."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 (SQLAlchemy's own way of saying it)
        datetime: DateTime(timezone=True),
        int: BigInteger,
        str: Text,
        dict[str, Any]: JSONB,
        list[str]: JSONB,
        # As text under a check constraint: a native type cannot lose a value in a migration.
        StrEnum: Enum(
            StrEnum,
            native_enum=False,
            create_constraint=True,
            length=20,
            values_callable=lambda kind: [str(word) for word in kind],
        ),
    }

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)


class Owned:
    """A row that belongs to an organization."""

    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"), index=True)


@dataclass
class Everywhere:
    """All organizations: for sweeps, and for finding out to whom something belongs."""

    session: Session
    seal: Seal
    now: datetime

    def be_brief(self, patience_s: float, limit_s: float) -> None:
        """In this transaction, wait no longer than `patience_s` for what somebody else holds, and hold nothing longer
        than `limit_s` from now.
        """
        limits = {"patience": f"{int(patience_s * 1000)}ms", "limit": f"{int(limit_s * 1000)}ms"}
        self.session.execute(_BE_BRIEF, limits)

    def gathering(self) -> AbstractContextManager[object]:
        """Inside, what is changed in many rows is written together at the end, and not before each query.

        Whoever asks for what they have just changed must flush first.
        """
        return self.session.no_autoflush

    def one(self, query: Select[T], noun: str) -> T:
        """What a query finds.

        Raises:
            NotFound: nothing; "There is no such" noun.
        """
        found = self.session.scalar(query)
        if found is None:
            raise NotFound(f"There is no such {noun}.")
        return found

    def flush(self) -> None:
        """Write what was changed so far, so that what is new has its id."""
        self.session.flush()

    def within(self, organization_id: int) -> "Scope":
        """One organization's rows, in the same transaction."""
        return Scope(self.session, self.seal, self.now, organization_id)


@dataclass
class Scope(Everywhere):
    """One organization's rows: no query with this scope reaches another's."""

    organization_id: int
