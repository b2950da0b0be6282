"""Handoffs to somebody else, and the telephones that are rung for them."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, Index, Select, and_, func, or_, select, text
from sqlalchemy.orm import Mapped, mapped_column

from textline.errors import NotFound
from textline.rules.handoff import Kind, Party, State
from textline.store import escalations
from textline.store.base import Base, Everywhere, Owned, Scope
from textline.store.escalations import Escalation

_LIVE = ("due", "asked", "ringing", "joined")


class Handoff(Owned, Base):
    """A texter handed to somebody else, in an escalation.

    `by` None: the texter asked for it themself. `message_id` is the text that offers it, or is it.
    """

    __tablename__ = "handoffs"

    escalation_id: Mapped[int] = mapped_column(ForeignKey("escalations.id"), index=True)
    kind: Mapped[Kind] = mapped_column(default=Kind.TEXT, server_default=Kind.TEXT)
    state: Mapped[State] = mapped_column(default=State.UNDER_WAY, server_default=State.UNDER_WAY)
    hotline_id: Mapped[int | None] = mapped_column(ForeignKey("hotlines.id"))
    message_id: Mapped[int | None] = mapped_column(ForeignKey("messages.id"))
    by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    at: Mapped[datetime]
    changed_at: Mapped[datetime | None]
    consent_sealed: Mapped[str | None]  # the texter's own words, or what was heard from them
    reason_sealed: Mapped[str | None]  # why it goes on without consent
    to_sealed: Mapped[str | None]  # of a referral: to whom
    summary_sealed: Mapped[str | None]  # and what they are told
    note_sealed: Mapped[str | None]  # what came of it


class Leg(Owned, Base):
    """A telephone rung for a handoff. `state`: due, asked (of Twilio), ringing, joined, ended."""

    __tablename__ = "legs"
    __table_args__ = (Index("legs_due", "next_try_at", postgresql_where=text("state = 'due'")),)

    handoff_id: Mapped[int] = mapped_column(ForeignKey("handoffs.id"), index=True)
    party: Mapped[Party]
    hotline_id: Mapped[int | None] = mapped_column(ForeignKey("hotlines.id"))
    number_sealed: Mapped[str | None]  # of a supervisor, who says where to ring them
    state: Mapped[str] = mapped_column(default="due")
    sid: Mapped[str | None]
    at: Mapped[datetime]
    next_try_at: Mapped[datetime]
    changed_at: Mapped[datetime]


def add(
    scope: Scope, escalation_id: int, kind: Kind, state: State, by: int | None, *,
    hotline_id: int | None = None, message_id: int | None = None, to: str | None = None, summary: str | None = None,
) -> Handoff:  # fmt: skip
    """Record a handoff."""
    close = scope.seal.close
    handoff = Handoff(
        organization_id=scope.organization_id, escalation_id=escalation_id, kind=kind, state=state, by=by, at=scope.now,
        changed_at=scope.now, hotline_id=hotline_id, message_id=message_id,
        to_sealed=close(to) if to else None, summary_sealed=close(summary) if summary else None,
    )  # fmt: skip
    scope.session.add(handoff)
    scope.session.flush()
    return handoff


def of_escalation(scope: Scope, escalation_id: int) -> list[Handoff]:
    """The handoffs of an escalation, oldest first."""
    query = _mine(scope).where(Handoff.escalation_id == escalation_id)
    return list(scope.session.scalars(query.order_by(Handoff.id)))


def offered(scope: Scope, conversation_id: int) -> Handoff | None:
    """The latest handoff of an open escalation that waits for the texter's answer."""
    query = _of_open(scope, conversation_id).where(Handoff.state == State.OFFERED)
    return scope.session.scalar(query.order_by(Handoff.id.desc()).limit(1))


def calls_of(scope: Scope, conversation_id: int) -> list[Handoff]:
    """The calls made in a conversation's open escalation, oldest first."""
    return list(
        scope.session.scalars(
            _of_open(scope, conversation_id).where(Handoff.kind == Kind.CALL).order_by(Handoff.id)
        )
    )


def get(scope: Scope, handoff_id: int) -> Handoff:
    """One handoff.

    Raises:
        NotFound: not in this organization.
    """
    handoff = scope.session.scalar(_mine(scope).where(Handoff.id == handoff_id))
    if handoff is None:
        raise NotFound("There is no such handoff.")
    return handoff


def ring(
    scope: Scope, handoff: Handoff, party: Party, *, hotline_id: int | None = None, number: str | None = None
) -> None:
    """Have a telephone rung."""
    scope.session.add(
        Leg(
            organization_id=scope.organization_id, handoff_id=handoff.id, party=party, hotline_id=hotline_id,
            number_sealed=scope.seal.close(number) if number else None,
            at=scope.now, next_try_at=scope.now, changed_at=scope.now,
        )
    )  # fmt: skip
    scope.session.flush()


def legs(scope: Scope, handoff_id: int) -> list[Leg]:
    """All telephones of a handoff, oldest first."""
    query = select(Leg).where(Leg.organization_id == scope.organization_id, Leg.handoff_id == handoff_id)
    return list(scope.session.scalars(query.order_by(Leg.id)))


def live(scope: Scope, handoff_id: int) -> list[Leg]:
    """Those that ring, or whose owner is in the call."""
    return [leg for leg in legs(scope, handoff_id) if leg.state in _LIVE]


def leg(scope: Scope, leg_id: int) -> Leg:
    """One telephone.

    Raises:
        NotFound: not in this organization.
    """
    found = scope.session.scalar(
        select(Leg).where(Leg.organization_id == scope.organization_id, Leg.id == leg_id)
    )
    if found is None:
        raise NotFound("There is no such call.")
    return found


def as_they_are(scope: Scope, leg_id: int) -> tuple[Leg, Handoff]:
    """A telephone and its handoff, read anew: the caller holds the conversation, and whoever held it has changed them."""
    found = leg(scope, leg_id)
    handoff = get(scope, found.handoff_id)
    scope.session.refresh(found)
    scope.session.refresh(handoff)
    return found, handoff


@dataclass(frozen=True)
class Claimed:
    """A telephone to be rung now."""

    organization_id: int
    leg_id: int


def claim(everywhere: Everywhere) -> Claimed | None:
    """The next telephone that is due, marked as asked for: committed before Twilio is asked, so it is asked once."""
    query = select(Leg).where(Leg.state == "due", Leg.next_try_at <= everywhere.now)
    found = everywhere.session.scalar(query.order_by(Leg.id).limit(1).with_for_update(skip_locked=True))
    if found is None:
        return None
    found.state, found.changed_at = "asked", everywhere.now
    return Claimed(found.organization_id, found.id)


def silent(everywhere: Everywhere, asked: timedelta, ringing: timedelta, joined: timedelta) -> list[Claimed]:
    """Telephones of which nothing has been heard for longer than their state can last."""
    now = everywhere.now
    limits = (("asked", asked), ("ringing", ringing), ("joined", joined))
    query = select(Leg.organization_id, Leg.id)
    found: list[Claimed] = []
    for state, limit in limits:
        rows = everywhere.session.execute(query.where(Leg.state == state, Leg.changed_at < now - limit))
        found += [Claimed(*row) for row in rows]
    return found


def left_over(everywhere: Everywhere, after: timedelta) -> list[Claimed]:
    """Telephones whose owner is in the call of a handoff that has been over for so long."""
    over = (State.NO_ANSWER, State.FAILED, State.HELPED, State.DECLINED)
    query = (
        select(Leg.organization_id, Leg.id)
        .join(Handoff, Handoff.id == Leg.handoff_id)
        .where(Leg.state.in_(_LIVE), Handoff.state.in_(over), Handoff.changed_at < everywhere.now - after)
    )
    return [Claimed(*row) for row in everywhere.session.execute(query)]


def waiting_for_a_person(
    everywhere: Everywhere, agreed: timedelta, under_way: timedelta
) -> list[tuple[int, int, datetime]]:
    """Organization, conversation and time of handoffs of open escalations that nobody has gone on with for so long:
    agreed to and not begun, or begun, and nobody has said what came of it."""
    since = func.coalesce(Handoff.changed_at, Handoff.at)
    late = or_(
        and_(Handoff.state == State.AGREED, since < everywhere.now - agreed),
        and_(Handoff.state.in_((State.UNDER_WAY, State.CONNECTED)), since < everywhere.now - under_way),
    )
    query = (
        select(Handoff.organization_id, Escalation.conversation_id, func.min(since))
        .join(Escalation, Escalation.id == Handoff.escalation_id)
        .where(Escalation.resolved_at.is_(None), Handoff.kind != Kind.TEXT, late)
    )
    grouped = query.group_by(Handoff.organization_id, Escalation.conversation_id)
    return [(row[0], row[1], row[2]) for row in everywhere.session.execute(grouped)]


def whose(everywhere: Everywhere, leg_id: int) -> int | None:
    """The organization of a telephone."""
    return everywhere.session.scalar(select(Leg.organization_id).where(Leg.id == leg_id))


def _mine(scope: Scope) -> Select[Handoff]:
    return select(Handoff).where(Handoff.organization_id == scope.organization_id)


def _of_open(scope: Scope, conversation_id: int) -> Select[Handoff]:
    open_ = escalations.open_of(scope, conversation_id)
    return _mine(scope).where(Handoff.escalation_id == (open_.id if open_ else 0))


def conversation_of(scope: Scope, handoff: Handoff) -> int:
    """The conversation that a handoff belongs to."""
    query = select(Escalation.conversation_id).where(Escalation.id == handoff.escalation_id)
    return scope.session.scalars(query).one()
