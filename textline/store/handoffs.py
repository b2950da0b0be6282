"""Handoffs to somebody else, and the telephones that are rung for them."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, Index, Select, and_, func, or_, select, text, update
from sqlalchemy.orm import Mapped, mapped_column

from textline.rules.handoff import Kind, Party, State
from textline.store import escalations
from textline.store.base import Base, Everywhere, Owned, Scope
from textline.store.conversations import Conversation
from textline.store.escalations import Escalation

_LIVE = ("due", "asked", "ringing", "joined", "leaving")


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
    room: Mapped[str | None]  # of the call that is made: nobody of an earlier one is in it
    consent_sealed: Mapped[str | None]  # the texter's own words, or what was heard from them
    reason_sealed: Mapped[str | None]  # why it goes on without consent
    to_sealed: Mapped[str | None]  # of a referral: to whom
    summary_sealed: Mapped[str | None]  # and what they are told
    note_sealed: Mapped[str | None]  # what came of it


class Leg(Owned, Base):
    """A telephone rung for a handoff. `state`: due, asked (of Twilio), ringing, joined, leaving, ended.

    Of one that leaves nothing more is wanted than its end.
    """

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
    instead_of: Handoff | None = None,
) -> Handoff:  # fmt: skip
    """Record a handoff; `instead_of` an offer of which the texter never heard."""
    close = scope.seal.close
    handoff = instead_of or Handoff(
        organization_id=scope.organization_id, escalation_id=escalation_id, kind=kind
    )
    handoff.state, handoff.by, handoff.at, handoff.changed_at = state, by, scope.now, scope.now
    handoff.hotline_id, handoff.message_id = hotline_id, message_id
    handoff.to_sealed = close(to) if to else None
    handoff.summary_sealed = close(summary) if summary else None
    scope.session.add(handoff)
    scope.session.flush()
    return handoff


def of_escalation(scope: Scope, escalation_id: int) -> list[Handoff]:
    """The handoffs of an escalation, oldest first."""
    query = _mine(scope).where(Handoff.escalation_id == escalation_id)
    return list(scope.session.scalars(query.order_by(Handoff.id)))


def of_conversation(scope: Scope, conversation_id: int) -> list[Handoff]:
    """The handoffs of a conversation's open escalation, the latest first."""
    scope.flush()  # within a batch nothing is written before it is asked for
    return list(scope.session.scalars(_of_open(scope, conversation_id).order_by(Handoff.id.desc())))


def of_message(scope: Scope, message_id: int) -> Handoff | None:
    """The handoff that a text was to make."""
    return scope.session.scalar(_mine(scope).where(Handoff.message_id == message_id))


def with_conversation(scope: Scope, handoff_id: int) -> tuple[Handoff, Escalation, Conversation]:
    """A handoff as it is once its conversation is held until the transaction ends.

    Raises:
        NotFound: not in this organization.
    """
    handoff = get(scope, handoff_id)
    escalation, conversation = escalations.with_conversation(scope, handoff.escalation_id)
    scope.session.refresh(handoff)
    return handoff, escalation, conversation


def self_asked(scope: Scope, since: datetime, texter_id: int | None = None) -> int:
    """How many calls texters have asked for by themselves since then; all, or one texter's."""
    query = (
        select(func.count())
        .select_from(Handoff)
        .join(Escalation, Escalation.id == Handoff.escalation_id)
        .join(Conversation, Conversation.id == Escalation.conversation_id)
        .where(Handoff.organization_id == scope.organization_id, Handoff.kind == Kind.CALL)
        .where(Handoff.by.is_(None), Handoff.at >= since)
    )
    mine = query if texter_id is None else query.where(Conversation.texter_id == texter_id)
    return scope.session.scalar(mine) or 0


def get(scope: Scope, handoff_id: int) -> Handoff:
    """One handoff.

    Raises:
        NotFound: not in this organization.
    """
    return scope.one(_mine(scope).where(Handoff.id == handoff_id), "handoff")


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
    """One telephone as it is now: whoever held its conversation may have changed it.

    Raises:
        NotFound: not in this organization.
    """
    query = select(Leg).where(Leg.organization_id == scope.organization_id, Leg.id == leg_id)
    return scope.one(query.execution_options(populate_existing=True), "call")


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


def rings(scope: Scope, leg_id: int, sid: str | None = None) -> None:
    """A telephone that was asked for rings: whatever has been told of it since counts for more."""
    mine = (Leg.organization_id == scope.organization_id, Leg.id == leg_id)
    if sid:
        scope.session.execute(update(Leg).where(*mine, Leg.sid.is_(None)).values(sid=sid))
    heard = {"state": "ringing", "changed_at": scope.now}
    scope.session.execute(update(Leg).where(*mine, Leg.state == "asked").values(heard))


def put_off(scope: Scope, leg_id: int, until: datetime) -> None:
    """A telephone that could not be asked for is to be rung then, unless it is wanted no more."""
    mine = (Leg.organization_id == scope.organization_id, Leg.id == leg_id, Leg.state == "asked")
    scope.session.execute(update(Leg).where(*mine).values(state="due", next_try_at=until))


def release(scope: Scope, handoff_id: int) -> list[Leg]:
    """A call is over: nobody is rung any more, and whoever rings or is in it leaves. Gives those."""
    leaving = []
    for leg in live(scope, handoff_id):
        leg.changed_at = leg.next_try_at = scope.now
        if leg.state == "due":
            leg.state = "ended"
        else:
            leg.state = "leaving"
            leaving.append(leg)
    return leaving


@dataclass(frozen=True)
class Quiet(Claimed):
    """A telephone of which nothing was heard for a while, and which Twilio can be asked about by its `sid`."""

    state: str
    sid: str | None


def quiet(everywhere: Everywhere, lost: timedelta, ask_again: timedelta) -> list[Quiet]:
    """Telephones to be asked about, or given up: each is named again after a while."""
    now = everywhere.now
    asked = and_(Leg.state == "asked", Leg.changed_at < now - lost)
    others = and_(Leg.state.in_(("ringing", "joined", "leaving")), Leg.next_try_at < now - ask_again)
    query = update(Leg).where(or_(asked, others)).values(next_try_at=now)
    rows = everywhere.session.execute(query.returning(Leg.organization_id, Leg.id, Leg.state, Leg.sid))
    return [Quiet(*row) for row in rows]


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
        select(Handoff.organization_id, Escalation.conversation_id, func.max(since))
        .join(Escalation, Escalation.id == Handoff.escalation_id)
        .where(Escalation.resolved_at.is_(None), late)
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
