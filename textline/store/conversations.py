"""Conversations, and who has each of them."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import CheckConstraint, ForeignKey, Index, Select, func, insert, select, text, update
from sqlalchemy.orm import Mapped, mapped_column

from textline.errors import Conflict
from textline.rules.levels import Level
from textline.rules.ownership import HELD, Owner, may_become
from textline.store.base import Base, Everywhere, Owned, Scope
from textline.store.organizations import Organization
from textline.store.texters import Texter

_HELD = ", ".join(f"'{state}'" for state in sorted(HELD))


class Conversation(Owned, Base):
    """One exchange between a texter and a line, from the first text to the disposition.

    `said` names the automatic texts that go once only; `waiting_since` is set while nobody has it.
    """

    __tablename__ = "conversations"
    __table_args__ = (
        Index(
            "one_open_conversation",
            "texter_id",
            "line_id",
            unique=True,
            postgresql_where=text("state <> 'closed'"),
        ),
        Index("conversations_of_an_owner", "owner_id", postgresql_where=text("state <> 'closed'")),
        Index("open_conversations", "organization_id", "state", postgresql_where=text("state <> 'closed'")),
        CheckConstraint(f"(owner_id is not null) = (state in ({_HELD}))", name="owner_fits_state"),
        CheckConstraint(
            "(waiting_since is not null) = (state in ('waiting', 'offered'))", name="waits_since"
        ),
        CheckConstraint("(closed_at is not null) = (state = 'closed')", name="closed_at_fits_state"),
    )

    line_id: Mapped[int] = mapped_column(ForeignKey("lines.id"))
    texter_id: Mapped[int] = mapped_column(ForeignKey("texters.id"), index=True)
    state: Mapped[Owner]
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    level: Mapped[int] = mapped_column(default=0)
    opened_at: Mapped[datetime]
    waiting_since: Mapped[datetime | None]
    last_text_at: Mapped[datetime]
    unanswered_since: Mapped[datetime | None]
    returned_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    returned_at: Mapped[datetime | None]
    said: Mapped[list[str]] = mapped_column(default=list)
    language: Mapped[str | None]  # of the texter, once their texts have told
    closed_at: Mapped[datetime | None]
    disposition: Mapped[str | None]
    note_sealed: Mapped[str | None]

    @property
    def grave(self) -> Level:
        """The level as the rules know it."""
        return Level(self.level)


def open_of_all(scope: Scope, line_id: int, texter_ids: Sequence[int]) -> dict[int, Conversation]:
    """The texters' open conversations on a line, held until the transaction ends; by texter.

    Whoever holds several conversations takes them in the order of their ids, so that nobody waits in a circle.
    """
    query = _mine(scope).where(
        Conversation.texter_id.in_(texter_ids),
        Conversation.line_id == line_id,
        Conversation.state != Owner.CLOSED,
    )
    held = query.order_by(Conversation.id).with_for_update(key_share=True)
    found = scope.session.scalars(held.execution_options(populate_existing=True))
    return {conversation.texter_id: conversation for conversation in found}


def begin_all(scope: Scope, line_id: int, texters: Mapping[int, datetime]) -> list[Conversation]:
    """New conversations, waiting since each texter's instant."""
    if not texters:
        return []
    rows = [
        {
            "organization_id": scope.organization_id,
            "texter_id": texter_id,
            "line_id": line_id,
            "state": Owner.WAITING,
            "opened_at": at,
            "waiting_since": at,
            "last_text_at": at,
            "level": 0,
            "said": [],
        }
        for texter_id, at in texters.items()
    ]
    return list(scope.session.scalars(insert(Conversation).returning(Conversation), rows))


def get(scope: Scope, conversation_id: int, *, lock: bool = False) -> Conversation:
    """One conversation; with `lock`, held until the transaction ends.

    Raises:
        NotFound: not in this organization.
    """
    query = _mine(scope).where(Conversation.id == conversation_id)
    if lock:
        query = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    return scope.one(query, "conversation")


def texters_of(scope: Scope, conversation_ids: Sequence[int]) -> list[tuple[int, int]]:
    """Each of these conversations with its texter."""
    query = select(Conversation.id, Conversation.texter_id).where(
        Conversation.organization_id == scope.organization_id, Conversation.id.in_(conversation_ids)
    )
    return [(row[0], row[1]) for row in scope.session.execute(query)]


def latest_of(scope: Scope, texter_id: int) -> Conversation | None:
    """A texter's latest conversation, open or closed."""
    query = _mine(scope).where(Conversation.texter_id == texter_id).order_by(Conversation.id.desc())
    return scope.session.scalar(query.limit(1))


def unanswered(everywhere: Everywhere) -> list[tuple[int, int]]:
    """Organization and conversation of every texter who has waited longer than the organization wants."""
    limit = func.make_interval(0, 0, 0, 0, 0, 0, Organization.answer_within_s)
    query = (
        select(Conversation.organization_id, Conversation.id)
        .join(Organization, Organization.id == Conversation.organization_id)
        .where(
            Conversation.state.not_in([Owner.CLOSED, Owner.HANDED_OFF]),
            Conversation.unanswered_since < everywhere.now - limit,
        )
    )
    return [(row[0], row[1]) for row in everywhere.session.execute(query)]


def quiet_in_crisis(everywhere: Everywhere, for_: timedelta) -> list[tuple[int, int, datetime]]:
    """Organization, conversation and last text of whoever is in a crisis, was answered, and has said nothing since."""
    query = _in_crisis().where(
        Conversation.state != Owner.HANDED_OFF,
        Conversation.unanswered_since.is_(None),
        Conversation.last_text_at < everywhere.now - for_,
    )
    return [(row[0], row[1], row[2]) for row in everywhere.session.execute(query)]


def left_in_crisis(everywhere: Everywhere, for_: timedelta) -> list[tuple[int, int, datetime]]:
    """Organization, conversation and last text of whoever is in a crisis and with somebody who does not answer."""
    query = _in_crisis().where(
        Conversation.state.in_([Owner.VOLUNTEER, Owner.SUPERVISOR, Owner.HANDED_OFF]),
        Conversation.unanswered_since < everywhere.now - for_,
    )
    return [(row[0], row[1], row[2]) for row in everywhere.session.execute(query)]


def _in_crisis() -> Select[int, int, datetime]:
    return select(Conversation.organization_id, Conversation.id, Conversation.last_text_at).where(
        Conversation.state != Owner.CLOSED, Conversation.level >= Level.CRISIS
    )


def give(scope: Scope, conversation: Conversation, state: Owner, owner_id: int | None = None) -> None:
    """Change who has a conversation, on condition that it still is as we read it.

    Raises:
        Conflict: the step is not allowed, or somebody else was faster.
    """
    if not may_become(conversation.state, state):
        raise Conflict(
            f"The conversation is {conversation.state.replace('_', ' ')}: reload to see who has it."
        )
    scope.flush()  # what else was changed of it must not be lost to the refreshing below
    waiting = state in (Owner.WAITING, Owner.OFFERED)
    changed = {
        "state": state,
        "owner_id": owner_id,
        "waiting_since": (conversation.waiting_since or scope.now) if waiting else None,
        "closed_at": scope.now if state == Owner.CLOSED else None,
    }
    done = scope.session.execute(
        update(Conversation)
        .where(
            Conversation.organization_id == scope.organization_id,
            Conversation.id == conversation.id,
            Conversation.state == conversation.state,
            Conversation.owner_id.is_not_distinct_from(conversation.owner_id),
        )
        .values(**changed)
        .execution_options(synchronize_session=False)
        .returning(Conversation.id)
    )
    if done.first() is None:
        raise Conflict("Somebody else was faster: reload to see who has the conversation.")
    scope.session.refresh(conversation)


def take(scope: Scope, conversation: Conversation, supervisor_id: int) -> int | None:
    """A supervisor has it from now on. Gives who had it before."""
    before = conversation.owner_id
    if conversation.state != Owner.SUPERVISOR or before != supervisor_id:
        give(scope, conversation, Owner.SUPERVISOR, supervisor_id)
    return before


def take_back(scope: Scope, conversation: Conversation) -> bool:
    """One that was handed off is with whoever handed it off again. Returns whether it was."""
    if conversation.state != Owner.HANDED_OFF:
        return False
    give(scope, conversation, Owner.SUPERVISOR, conversation.owner_id)
    return True


def waiting(scope: Scope, most: int) -> list[Conversation]:
    """Those that nobody has: gravest first, then longest waiting; so many at most."""
    query = _mine(scope).where(Conversation.state == Owner.WAITING)
    order = (Conversation.level.desc(), Conversation.waiting_since, Conversation.id)
    return list(scope.session.scalars(query.order_by(*order).limit(most)))


def give_waiting(scope: Scope, volunteers: Mapping[int, int]) -> list[Conversation]:
    """Give waiting conversations to volunteers, by conversation. Returns those that were still waiting.

    They are held in the order of their ids, as everywhere.
    """
    query = _mine(scope).where(Conversation.id.in_(volunteers), Conversation.state == Owner.WAITING)
    held = query.order_by(Conversation.id).with_for_update(key_share=True)
    given = list(scope.session.scalars(held.execution_options(populate_existing=True)))
    for conversation in given:
        conversation.state = Owner.VOLUNTEER
        conversation.owner_id = volunteers[conversation.id]
        conversation.waiting_since = None
    return given


def untold(scope: Scope, most: int) -> list[int]:
    """Waiting conversations, in no crisis, whose texters have not been told that they wait; so many at most."""
    query = (
        select(Conversation.id)
        .join(Texter, Texter.id == Conversation.texter_id)
        .where(Texter.answerable, Texter.opted_out_at.is_(None))
    ).where(
        Conversation.organization_id == scope.organization_id,
        Conversation.state == Owner.WAITING,
        Conversation.level < Level.CRISIS,
        ~Conversation.said.contains(["waiting"]),
        ~Conversation.said.contains(["off_hours"]),
    )
    return list(scope.session.scalars(query.order_by(Conversation.id).limit(most)))


def welcomed_since(scope: Scope, texter_id: int, line_id: int, since: datetime) -> bool:
    """Whether the texter has been told on this line what it is, in a conversation begun since then."""
    query = _mine(scope).where(
        Conversation.texter_id == texter_id,
        Conversation.line_id == line_id,
        Conversation.said.contains(["welcome"]),
        Conversation.last_text_at > since,
    )
    return scope.session.scalar(query.limit(1)) is not None


def board(scope: Scope, most: int) -> list[Conversation]:
    """Open ones: gravest first, then the longest unanswered; so many at most."""
    order = (Conversation.level.desc(), Conversation.unanswered_since.asc().nulls_last(), Conversation.id)
    query = _mine(scope).where(Conversation.state != Owner.CLOSED)
    return list(scope.session.scalars(query.order_by(*order).limit(most)))


def tally(scope: Scope) -> dict[str, int]:
    """How many open ones there are in each state."""
    query = select(Conversation.state, func.count()).where(
        Conversation.organization_id == scope.organization_id, Conversation.state != Owner.CLOSED
    )
    return {str(state): count for state, count in scope.session.execute(query.group_by(Conversation.state))}


def of_owner(scope: Scope, person_id: int) -> list[Conversation]:
    """A person's open conversations, the latest text first."""
    query = _mine(scope).where(Conversation.owner_id == person_id, Conversation.state != Owner.CLOSED)
    return list(
        scope.session.scalars(query.order_by(Conversation.level.desc(), Conversation.last_text_at.desc()))
    )


def open_counts(scope: Scope) -> dict[int, int]:
    """How many open conversations each person has."""
    query = (
        select(Conversation.owner_id, func.count())
        .where(
            Conversation.organization_id == scope.organization_id,
            Conversation.state != Owner.CLOSED,
            Conversation.owner_id.is_not(None),
        )
        .group_by(Conversation.owner_id)
    )
    return {owner: count for owner, count in scope.session.execute(query) if owner is not None}


def counts(everywhere: Everywhere) -> dict[str, int]:
    """How many open conversations are in each state, in all organizations."""
    query = select(Conversation.state, func.count()).where(Conversation.state != Owner.CLOSED)
    return {
        str(state): count for state, count in everywhere.session.execute(query.group_by(Conversation.state))
    }


def longest_wait(everywhere: Everywhere) -> timedelta:
    """How long the texter who has waited longest has waited."""
    since = everywhere.session.scalar(
        select(func.min(Conversation.waiting_since)).where(Conversation.state == Owner.WAITING)
    )
    return everywhere.now - since if since else timedelta(0)


def organizations_waiting(everywhere: Everywhere) -> list[int]:
    """The organizations in which somebody waits."""
    query = select(Conversation.organization_id).where(Conversation.state == Owner.WAITING).distinct()
    return list(everywhere.session.scalars(query))


def owners(everywhere: Everywhere) -> list[tuple[int, int]]:
    """Each person who has an open conversation, with their organization."""
    query = (
        select(Conversation.organization_id, Conversation.owner_id)
        .where(Conversation.state.in_([Owner.VOLUNTEER, Owner.SUPERVISOR]))
        .distinct()
    )
    return [
        (organization, owner)
        for organization, owner in everywhere.session.execute(query)
        if owner is not None
    ]


def note_said(conversation: Conversation, *names: str) -> None:
    """Keep that these automatic texts have been said."""
    conversation.said = sorted({*conversation.said, *names})


def _mine(scope: Scope) -> Select[Conversation]:
    return select(Conversation).where(Conversation.organization_id == scope.organization_id)
