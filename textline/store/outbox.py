"""The outbox: outgoing messages on their way, one at a time for each texter.

A text is due, then claimed (sending), then it has a SID, or has failed, or nobody knows (unknown).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select, true, update

from textline.rules.delivery import Delivery, earlier_than
from textline.rules.segments import segments
from textline.store import conversations, lines, pictures, texters
from textline.store.base import Everywhere, Scope
from textline.store.messages import Message

# A claim older than this was left by a worker that died: Twilio's client has given up long before.
CLAIM_LASTS = timedelta(seconds=30)


@dataclass(frozen=True)
class Parcel:
    """A claimed text with all that is needed to send it."""

    message_id: int
    conversation_id: int
    sender: str
    to: str
    body: str
    attempts: int
    decided_at: datetime
    claimed_at: datetime
    urgent: bool
    pictures: tuple[int, ...] = ()


def claim(scope: Scope, texter_id: int) -> Parcel | None:
    """Claim the texter's next due text, or None: nothing is due, or one is in flight.

    An urgent text goes ahead of the others, and does not wait for one whose fate is unknown.
    """
    texters.get(scope, texter_id, lock=True)
    due = and_(
        Message.texter_id == texter_id,
        Message.organization_id == scope.organization_id,
        Message.delivery == Delivery.DUE,
        or_(Message.next_try_at.is_(None), Message.next_try_at <= scope.now),
    )
    message = scope.session.scalar(
        select(Message).where(due).order_by(Message.urgent.desc(), Message.id).limit(1)
    )
    if message is None or _must_wait(scope, message) or not _is_its_turn(scope, message):
        return None
    message.delivery = Delivery.SENDING
    message.claimed_at = scope.now
    message.attempts += 1
    return _packed(scope, message)


def _must_wait(scope: Scope, message: Message) -> bool:
    """One texter's texts leave in order: what is in flight, or waits for its next try, holds the later ones.

    An urgent one (Textline's own, in a crisis) waits for no other but an urgent one that is being sent.
    """
    sending = Message.delivery == Delivery.SENDING
    earlier = and_(Message.delivery == Delivery.DUE, Message.id < message.id)
    ordinary = or_(sending, Message.delivery == Delivery.UNKNOWN, earlier)
    ahead = and_(sending, Message.urgent) if message.urgent else ordinary
    query = select(func.count()).where(
        Message.organization_id == scope.organization_id, Message.texter_id == message.texter_id, ahead
    )
    return bool(scope.session.scalar(query))


def _is_its_turn(scope: Scope, message: Message) -> bool:
    """Whether the line may send it now; else it is put off until then.

    An urgent one asks nobody; an answer in a crisis takes its turn without waiting for it.
    """
    if message.urgent or message.attempts or message.next_try_at is not None:
        return True
    conversation = conversations.get(scope, message.conversation_id)
    takes = max(1, segments(scope.seal.open(message.body_sealed)))
    leaves_at = lines.reserve(scope, conversation.line_id, takes)
    if leaves_at <= scope.now or conversation.grave.escalates:
        return True
    message.next_try_at = leaves_at
    return False


def settle(scope: Scope, parcel: Parcel, delivery: Delivery, error_code: int | None = None) -> bool:
    """Move a claimed text on (failed, unknown …); never backwards, and not when another has claimed it since.

    Says whether anything changed.
    """
    mine = Message.claimed_at == parcel.claimed_at
    return _advance(scope, parcel.message_id, delivery, error_code, mine) is not None


def due_again(scope: Scope, message_id: int) -> bool:
    """A text of which Twilio knows nothing is due again, unless somebody has learned more. Says whether it is."""
    changed = scope.session.execute(
        update(Message)
        .where(
            Message.organization_id == scope.organization_id,
            Message.id == message_id,
            Message.delivery == Delivery.UNKNOWN,
            Message.sid.is_(None),
        )
        .values(delivery=Delivery.DUE, next_try_at=None)
        .returning(Message.id)
    )
    return changed.first() is not None


def postpone(scope: Scope, parcel: Parcel, until: datetime) -> None:
    """Twilio did not take it for now: it is due again at `until`, unless another has claimed it since."""
    scope.session.execute(
        update(Message)
        .where(
            Message.organization_id == scope.organization_id,
            Message.id == parcel.message_id,
            Message.delivery == Delivery.SENDING,
            Message.claimed_at == parcel.claimed_at,
        )
        .values(delivery=Delivery.DUE, next_try_at=until)
    )


def whose(everywhere: Everywhere, message_id: int) -> int | None:
    """The organization of an outgoing text, for its status callback."""
    query = select(Message.organization_id).where(Message.id == message_id, Message.delivery.is_not(None))
    return everywhere.session.scalar(query)


def addressee(scope: Scope, message_id: int) -> int:
    """The texter whom an outgoing text is for.

    Raises:
        NotFound: no such text in this organization.
    """
    query = select(Message).where(Message.organization_id == scope.organization_id, Message.id == message_id)
    return scope.one(query, "text").texter_id


def report(
    scope: Scope,
    message_id: int,
    account_sid: str,
    sid: str,
    delivery: Delivery,
    error_code: int | None = None,
) -> int | None:
    """Take in what Twilio says: its answer, or a callback, which may come first. It never moves a text backwards.

    What is said of another SID than the one that we hold is not about this text, and is passed over. Returns the
    conversation in which this changed something.
    """
    ours = or_(Message.sid.is_(None), Message.sid == sid)
    named = {"account_sid": account_sid, "sid": sid}
    conversation_id = _advance(scope, message_id, delivery, error_code, ours, **named)
    if conversation_id is None:  # we know more already, but may not know its name
        scope.session.execute(
            update(Message)
            .where(
                Message.organization_id == scope.organization_id,
                Message.id == message_id,
                Message.sid.is_(None),
            )
            .values(**named)
        )
    return conversation_id


def _advance(
    scope: Scope,
    message_id: int,
    delivery: Delivery,
    error_code: int | None,
    where: ColumnElement[bool],
    **also: str,
) -> int | None:
    return scope.session.scalar(
        update(Message)
        .where(
            Message.organization_id == scope.organization_id,
            Message.id == message_id,
            Message.delivery.in_(earlier_than(delivery)),
            where,
        )
        .values(delivery=delivery, error_code=error_code, **also)
        .returning(Message.conversation_id)
    )


def is_urgent(scope: Scope, message_id: int) -> bool:
    """Whether it is one of Textline's own texts in a crisis."""
    query = select(Message.urgent).where(
        Message.organization_id == scope.organization_id, Message.id == message_id
    )
    return bool(scope.session.scalar(query))


def abandoned(everywhere: Everywhere) -> int:
    """Mark as unknown what a dead worker left in flight. Returns how many."""
    done = everywhere.session.execute(
        update(Message)
        .where(Message.delivery == Delivery.SENDING, Message.claimed_at < everywhere.now - CLAIM_LASTS)
        .values(delivery=Delivery.UNKNOWN)
        .returning(Message.id)
    )
    return len(done.all())


def texters_due(everywhere: Everywhere, *, urgent: bool | None = None) -> list[tuple[int, int, datetime]]:
    """Organization and texter of every text that is due, and since when the longest waiting one is.

    With `urgent`, only of Textline's own texts in a crisis, or only of the others.
    """
    since = func.coalesce(Message.next_try_at, Message.recorded_at)
    query = (
        select(Message.organization_id, Message.texter_id, func.min(since))
        .where(Message.delivery == Delivery.DUE, since <= everywhere.now)
        .where(Message.urgent.is_(urgent) if urgent is not None else true())
        .group_by(Message.organization_id, Message.texter_id)
        .order_by(func.bool_or(Message.urgent).desc(), func.min(since))
    )
    return [(row[0], row[1], row[2]) for row in everywhere.session.execute(query)]


def unreported(everywhere: Everywhere, older_than: timedelta) -> list[tuple[int, str]]:
    """Message and SID of texts whose last status callback seems lost.

    Each is named again once it has become twice as old: some carriers never say "delivered".
    """
    seen = update(Message).values(next_try_at=everywhere.now)
    age, was = everywhere.now - Message.recorded_at, Message.next_try_at - Message.recorded_at
    query = seen.where(
        Message.delivery.in_([Delivery.QUEUED, Delivery.SENT]),
        Message.recorded_at.between(everywhere.now - timedelta(days=1), everywhere.now - older_than),
        or_(Message.next_try_at.is_(None), was + was < age),
    ).returning(Message.id, Message.sid)
    return [(message, sid) for message, sid in everywhere.session.execute(query) if sid]


def unknown(everywhere: Everywhere) -> list[tuple[int, int, datetime, bool]]:
    """Organization, message, claim time and urgency of every text whose fate nobody knows, urgent ones first."""
    query = select(Message.organization_id, Message.id, Message.claimed_at, Message.urgent).where(
        Message.delivery == Delivery.UNKNOWN
    )
    rows = everywhere.session.execute(query.order_by(Message.urgent.desc(), Message.id))
    return [(row[0], row[1], row[2] or everywhere.now, row[3]) for row in rows]


def parcel(scope: Scope, message_id: int) -> Parcel:
    """An outgoing text opened again, for looking it up in Twilio's log."""
    message = scope.session.scalars(
        select(Message).where(Message.organization_id == scope.organization_id, Message.id == message_id)
    ).one()
    return _packed(scope, message)


def _packed(scope: Scope, message: Message) -> Parcel:
    conversation = conversations.get(scope, message.conversation_id)
    line = lines.get(scope, conversation.line_id)
    number = texters.number(scope, texters.get(scope, message.texter_id))
    body = scope.seal.open(message.body_sealed)
    return Parcel(
        message.id, conversation.id, line.number, number, body, message.attempts, message.at,
        message.claimed_at or message.at, message.urgent,
        tuple(pictures.of_messages(scope, [message.id]).get(message.id, ())),
    )  # fmt: skip


def by_delivery(everywhere: Everywhere) -> dict[str, int]:
    """How many texts are on their way, and what became of the last hour's, by state."""
    in_flight = [Delivery.DUE, Delivery.SENDING, Delivery.UNKNOWN]
    late = and_(Message.delivery.is_not(None), Message.recorded_at > everywhere.now - timedelta(hours=1))
    query = (
        select(Message.delivery, func.count())
        .where(or_(Message.delivery.in_(in_flight), late))
        .group_by(Message.delivery)
    )
    return {str(delivery): count for delivery, count in everywhere.session.execute(query)}
