"""Outcomes: what became of the escalations in which each rule of the screen had found something."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, func, or_, select

from textline.rules.levels import Level
from textline.rules.preview import Case, Kind
from textline.rules.screening import WINDOW
from textline.store.base import Scope
from textline.store.conversations import Conversation
from textline.store.escalations import DRILL, FALSE_ALARM, Escalation
from textline.store.messages import Author, Finding, Message
from textline.store.texters import Texter

# A text is recorded in the transaction that raises its escalation, or while that is open.
_SLACK = timedelta(seconds=1)
_MOST = 300  # conversations of a kind that are looked at again
_TEXTS = 40  # of each, the latest


@dataclass(frozen=True)
class Tally:
    """A rule, with the number of escalations in which it found something, and how they ended."""

    rule: str
    escalations: int
    false_alarms: int
    real: int


def of_rules(scope: Scope, within: timedelta) -> list[Tally]:
    """Every rule that has found a crisis lately, the one with most false alarms first."""
    during = and_(
        Escalation.conversation_id == Message.conversation_id,
        Message.recorded_at >= Escalation.raised_at - _SLACK,
        or_(Escalation.resolved_at.is_(None), Message.recorded_at <= Escalation.resolved_at),
    )
    each = func.count(Escalation.id.distinct())
    false = each.filter(Escalation.outcome == FALSE_ALARM)
    query = (
        select(Finding.rule, each, false, each.filter(Escalation.outcome != FALSE_ALARM))
        .join(Message, Message.id == Finding.message_id)
        .join(Escalation, during)
        .where(
            Finding.organization_id == scope.organization_id,
            Finding.level >= Level.CRISIS,
            Message.recorded_at > scope.now - within,
            Escalation.outcome.is_distinct_from(DRILL),
        )
        .group_by(Finding.rule)
        .order_by(false.desc(), each.desc(), Finding.rule)
    )
    return [Tally(*row) for row in scope.session.execute(query)]


def cases(scope: Scope, within: timedelta) -> list[Case]:
    """What texters said lately in escalations, by what these came to, and where nobody escalated."""
    return [*_escalated(scope, within), *_quiet(scope, within)]


def _escalated(scope: Scope, within: timedelta) -> Iterator[Case]:
    query = select(Escalation).where(
        Escalation.organization_id == scope.organization_id,
        or_(Escalation.resolved_at.is_(None), Escalation.resolved_at > scope.now - within),
        Escalation.outcome.is_distinct_from(DRILL),
    )
    found = scope.session.scalars(query.order_by(Escalation.id.desc()).limit(_MOST)).all()
    said = _said(scope, [one.conversation_id for one in found])
    for one in found:
        texts = [
            body
            for at, body in said[one.conversation_id]
            if one.raised_at - WINDOW <= at <= (one.resolved_at or scope.now)
        ]
        kind = Kind.FALSE_ALARM if one.outcome == FALSE_ALARM else Kind.REAL
        if texts:
            yield Case(kind, tuple(texts[-_TEXTS:]), one.conversation_id)


def _quiet(scope: Scope, within: timedelta) -> Iterator[Case]:
    escalated = select(Escalation.id).where(Escalation.conversation_id == Conversation.id)
    query = (
        select(Conversation.id)
        .join(Texter, Texter.id == Conversation.texter_id)
        .where(
            Conversation.organization_id == scope.organization_id,
            Conversation.last_text_at > scope.now - within,
            ~escalated.exists(),
            ~Texter.drill,
        )
    )
    found = scope.session.scalars(query.order_by(Conversation.id.desc()).limit(_MOST)).all()
    said = _said(scope, found)
    for conversation_id in found:
        if said[conversation_id]:
            yield Case(
                Kind.QUIET, tuple(body for _, body in said[conversation_id][-_TEXTS:]), conversation_id
            )


def _said(scope: Scope, conversation_ids: Sequence[int]) -> dict[int, list[tuple[datetime, str]]]:
    """The texters' texts in these conversations, oldest first, each with when it was recorded."""
    query = select(Message).where(
        Message.organization_id == scope.organization_id,
        Message.conversation_id.in_(conversation_ids),
        Message.author == Author.TEXTER,
    )
    said: dict[int, list[tuple[datetime, str]]] = defaultdict(list)
    for row in scope.session.scalars(query.order_by(Message.at, Message.id)):
        said[row.conversation_id].append((row.recorded_at, scope.seal.open(row.body_sealed)))
    return said
