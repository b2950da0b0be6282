"""Screening"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """By which rule something was found, whose danger it is, and the texter's language"""
    op.add_column("findings", sa.Column("rule", sa.Text(), server_default="", nullable=False))
    op.add_column("findings", sa.Column("route", sa.Text(), server_default="self", nullable=False))
    op.add_column("escalations", sa.Column("route", sa.Text(), server_default="self", nullable=False))
    op.add_column("conversations", sa.Column("language", sa.Text(), nullable=True))


def downgrade() -> None:
    """Without them"""
    op.drop_column("conversations", "language")
    op.drop_column("escalations", "route")
    op.drop_column("findings", "route")
    op.drop_column("findings", "rule")
