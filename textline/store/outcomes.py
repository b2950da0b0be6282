"""Outcomes: what became of the escalations in which each rule of the screen had found something."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import and_, func, or_, select

from textline.rules.levels import Level
from textline.store.base import Scope
from textline.store.escalations import DRILL, FALSE_ALARM, Escalation
from textline.store.messages import Finding, Message

# A text is recorded in the transaction that raises its escalation, or while that is open.
_SLACK = timedelta(seconds=1)


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
