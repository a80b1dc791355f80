"""Enrolments that a clerk has begun, and what an approver declares in his own person."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "enrolment_draft",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("court_id", sa.String(length=26), nullable=False),
        sa.Column("created_by", sa.String(length=26), nullable=False),
        sa.Column("changed_by", sa.String(length=26), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("step", sa.String(length=40), nullable=False),
        sa.Column("typed_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("notice_id", sa.String(length=26), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state IN ('open', 'submitted', 'discarded')", name=op.f("ck_enrolment_draft_state")
        ),
        sa.CheckConstraint(
            "(state = 'open') = (typed_sealed IS NOT NULL)", name=op.f("ck_enrolment_draft_typed_while_open")
        ),
        sa.CheckConstraint(
            "(state = 'submitted') = (notice_id IS NOT NULL)", name=op.f("ck_enrolment_draft_became")
        ),
        sa.ForeignKeyConstraint(["court_id"], ["court.id"], name=op.f("fk_enrolment_draft_court_id")),
        sa.ForeignKeyConstraint(
            ["created_by"], ["user_account.id"], name=op.f("fk_enrolment_draft_created_by")
        ),
        sa.ForeignKeyConstraint(
            ["changed_by"], ["user_account.id"], name=op.f("fk_enrolment_draft_changed_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrolment_draft")),
    )
    op.create_index("ix_enrolment_draft_court", "enrolment_draft", ["court_id", "state", "id"], unique=False)
    op.create_index("ix_enrolment_draft_changed_at", "enrolment_draft", ["changed_at"], unique=False)
    op.add_column("notice", sa.Column("approver_declarations_sealed", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    op.drop_column("notice", "approver_declarations_sealed")
    op.drop_index("ix_enrolment_draft_changed_at", table_name="enrolment_draft")
    op.drop_index("ix_enrolment_draft_court", table_name="enrolment_draft")

    op.drop_table("enrolment_draft")
