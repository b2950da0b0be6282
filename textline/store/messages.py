"""Messages: every text in or out, sealed. An outgoing one is its own outbox row (see `outbox`)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, cast

from sqlalchemy import ForeignKey, Index, Table, UniqueConstraint, false, func, insert, select, text, update
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Mapped, mapped_column

from textline.rules.delivery import Delivery
from textline.rules.levels import Level
from textline.rules.screen import Finding as Found
from textline.rules.screening import Said
from textline.store.base import Base, Everywhere, Owned, Scope
from textline.store.conversations import Conversation


class Author(StrEnum):
    """Whose words a message holds."""

    TEXTER = "texter"
    VOLUNTEER = "volunteer"
    SUPERVISOR = "supervisor"
    AUTOMATIC = "automatic"


class Message(Owned, Base):
    """A text. `at` orders a conversation: when it was received, or decided."""

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("account_sid", "sid"),
        Index("messages_by_time", "recorded_at", postgresql_using="brin"),
        Index("messages_of_a_conversation", "conversation_id", "at", "id"),
        Index(
            "outbox",
            "texter_id",
            "id",
            postgresql_where=text("delivery in ('due', 'sending', 'unknown')"),
        ),
    )

    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id"))
    texter_id: Mapped[int] = mapped_column(ForeignKey("texters.id"))
    author: Mapped[Author]
    author_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    body_sealed: Mapped[str]
    media_sealed: Mapped[str | None]
    account_sid: Mapped[str | None]
    sid: Mapped[str | None]
    at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    late: Mapped[bool] = mapped_column(default=False, server_default=false())  # found in Twilio's log only
    sent_at: Mapped[datetime | None]  # of a late one: when Twilio had it
    # Of outgoing texts only:
    delivery: Mapped[Delivery | None]
    once: Mapped[str | None]  # of the form that it was sent with: the same form sent twice is one text
    urgent: Mapped[bool] = mapped_column(default=False)
    attempts: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime | None]
    claimed_at: Mapped[datetime | None]
    error_code: Mapped[int | None]


class Finding(Owned, Base):
    """What the screen found in a text; the lexicon's phrase is sealed, since it repeats the texter's words."""

    __tablename__ = "findings"

    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id"), index=True)
    phrase_sealed: Mapped[str]
    level: Mapped[int]
    rule: Mapped[str] = mapped_column(default="", server_default="")  # of the lexicon: no words of a texter
    route: Mapped[str] = mapped_column(default="self", server_default="self")


@dataclass(frozen=True)
class Text:
    """A message opened, for those who may read it."""

    id: int
    author: Author
    author_id: int | None
    body: str
    media: int
    at: datetime
    delivery: Delivery | None
    error_code: int | None
    found: Sequence[Found] = ()
    sent_at: datetime | None = None


@dataclass(frozen=True)
class Received:
    """A text that came in; `sent_at` is Twilio's time of a late one."""

    conversation_id: int
    texter_id: int
    account_sid: str
    sid: str
    body: str
    media: str | None
    at: datetime
    sent_at: datetime | None


def add_received(scope: Scope, texts: Sequence[Received]) -> list[int]:
    """Record texts that came in; gives their ids. The caller has asked `known` under the texters' locks."""
    rows = [
        {
            "organization_id": scope.organization_id,
            "conversation_id": text.conversation_id,
            "texter_id": text.texter_id,
            "author": Author.TEXTER,
            "body_sealed": scope.seal.close(text.body),
            "media_sealed": scope.seal.close(text.media) if text.media else None,
            "account_sid": text.account_sid,
            "sid": text.sid,
            "at": text.at,
            "late": text.sent_at is not None,
            "sent_at": text.sent_at,
            "recorded_at": scope.now,
            "urgent": False,
            "attempts": 0,
        }
        for text in texts
    ]
    # Of the table and not of the class, which would take as long again for each row.
    table = cast(Table, Message.__table__)
    return list(
        scope.session.scalars(insert(table).returning(table.c.id, sort_by_parameter_order=True), rows)
    )


def texted_since(scope: Scope, texter_id: int, since: datetime) -> bool:
    """Whether a text of theirs is recorded that came after this."""
    query = select(Message.id).where(
        Message.organization_id == scope.organization_id,
        Message.texter_id == texter_id,
        Message.author == Author.TEXTER,
        func.coalesce(Message.sent_at, Message.at) > since,
    )
    return scope.session.scalar(query.limit(1)) is not None


def add_answered(scope: Scope, conversation_id: int, texter_id: int, body: str, at: datetime) -> None:
    """A text that went out in TwiML at `at`, before the record could hold it: whether it left has to be found out."""
    message = add_outgoing(scope, conversation_id, texter_id, body, Author.AUTOMATIC, None, urgent=True)
    message.delivery = Delivery.UNKNOWN
    message.claimed_at = at


def add_outgoing(
    scope: Scope,
    conversation_id: int,
    texter_id: int,
    body: str,
    author: Author,
    author_id: int | None,
    urgent: bool,
) -> Message:
    """Decide an outgoing text: from here on it will be sent, or said to have failed. It has no id before a flush."""
    message = Message(
        organization_id=scope.organization_id,
        conversation_id=conversation_id,
        texter_id=texter_id,
        author=author,
        author_id=author_id,
        body_sealed=scope.seal.close(body),
        at=scope.now,
        recorded_at=scope.now,
        delivery=Delivery.DUE,
        urgent=urgent,
    )
    scope.session.add(message)
    return message


def has_newer(scope: Scope, conversation_id: int, than: int) -> bool:
    """Whether the texter has written since a message."""
    query = select(Message.id).where(
        Message.organization_id == scope.organization_id,
        Message.conversation_id == conversation_id,
        Message.author == Author.TEXTER,
        Message.id > than,
    )
    return scope.session.scalar(query.limit(1)) is not None


def unanswered_since(scope: Scope, conversation_id: int, message_id: int) -> datetime | None:
    """Since when a person has answered and nothing arrived, this answer neither; None: it is no person's, or a later one
    may have arrived."""
    answers = (
        Message.organization_id == scope.organization_id,
        Message.conversation_id == conversation_id,
        Message.author.in_([Author.VOLUNTEER, Author.SUPERVISOR]),
    )
    lost = Message.delivery.in_([Delivery.FAILED, Delivery.UNDELIVERED])
    arrived = scope.session.scalar(select(func.max(Message.id)).where(*answers, ~lost)) or 0
    if arrived > message_id or not scope.session.scalar(
        select(Message.id).where(*answers, Message.id == message_id)
    ):
        return None
    return scope.session.scalar(select(func.min(Message.at)).where(*answers, Message.id > arrived))


def last_author(scope: Scope, conversation_id: int) -> Author | None:
    """Whose the latest text to the texter is."""
    query = select(Message.author).where(
        Message.organization_id == scope.organization_id,
        Message.conversation_id == conversation_id,
        Message.author != Author.TEXTER,
    )
    return scope.session.scalar(query.order_by(Message.id.desc()).limit(1))


def is_said(scope: Scope, conversation_id: int, once: str) -> bool:
    """Whether an answer under this token is in the conversation already."""
    query = select(Message.id).where(
        Message.organization_id == scope.organization_id,
        Message.conversation_id == conversation_id,
        Message.once == once,
    )
    return scope.session.scalar(query.limit(1)) is not None


def known(scope: Everywhere, account_sid: str, sids: Sequence[str]) -> set[str]:
    """Which of these texts are in the record already."""
    return set(times(scope, account_sid, sids))


def times(scope: Everywhere, account_sid: str, sids: Sequence[str]) -> dict[str, datetime]:
    """The times of those of these texts that are in the record already, by SID."""
    query = select(Message.sid, Message.at).where(Message.account_sid == account_sid, Message.sid.in_(sids))
    return {sid: at for sid, at in scope.session.execute(query) if sid}


def came_earlier(scope: Scope, account_sid: str, sid: str, at: datetime) -> None:
    """A text in the record came at this earlier time: so it takes its place in the thread."""
    scope.session.execute(
        update(Message)
        .where(
            Message.organization_id == scope.organization_id,
            Message.account_sid == account_sid,
            Message.sid == sid,
            Message.at > at,
        )
        .values(at=at)
    )


def since(scope: Scope, texter_ids: Sequence[int], earliest: datetime) -> dict[int, list[Said]]:
    """What these texters have said since then, oldest first, by texter."""
    if not texter_ids:
        return {}
    # By way of their conversations, which there is an index for.
    theirs = select(Conversation.id).where(Conversation.texter_id.in_(texter_ids))
    said_at = func.coalesce(Message.sent_at, Message.at)
    query = select(Message.texter_id, said_at, Message.body_sealed).where(
        Message.organization_id == scope.organization_id,
        Message.conversation_id.in_(theirs),
        Message.author == Author.TEXTER,
        Message.at >= earliest,  # a late one is received after it was said
        said_at >= earliest,
    )
    found: dict[int, list[Said]] = {}
    for texter, at, body in scope.session.execute(query.order_by(said_at, Message.id)):
        found.setdefault(texter, []).append(Said(at, scope.seal.open(body)))
    return found


def add_findings(scope: Scope, message_id: int, findings: Sequence[Found]) -> None:
    """Keep what the screen found."""
    scope.session.add_all(
        Finding(
            organization_id=scope.organization_id,
            message_id=message_id,
            phrase_sealed=scope.seal.close(finding.phrase),
            level=int(finding.level),
            rule=finding.rule,
            route=finding.route,
        )
        for finding in findings
    )


def thread(scope: Scope, conversation_id: int, limit: int = 200) -> list[Text]:
    """The latest messages of a conversation, in order."""
    query = (
        select(Message)
        .where(Message.organization_id == scope.organization_id, Message.conversation_id == conversation_id)
        .order_by(Message.at.desc(), Message.id.desc())
        .limit(limit)
    )
    rows = list(scope.session.scalars(query))[::-1]
    found = _found(scope, [row.id for row in rows])
    return [_opened(scope, row, found.get(row.id, [])) for row in rows]


def last_words(scope: Scope, conversation_ids: Sequence[int]) -> dict[int, Text]:
    """What each conversation's texter said last."""
    query = (
        select(Message)
        .where(
            Message.organization_id == scope.organization_id,
            Message.conversation_id.in_(conversation_ids),
            Message.author == Author.TEXTER,
        )
        .ext(distinct_on(Message.conversation_id))
        .order_by(Message.conversation_id, Message.at.desc(), Message.id.desc())
    )
    return {row.conversation_id: _opened(scope, row, []) for row in scope.session.scalars(query)}


def _opened(scope: Scope, row: Message, found: Sequence[Found]) -> Text:
    media: Any = scope.seal.open(row.media_sealed).count("\n") + 1 if row.media_sealed else 0
    body = scope.seal.open(row.body_sealed)
    return Text(
        row.id, row.author, row.author_id, body, media, row.at, row.delivery, row.error_code, found, row.sent_at
    )  # fmt: skip


def _found(scope: Scope, message_ids: Sequence[int]) -> dict[int, list[Found]]:
    """What the screen found, by message, gravest first."""
    query = select(Finding).where(
        Finding.organization_id == scope.organization_id, Finding.message_id.in_(message_ids)
    )
    found: dict[int, list[Found]] = {}
    for row in scope.session.scalars(query.order_by(Finding.level.desc(), Finding.id)):
        words = scope.seal.open(row.phrase_sealed)
        found.setdefault(row.message_id, []).append(Found(words, Level(row.level), row.rule, row.route))
    return found
