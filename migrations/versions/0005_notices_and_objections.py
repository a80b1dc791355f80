"""Notices, objections, and what was handed to credit partners."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "credit_handoff",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("court_id", sa.String(length=26), nullable=False),
        sa.Column("case_id", sa.String(length=26), nullable=False),
        sa.Column("partner", sa.String(length=200), nullable=False),
        sa.Column("message_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("message_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("receipt", sa.String(length=200), nullable=True),
        sa.Column("recalled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state IN ('sent', 'receipted', 'recall_due', 'recalled')", name=op.f("ck_credit_handoff_state")
        ),
        sa.CheckConstraint(
            "state NOT IN ('receipted') OR receipt IS NOT NULL", name=op.f("ck_credit_handoff_receipt")
        ),
        sa.ForeignKeyConstraint(
            ["court_id", "case_id"],
            ["enforcement_case.court_id", "enforcement_case.id"],
            name=op.f("fk_credit_handoff_court_id_case_id"),
        ),
        sa.ForeignKeyConstraint(["court_id"], ["court.id"], name=op.f("fk_credit_handoff_court_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_handoff")),
    )
    op.create_index("ix_credit_handoff_case_id", "credit_handoff", ["case_id"], unique=False)

    op.create_table(
        "notice",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("court_id", sa.String(length=26), nullable=False),
        sa.Column("case_id", sa.String(length=26), nullable=False),
        sa.Column("decision_id", sa.String(length=26), nullable=False),
        sa.Column("decision_complete", sa.Boolean(), nullable=False),
        sa.Column("line_id", sa.String(length=26), nullable=False),
        sa.Column("recording_id", sa.String(length=26), nullable=False),
        sa.Column("second_recording_id", sa.String(length=26), nullable=True),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("review_on", sa.Date(), nullable=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("review_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cap_days", sa.Integer(), nullable=False),
        sa.Column("hours_from", sa.String(length=5), nullable=True),
        sa.Column("hours_to", sa.String(length=5), nullable=True),
        sa.Column("skip_key", sa.Boolean(), nullable=False),
        sa.Column("created_by", sa.String(length=26), nullable=False),
        sa.Column("submitted_by", sa.String(length=26), nullable=True),
        sa.Column("approved_by", sa.String(length=26), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved_recordings", sa.String(length=130), nullable=True),
        sa.Column("suspended_by", sa.String(length=26), nullable=True),
        sa.Column("suspended_because", sa.String(length=40), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_because", sa.String(length=40), nullable=True),
        sa.Column("remark_id", sa.String(length=26), nullable=True),
        sa.Column("import_id", sa.String(length=26), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(state = 'ended') = (ended_at IS NOT NULL)", name=op.f("ck_notice_ended")),
        sa.CheckConstraint(
            "state IN ('draft', 'submitted', 'rejected', 'approved', 'suspended', 'ended')",
            name=op.f("ck_notice_state"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('approved', 'suspended') OR (approved_by IS NOT NULL AND approved_at IS NOT NULL AND submitted_by IS NOT NULL AND approved_by <> submitted_by AND approved_by <> created_by)",
            name=op.f("ck_notice_second_person"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('approved', 'suspended') OR (starts_at IS NOT NULL AND approved_recordings IS NOT NULL)",
            name=op.f("ck_notice_bound_to_what_was_seen"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('approved', 'suspended') OR decision_complete",
            name=op.f("ck_notice_served_and_signed"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('approved', 'suspended') OR ends_on IS NOT NULL OR review_on IS NOT NULL",
            name=op.f("ck_notice_end_or_review"),
        ),
        sa.CheckConstraint("cap_days BETWEEN 1 AND 30", name=op.f("ck_notice_cap")),
        sa.ForeignKeyConstraint(["approved_by"], ["user_account.id"], name=op.f("fk_notice_approved_by")),
        sa.ForeignKeyConstraint(
            ["case_id", "decision_id", "decision_complete"],
            ["decision.case_id", "decision.id", "decision.complete"],
            name=op.f("fk_notice_case_id_decision_id_decision_complete"),
        ),
        sa.ForeignKeyConstraint(
            ["court_id", "case_id"],
            ["enforcement_case.court_id", "enforcement_case.id"],
            name=op.f("fk_notice_court_id_case_id"),
        ),
        sa.ForeignKeyConstraint(
            ["court_id", "line_id"], ["line.court_id", "line.id"], name=op.f("fk_notice_court_id_line_id")
        ),
        sa.ForeignKeyConstraint(
            ["court_id", "recording_id"],
            ["recording.court_id", "recording.id"],
            name=op.f("fk_notice_court_id_recording_id"),
        ),
        sa.ForeignKeyConstraint(
            ["court_id", "second_recording_id"],
            ["recording.court_id", "recording.id"],
            name=op.f("fk_notice_court_id_second_recording_id"),
        ),
        sa.ForeignKeyConstraint(["court_id"], ["court.id"], name=op.f("fk_notice_court_id")),
        sa.ForeignKeyConstraint(["created_by"], ["user_account.id"], name=op.f("fk_notice_created_by")),
        sa.ForeignKeyConstraint(["import_id"], ["import_batch.id"], name=op.f("fk_notice_import_id")),
        sa.ForeignKeyConstraint(["remark_id"], ["remark.id"], name=op.f("fk_notice_remark_id")),
        sa.ForeignKeyConstraint(["submitted_by"], ["user_account.id"], name=op.f("fk_notice_submitted_by")),
        sa.ForeignKeyConstraint(["suspended_by"], ["user_account.id"], name=op.f("fk_notice_suspended_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sa.UniqueConstraint("court_id", "id", name=op.f("uq_notice_court_id_id")),
    )
    op.create_index("ix_notice_case_id", "notice", ["case_id"], unique=False)
    op.create_index("ix_notice_court_state", "notice", ["court_id", "state", "id"], unique=False)
    op.create_index(
        "ix_notice_ends",
        "notice",
        ["ends_at"],
        unique=False,
        sqlite_where=sa.text("state IN ('approved', 'suspended')"),
        postgresql_where=sa.text("state IN ('approved', 'suspended')"),
    )
    op.create_index("ix_notice_import_id", "notice", ["import_id"], unique=False)
    op.create_index("ix_notice_line_id", "notice", ["line_id"], unique=False)
    op.create_index("ix_notice_recording_id", "notice", ["recording_id"], unique=False)
    op.create_index(
        "ix_notice_review",
        "notice",
        ["review_until"],
        unique=False,
        sqlite_where=sa.text("state IN ('approved', 'suspended')"),
        postgresql_where=sa.text("state IN ('approved', 'suspended')"),
    )
    op.create_index("ix_notice_second_recording_id", "notice", ["second_recording_id"], unique=False)
    op.create_index(
        "ux_notice_live",
        "notice",
        ["line_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('approved', 'suspended')"),
        postgresql_where=sa.text("state IN ('approved', 'suspended')"),
    )

    op.create_table(
        "objection",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("court_id", sa.String(length=26), nullable=False),
        sa.Column("line_id", sa.String(length=26), nullable=False),
        sa.Column("notice_id", sa.String(length=26), nullable=True),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("reason_remark_id", sa.String(length=26), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("suspended", sa.Boolean(), nullable=False),
        sa.Column("decide_by", sa.Date(), nullable=True),
        sa.Column("decided_by", sa.String(length=26), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recorded_by", sa.String(length=26), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(state = 'open') = (decided_by IS NULL)", name=op.f("ck_objection_decided")),
        sa.CheckConstraint(
            "kind IN ('correction', 'removal', 'wrong_person', 'wrong_number')",
            name=op.f("ck_objection_kind"),
        ),
        sa.CheckConstraint("state IN ('open', 'upheld', 'rejected')", name=op.f("ck_objection_state")),
        sa.ForeignKeyConstraint(
            ["court_id", "line_id"], ["line.court_id", "line.id"], name=op.f("fk_objection_court_id_line_id")
        ),
        sa.ForeignKeyConstraint(
            ["court_id", "notice_id"],
            ["notice.court_id", "notice.id"],
            name=op.f("fk_objection_court_id_notice_id"),
        ),
        sa.ForeignKeyConstraint(["court_id"], ["court.id"], name=op.f("fk_objection_court_id")),
        sa.ForeignKeyConstraint(["decided_by"], ["user_account.id"], name=op.f("fk_objection_decided_by")),
        sa.ForeignKeyConstraint(
            ["reason_remark_id"], ["remark.id"], name=op.f("fk_objection_reason_remark_id")
        ),
        sa.ForeignKeyConstraint(["recorded_by"], ["user_account.id"], name=op.f("fk_objection_recorded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_objection")),
    )
    op.create_index("ix_objection_line_id", "objection", ["line_id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_objection_line_id", table_name="objection")

    op.drop_table("objection")
    op.drop_index(
        "ux_notice_live",
        table_name="notice",
        sqlite_where=sa.text("state IN ('approved', 'suspended')"),
        postgresql_where=sa.text("state IN ('approved', 'suspended')"),
    )
    op.drop_index("ix_notice_second_recording_id", table_name="notice")
    op.drop_index(
        "ix_notice_review",
        table_name="notice",
        sqlite_where=sa.text("state IN ('approved', 'suspended')"),
        postgresql_where=sa.text("state IN ('approved', 'suspended')"),
    )
    op.drop_index("ix_notice_recording_id", table_name="notice")
    op.drop_index("ix_notice_line_id", table_name="notice")
    op.drop_index("ix_notice_import_id", table_name="notice")
    op.drop_index(
        "ix_notice_ends",
        table_name="notice",
        sqlite_where=sa.text("state IN ('approved', 'suspended')"),
        postgresql_where=sa.text("state IN ('approved', 'suspended')"),
    )
    op.drop_index("ix_notice_court_state", table_name="notice")
    op.drop_index("ix_notice_case_id", table_name="notice")

    op.drop_table("notice")
    op.drop_index("ix_credit_handoff_case_id", table_name="credit_handoff")

    op.drop_table("credit_handoff")
