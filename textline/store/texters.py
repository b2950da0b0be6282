"""Texters. A number is sealed, and found through its keyed hash; everybody else sees a pseudonym."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import UniqueConstraint, false, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from textline.rules.drill import is_drill
from textline.rules.pseudonyms import pseudonym
from textline.store.base import Base, Everywhere, Owned, Scope


class Texter(Owned, Base):
    """Somebody who texted. `answerable` is False for senders that cannot be texted back, such as short codes."""

    __tablename__ = "texters"
    __table_args__ = (UniqueConstraint("organization_id", "number_hash"),)

    number_hash: Mapped[str]
    number_sealed: Mapped[str]
    country: Mapped[str | None]
    answerable: Mapped[bool] = mapped_column(default=True)
    drill: Mapped[bool] = mapped_column(default=False, server_default=false())  # nobody is behind it
    opted_out_at: Mapped[datetime | None]
    blocked_until: Mapped[datetime | None]
    opted_in_at: Mapped[datetime | None]  # when they last sent START
    block_reason_sealed: Mapped[str | None]
    created_at: Mapped[datetime]

    @property
    def pseudonym(self) -> str:
        """The name under which volunteers know them."""
        return pseudonym(self.id)


def locked_all(
    scope: Scope, numbers: Mapping[str, tuple[str | None, bool]], *, wait: bool = True
) -> dict[str, Texter]:
    """The texters with these numbers, new or known, held until the transaction ends; by number.

    Without `wait`, only those whom nobody else holds. `numbers` gives for each the country and whether it can be
    texted, for those that are new. The locks make whatever is done for one texter happen in turn, however many
    workers run; they are taken in one order, so that nobody waits in a circle.
    """
    hashes = {scope.seal.hash("texter", number): number for number in numbers}
    found = _locked(scope, list(hashes), wait=wait)
    held = (
        set() if wait else _known(scope, [number_hash for number_hash in hashes if number_hash not in found])
    )
    missing = [
        number_hash for number_hash in sorted(hashes) if number_hash not in found and number_hash not in held
    ]
    if missing:
        rows = [
            {
                "organization_id": scope.organization_id,
                "number_hash": number_hash,
                "number_sealed": scope.seal.close(hashes[number_hash]),
                "country": numbers[hashes[number_hash]][0],
                "answerable": numbers[hashes[number_hash]][1],
                # Whoever only calls themself so is no phone number, and so not answerable: their crisis is real.
                "drill": numbers[hashes[number_hash]][1] and is_drill(hashes[number_hash]),
                "created_at": scope.now,
            }
            for number_hash in missing
        ]
        new = insert(Texter).on_conflict_do_nothing(index_elements=["organization_id", "number_hash"])
        scope.session.execute(new, rows)
        found |= _locked(scope, missing, wait=wait)
    return {hashes[number_hash]: texter for number_hash, texter in found.items()}


def _locked(scope: Scope, hashes: Sequence[str], *, wait: bool) -> dict[str, Texter]:
    query = select(Texter).where(
        Texter.organization_id == scope.organization_id, Texter.number_hash.in_(hashes)
    )
    rows = query.order_by(Texter.number_hash).with_for_update(key_share=True, skip_locked=not wait)
    return {texter.number_hash: texter for texter in scope.session.scalars(rows)}


def _known(scope: Scope, hashes: Sequence[str]) -> set[str]:
    query = select(Texter.number_hash).where(
        Texter.organization_id == scope.organization_id, Texter.number_hash.in_(hashes)
    )
    return set(scope.session.scalars(query)) if hashes else set()


def get(scope: Scope, texter_id: int, *, lock: bool = False) -> Texter:
    """One texter; with `lock`, held until the transaction ends.

    Raises:
        NotFound: not in this organization.
    """
    query = select(Texter).where(Texter.organization_id == scope.organization_id, Texter.id == texter_id)
    return scope.one(query.with_for_update(key_share=True) if lock else query, "texter")


def known(scope: Scope, number: str) -> Texter | None:
    """The texter with this number, if they have ever texted."""
    query = select(Texter).where(
        Texter.organization_id == scope.organization_id,
        Texter.number_hash == scope.seal.hash("texter", number),
    )
    return scope.session.scalar(query)


def reachable(scope: Scope, texter_ids: Sequence[int]) -> set[int]:
    """Which of these can be texted: they have not opted out, and their number takes texts."""
    query = select(Texter.id).where(
        Texter.organization_id == scope.organization_id,
        Texter.id.in_(texter_ids),
        Texter.answerable,
        Texter.opted_out_at.is_(None),
    )
    return set(scope.session.scalars(query))


def number(scope: Scope, texter: Texter) -> str:
    """The texter's number, for sending only: nobody is shown it."""
    return scope.seal.open(texter.number_sealed)


def some_sealed(everywhere: Everywhere) -> list[str]:
    """The oldest and the newest sealed number, to see whether the keys still open them."""
    oldest = select(Texter.number_sealed).order_by(Texter.id).limit(1)
    newest = select(Texter.number_sealed).order_by(Texter.id.desc()).limit(1)
    return [*everywhere.session.scalars(oldest), *everywhere.session.scalars(newest)]
