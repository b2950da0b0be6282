"""Pictures"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Pictures that went out with an answer"""
    op.create_table(
        "pictures",
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("content_sealed", sa.Text(), nullable=False),
        sa.Column("organization_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_pictures_message_id")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_pictures_organization_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pictures")),
    )
    op.create_index(op.f("ix_pictures_message_id"), "pictures", ["message_id"], unique=False)
    op.create_index(op.f("ix_pictures_organization_id"), "pictures", ["organization_id"], unique=False)


def downgrade() -> None:
    """Without them"""
    op.drop_table("pictures")
