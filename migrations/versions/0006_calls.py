"""Calls, what carriers reported of them, and who has heard a notice within its cap."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "heard",
        sa.Column("notice_id", sa.String(length=26), nullable=False),
        sa.Column("period", sa.String(length=40), nullable=False),
        sa.Column("caller_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("notice_id", "period", "caller_hash", name=op.f("pk_heard")),
    )
    op.create_index("ix_heard_at", "heard", ["at"], unique=False)

    op.create_table(
        "call",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("connection_id", sa.String(length=26), nullable=False),
        sa.Column("carrier_call_id", sa.String(length=200), nullable=False),
        sa.Column("court_id", sa.String(length=26), nullable=True),
        sa.Column("line_id", sa.String(length=26), nullable=True),
        sa.Column("notice_id", sa.String(length=26), nullable=True),
        sa.Column("decision", sa.String(length=40), nullable=False),
        sa.Column("why", sa.String(length=40), nullable=False),
        sa.Column("shadow", sa.Boolean(), nullable=False),
        sa.Column("recordings", sa.String(length=130), nullable=True),
        sa.Column("played_ms", sa.Integer(), nullable=False),
        sa.Column("caller_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("heard_ms", sa.Integer(), nullable=True),
        sa.Column("outcome", sa.String(length=40), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "decision = 'silent' OR notice_id IS NOT NULL", name=op.f("ck_call_played_a_notice")
        ),
        sa.CheckConstraint("decision IN ('played', 'silent')", name=op.f("ck_call_decision")),
        sa.CheckConstraint(
            "outcome IN ('connected', 'busy', 'no_answer', 'failed', 'canceled', 'unknown')",
            name=op.f("ck_call_outcome"),
        ),
        sa.ForeignKeyConstraint(["connection_id"], ["connection.id"], name=op.f("fk_call_connection_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call")),
        sa.UniqueConstraint(
            "connection_id", "carrier_call_id", name=op.f("uq_call_connection_id_carrier_call_id")
        ),
    )
    op.create_index("ix_call_court", "call", ["court_id", "id"], unique=False)
    op.create_index("ix_call_ended_at", "call", ["ended_at"], unique=False)
    op.create_index("ix_call_line", "call", ["line_id", "received_at"], unique=False)
    op.create_index("ix_call_received_at", "call", ["received_at"], unique=False)

    op.create_table(
        "call_event",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("connection_id", sa.String(length=26), nullable=False),
        sa.Column("carrier_call_id", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("duration_s", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('keys', 'dialled', 'status')", name=op.f("ck_call_event_kind")),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connection.id"], name=op.f("fk_call_event_connection_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_event")),
        sa.UniqueConstraint(
            "connection_id",
            "carrier_call_id",
            "kind",
            "status",
            "sequence",
            name=op.f("uq_call_event_connection_id_carrier_call_id_kind_status_sequence"),
        ),
    )
    op.create_index("ix_call_event_at", "call_event", ["at"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_call_event_at", table_name="call_event")

    op.drop_table("call_event")
    op.drop_index("ix_call_received_at", table_name="call")
    op.drop_index("ix_call_line", table_name="call")
    op.drop_index("ix_call_ended_at", table_name="call")
    op.drop_index("ix_call_court", table_name="call")

    op.drop_table("call")
    op.drop_index("ix_heard_at", table_name="heard")

    op.drop_table("heard")
