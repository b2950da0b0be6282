"""Screening"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """By which rule something was found, whose danger it is, the texter's language; safety questions, shown numbers"""
    op.add_column("findings", sa.Column("rule", sa.Text(), server_default="", nullable=False))
    op.add_column("findings", sa.Column("route", sa.Text(), server_default="self", nullable=False))
    op.add_column("escalations", sa.Column("route", sa.Text(), server_default="self", nullable=False))
    op.add_column("escalations", sa.Column("alarmed_at", _TIME, nullable=True))
    op.add_column("conversations", sa.Column("language", sa.Text(), nullable=True))
    _safety_questions()
    _reveals()


def _safety_questions() -> None:
    op.create_table(
        "safety_questions",
        sa.Column("escalation_id", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.BigInteger(), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("answers_sealed", sa.Text(), nullable=False),
        *_owned("safety_questions"),
    )
    _indexes("safety_questions")


def _reveals() -> None:
    op.create_table(
        "reveals",
        sa.Column("escalation_id", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.BigInteger(), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("reason_sealed", sa.Text(), nullable=False),
        sa.Column("outcome_sealed", sa.Text(), nullable=True),
        sa.Column("outcome_at", _TIME, nullable=True),
        *_owned("reveals"),
    )
    _indexes("reveals")


def _owned(table: str) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("organization_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.ForeignKeyConstraint(["by"], ["people.id"], name=op.f(f"fk_{table}_by")),
        sa.ForeignKeyConstraint(
            ["escalation_id"], ["escalations.id"], name=op.f(f"fk_{table}_escalation_id")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f(f"fk_{table}_organization_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    ]


def _indexes(table: str) -> None:
    for column in ("escalation_id", "organization_id"):
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column], unique=False)


def downgrade() -> None:
    """Without them"""
    op.drop_table("reveals")
    op.drop_table("safety_questions")
    op.drop_column("conversations", "language")
    op.drop_column("escalations", "alarmed_at")
    op.drop_column("escalations", "route")
    op.drop_column("findings", "route")
    op.drop_column("findings", "rule")
