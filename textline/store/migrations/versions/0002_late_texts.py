"""Late texts"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Texts found in Twilio's log only, how far a line's log has been read, and how fast its texts may leave"""
    op.add_column("messages", sa.Column("late", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("messages", sa.Column("sent_at", _TIME, nullable=True))
    held: sa.Column[bool] = sa.Column("was_held", sa.Boolean(), server_default=sa.false(), nullable=False)
    op.add_column("spool", held)
    op.add_column("lines", sa.Column("reconciled_at", _TIME, nullable=True))
    rate = sa.Column("segments_per_second", sa.Float(), server_default=sa.text("1"), nullable=False)
    op.add_column("lines", rate)
    op.add_column("lines", sa.Column("clear_at", _TIME, nullable=True))


def downgrade() -> None:
    """Without them"""
    op.drop_column("lines", "clear_at")
    op.drop_column("lines", "segments_per_second")
    op.drop_column("lines", "reconciled_at")
    op.drop_column("spool", "was_held")
    op.drop_column("messages", "sent_at")
    op.drop_column("messages", "late")
