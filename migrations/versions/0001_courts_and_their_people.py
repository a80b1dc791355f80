"""The platform, its courts and their people, carriers' connections, alerts and imports."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "connection",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("slug", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("account", sa.String(length=200), nullable=False),
        sa.Column("secret_current_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("secret_next_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("public_base_url", sa.String(length=200), nullable=False),
        sa.Column("default_route", sa.String(length=200), nullable=True),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("sip_hosts", sa.Text(), nullable=False),
        sa.Column("notice_mode", sa.String(length=40), nullable=False),
        sa.Column("change_no", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "notice_mode IN ('answered', 'early_media', 'ringback')", name=op.f("ck_connection_mode")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_connection")),
        sa.UniqueConstraint("slug", name=op.f("uq_connection_slug")),
    )
    op.create_index("ix_connection_change_no", "connection", ["change_no"], unique=False)

    op.create_table(
        "court",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("parent_id", sa.String(length=26), nullable=True),
        sa.Column("zone", sa.String(length=40), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("profile", sa.String(length=40), nullable=True),
        sa.Column("legal_basis", sa.String(length=200), nullable=True),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.Column("shadow", sa.Boolean(), nullable=False),
        sa.Column("api_approval", sa.Boolean(), nullable=False),
        sa.Column("objection_suspends", sa.Boolean(), nullable=False),
        sa.Column("disabled_by", sa.String(length=26), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "NOT enabled OR (profile IS NOT NULL AND legal_basis IS NOT NULL)", name=op.f("ck_court_lawful")
        ),
        sa.ForeignKeyConstraint(["parent_id"], ["court.id"], name=op.f("fk_court_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_court")),
        sa.UniqueConstraint("name", name=op.f("uq_court_name")),
    )
    op.create_table(
        "lease",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("holder", sa.String(length=200), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_lease")),
    )
    op.create_table(
        "platform",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("change_no", sa.BigInteger(), nullable=False),
        sa.Column("last_tick_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("chains_verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("chains_intact", sa.Boolean(), nullable=True),
        sa.Column("closures_imported_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_platform_single")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_platform")),
    )
    op.create_table(
        "alert",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("court_id", sa.String(length=26), nullable=True),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.String(length=200), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["court_id"], ["court.id"], name=op.f("fk_alert_court_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert")),
    )
    op.create_index(
        "ix_alert_unsent",
        "alert",
        ["id"],
        unique=False,
        sqlite_where=sa.text("sent_at IS NULL"),
        postgresql_where=sa.text("sent_at IS NULL"),
    )
    op.create_index(
        "ux_alert_open",
        "alert",
        ["kind", "subject_id"],
        unique=True,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )

    op.create_table(
        "court_calendar_day",
        sa.Column("court_id", sa.String(length=26), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("working", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["court_id"], ["court.id"], name=op.f("fk_court_calendar_day_court_id")),
        sa.PrimaryKeyConstraint("court_id", "day", name=op.f("pk_court_calendar_day")),
    )
    op.create_table(
        "remark",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("court_id", sa.String(length=26), nullable=True),
        sa.Column("text_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("purge_after", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["court_id"], ["court.id"], name=op.f("fk_remark_court_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remark")),
    )
    op.create_index("ix_remark_purge_after", "remark", ["purge_after"], unique=False)

    op.create_table(
        "user_account",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("court_id", sa.String(length=26), nullable=True),
        sa.Column("username", sa.String(length=40), nullable=False),
        sa.Column("name_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("person_key", sa.LargeBinary(length=32), nullable=False),
        sa.Column("roles", sa.String(length=200), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("totp_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["court_id"], ["court.id"], name=op.f("fk_user_account_court_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_account")),
        sa.UniqueConstraint("court_id", "id", name=op.f("uq_user_account_court_id_id")),
        sa.UniqueConstraint("person_key", name=op.f("uq_user_account_person_key")),
        sa.UniqueConstraint("username", name=op.f("uq_user_account_username")),
    )
    op.create_table(
        "api_token",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("scopes", sa.String(length=200), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_api_token_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_api_token_token_hash")),
    )
    op.create_table(
        "idempotency_record",
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column("key_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("request_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("location", sa.String(length=200), nullable=True),
        sa.Column("body_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state IN ('running', 'answered')", name=op.f("ck_idempotency_record_state")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_idempotency_record_user_id")),
        sa.PrimaryKeyConstraint("user_id", "key_hash", name=op.f("pk_idempotency_record")),
    )
    op.create_index("ix_idempotency_record_created_at", "idempotency_record", ["created_at"], unique=False)

    op.create_table(
        "import_batch",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("court_id", sa.String(length=26), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("submitted_by", sa.String(length=26), nullable=False),
        sa.Column("approved_by", sa.String(length=26), nullable=True),
        sa.Column("change_no", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('enrolment', 'closures')", name=op.f("ck_import_batch_kind")),
        sa.CheckConstraint(
            "state <> 'approved' OR (approved_by IS NOT NULL AND approved_by <> submitted_by)",
            name=op.f("ck_import_batch_second_person"),
        ),
        sa.CheckConstraint(
            "state IN ('writing', 'submitted', 'approved', 'failed')", name=op.f("ck_import_batch_state")
        ),
        sa.ForeignKeyConstraint(
            ["approved_by"], ["user_account.id"], name=op.f("fk_import_batch_approved_by")
        ),
        sa.ForeignKeyConstraint(["court_id"], ["court.id"], name=op.f("fk_import_batch_court_id")),
        sa.ForeignKeyConstraint(
            ["submitted_by"], ["user_account.id"], name=op.f("fk_import_batch_submitted_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_batch")),
    )


def downgrade() -> None:
    op.drop_table("import_batch")
    op.drop_index("ix_idempotency_record_created_at", table_name="idempotency_record")

    op.drop_table("idempotency_record")
    op.drop_table("api_token")
    op.drop_table("user_account")
    op.drop_index("ix_remark_purge_after", table_name="remark")

    op.drop_table("remark")
    op.drop_table("court_calendar_day")
    op.drop_index(
        "ux_alert_open",
        table_name="alert",
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.drop_index(
        "ix_alert_unsent",
        table_name="alert",
        sqlite_where=sa.text("sent_at IS NULL"),
        postgresql_where=sa.text("sent_at IS NULL"),
    )

    op.drop_table("alert")
    op.drop_table("platform")
    op.drop_table("lease")
    op.drop_table("court")
    op.drop_index("ix_connection_change_no", table_name="connection")

    op.drop_table("connection")
