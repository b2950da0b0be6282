"""alarms"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Alarms, who is called about them, and when a process was last alive"""
    _pulses()
    _on_call()
    _alarms()
    _calls()
    op.add_column(
        "organizations",
        sa.Column("answer_within_s", sa.BigInteger(), server_default=sa.text("300"), nullable=False),
    )
    op.add_column("organizations", sa.Column("alarm_url_sealed", sa.Text(), nullable=True))


def _pulses() -> None:
    op.create_table(
        "pulses",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pulses")),
        sa.UniqueConstraint("name", name=op.f("uq_pulses_name")),
    )


def _on_call() -> None:
    op.create_table(
        "on_call",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("number_sealed", sa.Text(), nullable=False),
        sa.Column("added_by", sa.BigInteger(), nullable=False),
        sa.Column("organization_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.ForeignKeyConstraint(["added_by"], ["people.id"], name=op.f("fk_on_call_added_by")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_on_call_organization_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_on_call")),
    )
    op.create_index(op.f("ix_on_call_organization_id"), "on_call", ["organization_id"], unique=False)


def _alarms() -> None:
    op.create_table(
        "alarms",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("conversation_id", sa.BigInteger(), nullable=True),
        sa.Column("details", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.BigInteger(), nullable=True),
        sa.Column("organization_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name=op.f("fk_alarms_conversation_id")
        ),
        sa.ForeignKeyConstraint(["ended_by"], ["people.id"], name=op.f("fk_alarms_ended_by")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_alarms_organization_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alarms")),
    )
    op.create_index(op.f("ix_alarms_organization_id"), "alarms", ["organization_id"], unique=False)
    op.create_index(
        "one_open_alarm",
        "alarms",
        ["organization_id", "kind", sa.literal_column("coalesce(conversation_id, 0)")],
        unique=True,
        postgresql_where=sa.text("ended_at is null"),
    )


def _calls() -> None:
    op.create_table(
        "calls_out",
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("on_call_id", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("gave_up_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("organization_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.ForeignKeyConstraint(
            ["on_call_id"], ["on_call.id"], name=op.f("fk_calls_out_on_call_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_calls_out_organization_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calls_out")),
        sa.UniqueConstraint(
            "organization_id",
            "about",
            "on_call_id",
            name=op.f("uq_calls_out_organization_id_about_on_call_id"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_index(
        "calls_due",
        "calls_out",
        ["next_try_at"],
        unique=False,
        postgresql_where=sa.text("left_at is null and gave_up_at is null"),
    )
    op.create_index(op.f("ix_calls_out_organization_id"), "calls_out", ["organization_id"], unique=False)


def downgrade() -> None:
    """Back."""
    # ### commands auto generated by Alembic - please adjust! ###
    op.drop_column("organizations", "alarm_url_sealed")
    op.drop_column("organizations", "answer_within_s")
    op.drop_index(op.f("ix_calls_out_organization_id"), table_name="calls_out")
    op.drop_index(
        "calls_due",
        table_name="calls_out",
        postgresql_where=sa.text("left_at is null and gave_up_at is null"),
    )
    op.drop_table("calls_out")
    op.drop_index("one_open_alarm", table_name="alarms", postgresql_where=sa.text("ended_at is null"))
    op.drop_index(op.f("ix_alarms_organization_id"), table_name="alarms")
    op.drop_table("alarms")
    op.drop_index(op.f("ix_on_call_organization_id"), table_name="on_call")
    op.drop_table("on_call")
    op.drop_table("pulses")
    # ### end Alembic commands ###
