"""Devices"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_ONCE = ("organization_id", "about", "on_call_id")


def upgrade() -> None:
    """Browsers of supervisors that ring while no page is open"""
    op.create_table(
        "push_keys",
        sa.Column("private_sealed", sa.Text(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_push_keys")),
    )
    op.create_table(
        "devices",
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("endpoint_hash", sa.Text(), nullable=False),
        sa.Column("subscription_sealed", sa.Text(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("organization_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_devices_person_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_devices_organization_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_devices")),
        sa.UniqueConstraint("endpoint_hash", name=op.f("uq_devices_endpoint_hash")),
    )
    for column in ("person_id", "organization_id"):
        op.create_index(op.f(f"ix_devices_{column}"), "devices", [column])
    op.add_column("calls_out", sa.Column("device_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        op.f("fk_calls_out_device_id"), "calls_out", "devices", ["device_id"], ["id"], ondelete="CASCADE"
    )
    _once(_ONCE, (*_ONCE, "device_id"))


def _once(before: tuple[str, ...], after: tuple[str, ...]) -> None:
    op.drop_constraint(op.f("uq_calls_out_" + "_".join(before)), "calls_out")
    op.create_unique_constraint(
        op.f("uq_calls_out_" + "_".join(after)), "calls_out", after, postgresql_nulls_not_distinct=True
    )


def downgrade() -> None:
    """Without them"""
    op.execute("delete from calls_out where device_id is not null")
    _once((*_ONCE, "device_id"), _ONCE)
    op.drop_column("calls_out", "device_id")
    op.drop_table("devices")
    op.drop_table("push_keys")
