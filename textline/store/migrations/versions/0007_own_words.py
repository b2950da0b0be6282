"""Own words"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_EFFECTS = ("imminent", "crisis", "concern", "figure")


def upgrade() -> None:
    """An organization's own words for the screen"""
    keys = (("by", "people"), ("organization_id", "organizations"))
    effect = sa.Enum(*_EFFECTS, name="effect", native_enum=False, create_constraint=True, length=20)
    op.create_table(
        "own_words",
        sa.Column("says_sealed", sa.Text(), nullable=False),
        sa.Column("why_sealed", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("effect", effect, nullable=False),
        sa.Column("route", sa.Text(), nullable=False),
        sa.Column("by", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("organization_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        *(sa.ForeignKeyConstraint([k], [f"{t}.id"], name=op.f(f"fk_own_words_{k}")) for k, t in keys),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_own_words")),
    )
    op.create_index(op.f("ix_own_words_organization_id"), "own_words", ["organization_id"])


def downgrade() -> None:
    """Without them"""
    op.drop_table("own_words")
