"""Lines, protected callers, prompts and their recordings."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "prompt",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("court_id", sa.String(length=26), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("language", sa.String(length=40), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["court_id"], ["court.id"], name=op.f("fk_prompt_court_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prompt")),
        sa.UniqueConstraint("court_id", "id", name=op.f("uq_prompt_court_id_id")),
        sa.UniqueConstraint("court_id", "name", "language", name=op.f("uq_prompt_court_id_name_language")),
    )
    op.create_table(
        "recording",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("court_id", sa.String(length=26), nullable=False),
        sa.Column("prompt_id", sa.String(length=26), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("transcript", sa.Text(), nullable=False),
        sa.Column("duration_ms", sa.Integer(), nullable=False),
        sa.Column("loudness_lufs", sa.Float(), nullable=False),
        sa.Column("peak_dbfs", sa.Float(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("uploaded_by", sa.String(length=26), nullable=False),
        sa.Column("submitted_by", sa.String(length=26), nullable=True),
        sa.Column("approved_by", sa.String(length=26), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("remark_id", sa.String(length=26), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state <> 'approved' OR (approved_by IS NOT NULL AND submitted_by IS NOT NULL AND approved_by <> uploaded_by AND approved_by <> submitted_by)",
            name=op.f("ck_recording_second_person"),
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'submitted', 'approved', 'rejected', 'withdrawn')",
            name=op.f("ck_recording_state"),
        ),
        sa.ForeignKeyConstraint(["approved_by"], ["user_account.id"], name=op.f("fk_recording_approved_by")),
        sa.ForeignKeyConstraint(["court_id"], ["court.id"], name=op.f("fk_recording_court_id")),
        sa.ForeignKeyConstraint(["prompt_id"], ["prompt.id"], name=op.f("fk_recording_prompt_id")),
        sa.ForeignKeyConstraint(["remark_id"], ["remark.id"], name=op.f("fk_recording_remark_id")),
        sa.ForeignKeyConstraint(
            ["submitted_by"], ["user_account.id"], name=op.f("fk_recording_submitted_by")
        ),
        sa.ForeignKeyConstraint(["uploaded_by"], ["user_account.id"], name=op.f("fk_recording_uploaded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recording")),
        sa.UniqueConstraint("court_id", "id", name=op.f("uq_recording_court_id_id")),
        sa.UniqueConstraint("prompt_id", "number", name=op.f("uq_recording_prompt_id_number")),
    )
    op.create_index("ix_recording_sha256", "recording", ["sha256"], unique=False)

    op.create_table(
        "line",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("court_id", sa.String(length=26), nullable=False),
        sa.Column("connection_id", sa.String(length=26), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("hash_key", sa.String(length=8), nullable=False),
        sa.Column("public_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("public_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("gateway_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("gateway_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("deliver_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("deliver_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("caller_id_policy", sa.String(length=40), nullable=False),
        sa.Column("ring_seconds", sa.Integer(), nullable=False),
        sa.Column("time_limit_seconds", sa.Integer(), nullable=False),
        sa.Column("quiet_because", sa.String(length=40), nullable=True),
        sa.Column("serves_public", sa.Boolean(), nullable=True),
        sa.Column("attestation_source", sa.String(length=40), nullable=False),
        sa.Column("attestation_reference", sa.String(length=200), nullable=False),
        sa.Column("attested_on", sa.Date(), nullable=False),
        sa.Column("attested_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fallback_checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fallback_reference", sa.String(length=200), nullable=True),
        sa.Column("proposed_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("proposed_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("delivery_proposed_by", sa.String(length=26), nullable=True),
        sa.Column("delivery_approved_by", sa.String(length=26), nullable=True),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("release_reference", sa.String(length=200), nullable=True),
        sa.Column("change_no", sa.BigInteger(), nullable=False),
        sa.Column("import_id", sa.String(length=26), nullable=True),
        sa.Column("created_by", sa.String(length=26), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "attestation_source IN ('carrier-letter', 'carrier-api', 'reconciliation-file')",
            name=op.f("ck_line_attestation_source"),
        ),
        sa.CheckConstraint(
            "caller_id_policy IN ('pass_through', 'gateway_number', 'pass_if_attested')",
            name=op.f("ck_line_caller_id_policy"),
        ),
        sa.CheckConstraint(
            "state <> 'active' OR fallback_checked_at IS NOT NULL", name=op.f("ck_line_fallback_checked")
        ),
        sa.CheckConstraint("state IN ('enrolled', 'active', 'released')", name=op.f("ck_line_state")),
        sa.CheckConstraint(
            "deliver_hash <> public_hash AND deliver_hash <> gateway_hash",
            name=op.f("ck_line_never_to_itself"),
        ),
        sa.CheckConstraint(
            "delivery_approved_by IS NULL OR (delivery_proposed_by IS NOT NULL AND delivery_approved_by <> delivery_proposed_by)",
            name=op.f("ck_line_two"),
        ),
        sa.ForeignKeyConstraint(["connection_id"], ["connection.id"], name=op.f("fk_line_connection_id")),
        sa.ForeignKeyConstraint(["court_id"], ["court.id"], name=op.f("fk_line_court_id")),
        sa.ForeignKeyConstraint(["created_by"], ["user_account.id"], name=op.f("fk_line_created_by")),
        sa.ForeignKeyConstraint(
            ["delivery_approved_by"], ["user_account.id"], name=op.f("fk_line_delivery_approved_by")
        ),
        sa.ForeignKeyConstraint(
            ["delivery_proposed_by"], ["user_account.id"], name=op.f("fk_line_delivery_proposed_by")
        ),
        sa.ForeignKeyConstraint(["import_id"], ["import_batch.id"], name=op.f("fk_line_import_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_line")),
        sa.UniqueConstraint("court_id", "id", name=op.f("uq_line_court_id_id")),
    )
    op.create_index("ix_line_change_no", "line", ["change_no"], unique=False)
    op.create_index("ix_line_deliver_hash", "line", ["deliver_hash"], unique=False)
    op.create_index("ix_line_import_id", "line", ["import_id"], unique=False)
    op.create_index(
        "ux_line_dialled",
        "line",
        ["connection_id", "gateway_hash"],
        unique=True,
        sqlite_where=sa.text("state <> 'released'"),
        postgresql_where=sa.text("state <> 'released'"),
    )
    op.create_index(
        "ux_line_public",
        "line",
        ["public_hash"],
        unique=True,
        sqlite_where=sa.text("state <> 'released'"),
        postgresql_where=sa.text("state <> 'released'"),
    )

    op.create_table(
        "protected_caller",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("court_id", sa.String(length=26), nullable=True),
        sa.Column("line_id", sa.String(length=26), nullable=True),
        sa.Column("number_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("number_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["court_id"], ["court.id"], name=op.f("fk_protected_caller_court_id")),
        sa.ForeignKeyConstraint(["line_id"], ["line.id"], name=op.f("fk_protected_caller_line_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_protected_caller")),
        sa.UniqueConstraint(
            "number_hash",
            "court_id",
            "line_id",
            name=op.f("uq_protected_caller_number_hash_court_id_line_id"),
        ),
    )
    op.create_index("ix_protected_caller_number_hash", "protected_caller", ["number_hash"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_protected_caller_number_hash", table_name="protected_caller")

    op.drop_table("protected_caller")
    op.drop_index(
        "ux_line_public",
        table_name="line",
        sqlite_where=sa.text("state <> 'released'"),
        postgresql_where=sa.text("state <> 'released'"),
    )
    op.drop_index(
        "ux_line_dialled",
        table_name="line",
        sqlite_where=sa.text("state <> 'released'"),
        postgresql_where=sa.text("state <> 'released'"),
    )
    op.drop_index("ix_line_import_id", table_name="line")
    op.drop_index("ix_line_deliver_hash", table_name="line")
    op.drop_index("ix_line_change_no", table_name="line")

    op.drop_table("line")
    op.drop_index("ix_recording_sha256", table_name="recording")

    op.drop_table("recording")
    op.drop_table("prompt")
