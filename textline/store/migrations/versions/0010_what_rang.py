"""What rang"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0010"
down_revision: str | None = "0009"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Whether others may read the phone, apart from whose danger it is: until now one was the other. Since when nobody
    has acknowledged an escalation, apart from when it last rang, and what made it ring. Why somebody raised it. All
    dangers that were found in it"""
    column: sa.Column[bool] = sa.Column(
        "discreet", sa.Boolean(), nullable=False, server_default=sa.text("false")
    )
    op.add_column("escalations", column)
    op.execute("update escalations set discreet = true where route = 'abuse'")
    routes: sa.Column[list[str]] = sa.Column(
        "routes", postgresql.JSONB(), nullable=False, server_default=sa.text("'[]'")
    )
    op.add_column("escalations", routes)
    op.execute("update escalations set routes = jsonb_build_array(route) where raised_by is null")
    op.add_column("escalations", sa.Column("rang_for", sa.Text(), nullable=True))
    op.add_column("escalations", sa.Column("reason_sealed", sa.Text(), nullable=True))
    op.add_column("escalations", sa.Column("waits_since", sa.DateTime(timezone=True), nullable=True))
    op.execute("update escalations set waits_since = coalesce(alarmed_at, raised_at)")


def downgrade() -> None:
    """Without them: whether others may read the phone is told by the danger alone again"""
    op.execute("update escalations set route = 'abuse' where discreet")
    for column in ("waits_since", "reason_sealed", "rang_for", "routes"):
        op.drop_column("escalations", column)
    op.drop_column("escalations", "discreet")
