"""Whose reason, and since when texts are wanted again"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0011"
down_revision: str | None = "0010"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Who said why they escalated, which of earlier reasons nobody knows. When a texter last sent START. And the dangers
    of escalations that people raised, which the record did not name where the screen had found one later"""
    op.add_column("escalations", sa.Column("reason_by", sa.BigInteger(), nullable=True))
    op.create_foreign_key(None, "escalations", "people", ["reason_by"], ["id"])
    op.add_column("texters", sa.Column("opted_in_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(
        "update escalations set routes = jsonb_build_array(route) where routes = '[]' and route <> 'self'"
    )


def downgrade() -> None:
    """Without them"""
    op.drop_column("texters", "opted_in_at")
    op.drop_column("escalations", "reason_by")
