"""Handoffs"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_TIME = sa.DateTime(timezone=True)
_KINDS = ("text", "call", "callback", "referral")
_STATES = ("offered", "agreed", "declined", "under_way", "connected", "no_answer", "failed", "helped")
_PARTIES = ("texter", "hotline", "supervisor")
_TEXTS = ("room", "consent_sealed", "reason_sealed", "to_sealed", "summary_sealed", "note_sealed")


def upgrade() -> None:
    """Kinds of handoff with states and consent, and the telephones that are rung for them; texters of drills"""
    op.add_column("texters", sa.Column("drill", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("handoffs", _word("kind", _KINDS, "text"))
    op.add_column("handoffs", _word("state", _STATES, "under_way"))
    op.add_column("handoffs", sa.Column("changed_at", _TIME, nullable=True))
    for name in _TEXTS:
        op.add_column("handoffs", sa.Column(name, sa.Text(), nullable=True))
    for name in ("hotline_id", "message_id", "by"):
        op.alter_column("handoffs", name, nullable=True)
    _legs()


def _legs() -> None:
    keys = (("handoff_id", "handoffs"), ("hotline_id", "hotlines"), ("organization_id", "organizations"))
    op.create_table(
        "legs",
        sa.Column("handoff_id", sa.BigInteger(), nullable=False),
        _word("party", _PARTIES),
        sa.Column("hotline_id", sa.BigInteger(), nullable=True),
        sa.Column("number_sealed", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("sid", sa.Text(), nullable=True),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("next_try_at", _TIME, nullable=False),
        sa.Column("changed_at", _TIME, nullable=False),
        sa.Column("organization_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        *(sa.ForeignKeyConstraint([k], [f"{t}.id"], name=op.f(f"fk_legs_{k}")) for k, t in keys),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legs")),
    )
    for column in ("handoff_id", "organization_id"):
        op.create_index(op.f(f"ix_legs_{column}"), "legs", [column])
    op.create_index("legs_due", "legs", ["next_try_at"], postgresql_where=sa.text("state = 'due'"))


def _word(name: str, words: tuple[str, ...], default: str | None = None) -> sa.Column[str]:
    kinds = {"kind": "kind", "state": "state", "party": "party"}
    kind = sa.Enum(*words, name=kinds[name], native_enum=False, create_constraint=True, length=20)
    return sa.Column(name, kind, nullable=False, server_default=default)


def downgrade() -> None:
    """Without them: handoffs that were no hotline's number in a text are forgotten"""
    op.drop_column("texters", "drill")
    op.drop_table("legs")
    op.execute("delete from handoffs where hotline_id is null or message_id is null or by is null")
    for name in ("hotline_id", "message_id", "by"):
        op.alter_column("handoffs", name, nullable=False)
    for name in (*_TEXTS, "changed_at", "state", "kind"):
        op.drop_column("handoffs", name)
