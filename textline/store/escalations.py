"""Escalations: raised, acknowledged, resolved."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, Index, Select, false, func, or_, select, text
from sqlalchemy.orm import Mapped, mapped_column

from textline.rules.ownership import Owner
from textline.store import conversations
from textline.store.base import Base, Everywhere, Owned, Scope
from textline.store.conversations import Conversation
from textline.store.texters import Texter

# The one outcome of an escalation that says that there was none.
FALSE_ALARM = "false_alarm"
# And of one that was none to begin with.
DRILL = "drill"


class Escalation(Owned, Base):
    """A crisis that supervisors are alarmed about. `raised_by` None is the screen."""

    __tablename__ = "escalations"
    __table_args__ = (
        Index(
            "one_open_escalation",
            "conversation_id",
            unique=True,
            postgresql_where=text("resolved_at is null"),
        ),
    )

    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id"), index=True)
    level: Mapped[int]
    route: Mapped[str] = mapped_column(
        default="self", server_default="self"
    )  # whose danger, and of what kind
    # All that the screen has found in it; `route` is the gravest. None of them, where a person has raised it.
    routes: Mapped[list[str]] = mapped_column(default=list, server_default=text("'[]'"))
    raised_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    raised_at: Mapped[datetime]
    alarmed_at: Mapped[datetime | None]  # when it last rang: raised, graver, or its text did not arrive
    rang_for: Mapped[str | None]  # what made it ring anew; None: it has not
    reason_sealed: Mapped[str | None]  # why a person escalated, in the words of whoever said so last
    reason_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    waits_since: Mapped[datetime | None]  # since when nobody has acknowledged it, however often it rang since
    acknowledged_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    acknowledged_at: Mapped[datetime | None]
    resolved_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    resolved_at: Mapped[datetime | None]
    outcome: Mapped[str | None]
    note_sealed: Mapped[str | None]
    undelivered: Mapped[bool] = mapped_column(default=False)  # an automatic text of it did not arrive
    # Others may read the phone: no automatic text names a danger.
    discreet: Mapped[bool] = mapped_column(default=False, server_default=false())

    @property
    def rang(self) -> str:
        """When it last rang, as a page remembers it."""
        return (self.alarmed_at or self.raised_at).isoformat()

    @property
    def helped_by(self) -> str:
        """The route whose hotlines are named to the texter: what reads along may know of no other."""
        return "abuse" if self.discreet else self.route


def open_of(scope: Scope, conversation_id: int) -> Escalation | None:
    """A conversation's unresolved escalation, held until the transaction ends."""
    query = _mine(scope).where(
        Escalation.conversation_id == conversation_id, Escalation.resolved_at.is_(None)
    )
    return scope.session.scalar(query.with_for_update(key_share=True))


def with_conversation(scope: Scope, escalation_id: int) -> tuple[Escalation, Conversation]:
    """An escalation and its conversation, both held until the transaction ends.

    The conversation first, as everywhere: two that hold them in different orders would wait for each other.

    Raises:
        NotFound: not in this organization.
    """
    escalation = get(scope, escalation_id)
    conversation = conversations.get(scope, escalation.conversation_id, lock=True)
    scope.session.refresh(escalation, with_for_update={"key_share": True})
    return escalation, conversation


def get(scope: Scope, escalation_id: int) -> Escalation:
    """One escalation.

    Raises:
        NotFound: not in this organization.
    """
    return scope.one(_mine(scope).where(Escalation.id == escalation_id), "escalation")


def raise_(
    scope: Scope,
    conversation_id: int,
    level: int,
    by: int | None,
    route: str = "self",
    *,
    routes: Sequence[str] = (),
    discreet: bool = False,
) -> Escalation:
    """A new escalation; the caller has asked `open_of` under the conversation's lock."""
    escalation = Escalation(
        organization_id=scope.organization_id,
        conversation_id=conversation_id,
        level=level,
        route=route,
        routes=list(routes),
        discreet=discreet,
        raised_by=by,
        raised_at=scope.now,
        alarmed_at=scope.now,
        waits_since=scope.now,
    )
    scope.session.add(escalation)
    scope.session.flush()
    return escalation


def was_discreet(scope: Scope, texter_id: int) -> bool:
    """Whether others might read this texter's phone in an escalation before, unless that was a false alarm."""
    query = (
        _mine(scope)
        .join(Conversation, Conversation.id == Escalation.conversation_id)
        .where(
            Conversation.texter_id == texter_id,
            Escalation.discreet,
            Escalation.outcome.is_distinct_from(FALSE_ALARM),
        )
    )
    return scope.session.scalar(query.limit(1)) is not None


def forget_discreet(scope: Scope, texter_id: int) -> None:
    """Nobody else reads this texter's phone: in none of their escalations."""
    theirs = select(Conversation.id).where(Conversation.texter_id == texter_id)
    query = _mine(scope).where(Escalation.conversation_id.in_(theirs), Escalation.discreet)
    for one in scope.session.scalars(query):
        one.discreet = False


def open_of_texter(scope: Scope, texter_id: int) -> list[tuple[Escalation, Conversation]]:
    """A texter's open escalations on all lines, with their conversations, held until the transaction ends."""
    scope.flush()  # what else was changed of them must not be lost when they are read anew
    query = (
        _mine(scope)
        .join(Conversation, Conversation.id == Escalation.conversation_id)
        .where(Conversation.texter_id == texter_id, Escalation.resolved_at.is_(None))
    )
    found = scope.session.scalars(query.order_by(Escalation.conversation_id)).all()
    return [with_conversation(scope, one.id) for one in found]


def unreachable(everywhere: Everywhere) -> list[tuple[int, int, datetime]]:
    """Organization, conversation and time of open escalations of whom no text reaches. A drill's texter is nobody."""
    query = (
        select(Conversation.organization_id, Conversation.id, Escalation.raised_at)
        .join(Escalation, Escalation.conversation_id == Conversation.id)
        .join(Texter, Texter.id == Conversation.texter_id)
        .where(
            Escalation.resolved_at.is_(None),
            ~Texter.drill,
            or_(Texter.opted_out_at.is_not(None), ~Texter.answerable),
        )
    )
    return [(row[0], row[1], row[2]) for row in everywhere.session.execute(query)]


def unresolved(scope: Scope) -> list[Escalation]:
    """All that are not resolved: unacknowledged first, a drill's after those of people, then gravest, then oldest."""
    query = (
        _mine(scope)
        .join(Conversation, Conversation.id == Escalation.conversation_id)
        .join(Texter, Texter.id == Conversation.texter_id)
        .where(Escalation.resolved_at.is_(None))
    )
    order = (
        Escalation.acknowledged_at.is_not(None),
        Texter.drill,
        Escalation.level.desc(),
        Escalation.raised_at,
    )
    return list(scope.session.scalars(query.order_by(*order)))


@dataclass(frozen=True)
class Unacknowledged:
    """An escalation that nobody has acknowledged `since` then; it last rang at `rang`."""

    organization_id: int
    id: int
    conversation_id: int
    since: datetime
    rang: datetime


def unacknowledged(everywhere: Everywhere) -> list[Unacknowledged]:
    """All of them, in all organizations."""
    query = select(
        Escalation.organization_id,
        Escalation.id,
        Escalation.conversation_id,
        func.coalesce(Escalation.waits_since, Escalation.raised_at),
        func.coalesce(Escalation.alarmed_at, Escalation.raised_at),
    ).where(Escalation.resolved_at.is_(None), Escalation.acknowledged_at.is_(None))
    return [Unacknowledged(*row) for row in everywhere.session.execute(query)]


def nobodys(everywhere: Everywhere, for_: timedelta) -> list[tuple[int, int, datetime]]:
    """Organization, conversation and last text of whoever nobody has, though somebody has acknowledged their
    escalation. While nobody has, that is the alarm."""
    query = (
        select(Conversation.organization_id, Conversation.id, Conversation.last_text_at)
        .join(Escalation, Escalation.conversation_id == Conversation.id)
        .where(
            Escalation.resolved_at.is_(None),
            Escalation.acknowledged_at < everywhere.now - for_,
            Conversation.state.in_([Owner.WAITING, Owner.OFFERED]),
            Conversation.waiting_since < everywhere.now - for_,
        )
    )
    return [(row[0], row[1], row[2]) for row in everywhere.session.execute(query)]


def latest(scope: Scope, conversation_id: int) -> Escalation | None:
    """A conversation's newest escalation, resolved or not."""
    query = (
        _mine(scope)
        .where(Escalation.conversation_id == conversation_id)
        .order_by(Escalation.id.desc())
        .limit(1)
    )
    return scope.session.scalar(query)


def _mine(scope: Scope) -> Select[Escalation]:
    return select(Escalation).where(Escalation.organization_id == scope.organization_id)


def counts(everywhere: Everywhere) -> dict[str, int]:
    """How many escalations are open, by state, in all organizations."""
    acknowledged = Escalation.acknowledged_at.is_not(None)
    query = select(acknowledged, func.count()).where(Escalation.resolved_at.is_(None)).group_by(acknowledged)
    return {"acknowledged" if seen else "raised": count for seen, count in everywhere.session.execute(query)}
