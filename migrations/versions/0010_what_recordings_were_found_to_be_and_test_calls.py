"""What the checks found in a recording, the number from which a connection calls, and test calls."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("recording", sa.Column("findings", sa.Text(), nullable=True))
    op.add_column("connection", sa.Column("outgoing_sealed", sa.LargeBinary(), nullable=True))
    op.create_table(
        "test_call",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("court_id", sa.String(length=26), nullable=False),
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column("connection_id", sa.String(length=26), nullable=False),
        sa.Column("notice_id", sa.String(length=26), nullable=True),
        sa.Column("recording_id", sa.String(length=26), nullable=True),
        sa.Column("recordings", sa.String(length=130), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("failure", sa.String(length=40), nullable=True),
        sa.Column("carrier_call_id", sa.String(length=200), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state <> 'answered' OR carrier_call_id IS NOT NULL", name=op.f("ck_test_call_answered_by")
        ),
        sa.CheckConstraint(
            "(notice_id IS NULL) <> (recording_id IS NULL)", name=op.f("ck_test_call_one_subject")
        ),
        sa.CheckConstraint("state IN ('placed', 'answered', 'failed')", name=op.f("ck_test_call_state")),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connection.id"], name=op.f("fk_test_call_connection_id")
        ),
        sa.ForeignKeyConstraint(["court_id"], ["court.id"], name=op.f("fk_test_call_court_id")),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"], name=op.f("fk_test_call_notice_id")),
        sa.ForeignKeyConstraint(["recording_id"], ["recording.id"], name=op.f("fk_test_call_recording_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_test_call_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_test_call")),
    )
    op.create_index("ix_test_call_created_at", "test_call", ["created_at"], unique=False)
    op.create_index("ix_test_call_person", "test_call", ["user_id", "created_at"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_test_call_person", table_name="test_call")
    op.drop_index("ix_test_call_created_at", table_name="test_call")
    op.drop_table("test_call")
    op.drop_column("connection", "outgoing_sealed")
    op.drop_column("recording", "findings")
