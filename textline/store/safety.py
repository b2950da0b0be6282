"""The safety questions of an escalation, and what was answered. Each asking is kept; the latest counts."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, mapped_column

from textline.rules.safety import Answer
from textline.store.base import Base, Owned, Scope


class Asking(Owned, Base):
    """The questions, asked once. What was answered is sealed whole."""

    __tablename__ = "safety_questions"

    escalation_id: Mapped[int] = mapped_column(ForeignKey("escalations.id"), index=True)
    by: Mapped[int] = mapped_column(ForeignKey("people.id"))
    at: Mapped[datetime]
    answers_sealed: Mapped[str]


@dataclass(frozen=True)
class Asked:
    """An asking, opened. `why_not`: why something could not be asked."""

    by: int
    at: datetime
    answers: Mapping[str, Answer]
    why_not: str


def add(scope: Scope, escalation_id: int, by: int, answers: Mapping[str, Answer], why_not: str) -> None:
    """Keep what was answered."""
    whole = json.dumps({"answers": answers, "why_not": why_not})
    scope.session.add(
        Asking(
            organization_id=scope.organization_id,
            escalation_id=escalation_id,
            by=by,
            at=scope.now,
            answers_sealed=scope.seal.close(whole),
        )
    )


def latest(scope: Scope, escalation_id: int) -> Asked | None:
    """What was answered last, or None: nobody has asked."""
    query = select(Asking).where(
        Asking.organization_id == scope.organization_id, Asking.escalation_id == escalation_id
    )
    row = scope.session.scalar(query.order_by(Asking.id.desc()).limit(1))
    if row is None:
        return None
    whole = json.loads(scope.seal.open(row.answers_sealed))
    answers = {name: Answer(answer) for name, answer in whole["answers"].items()}
    return Asked(row.by, row.at, answers, whole["why_not"])
