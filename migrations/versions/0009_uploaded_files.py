"""Uploaded files on their way to become imports, and the sealed pieces of them."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "import_job",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("court_id", sa.String(length=26), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("created_by", sa.String(length=26), nullable=False),
        sa.Column("file_name_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("file_sha256", sa.String(length=64), nullable=False),
        sa.Column("file_bytes", sa.Integer(), nullable=False),
        sa.Column("declared_rows", sa.Integer(), nullable=False),
        sa.Column("declared_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("read_as", sa.String(length=40), nullable=True),
        sa.Column("rows", sa.Integer(), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("rows_done", sa.Integer(), nullable=False),
        sa.Column("rows_total", sa.Integer(), nullable=False),
        sa.Column("to_close", sa.Integer(), nullable=True),
        sa.Column("errors", sa.Integer(), nullable=False),
        sa.Column("errors_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("preview_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("because", sa.String(length=40), nullable=True),
        sa.Column("worker", sa.String(length=200), nullable=True),
        sa.Column("beat_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("import_id", sa.String(length=26), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(state = 'submitted') = (import_id IS NOT NULL)", name=op.f("ck_import_job_published")
        ),
        sa.CheckConstraint("kind IN ('enrolment', 'closures')", name=op.f("ck_import_job_kind")),
        sa.CheckConstraint("read_as IN ('utf-8', 'gb18030', 'xlsx')", name=op.f("ck_import_job_read_as")),
        sa.CheckConstraint(
            "state IN ('receiving', 'received', 'checking', 'checked', 'refused', 'confirmed', 'writing', 'submitted', 'withdrawn', 'failed')",
            name=op.f("ck_import_job_state"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('checked', 'confirmed', 'writing', 'submitted') OR (rows IS NOT NULL AND sha256 IS NOT NULL AND read_as IS NOT NULL)",
            name=op.f("ck_import_job_counted"),
        ),
        sa.ForeignKeyConstraint(["court_id"], ["court.id"], name=op.f("fk_import_job_court_id")),
        sa.ForeignKeyConstraint(["created_by"], ["user_account.id"], name=op.f("fk_import_job_created_by")),
        sa.ForeignKeyConstraint(["import_id"], ["import_batch.id"], name=op.f("fk_import_job_import_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_job")),
        sa.UniqueConstraint("court_id", "id", name=op.f("uq_import_job_court_id_id")),
    )
    op.create_index(op.f("ix_import_job_import_id"), "import_job", ["import_id"], unique=False)
    op.create_index(
        "ix_import_job_open",
        "import_job",
        ["id"],
        unique=False,
        sqlite_where=sa.text("state IN ('received', 'checking', 'confirmed', 'writing')"),
        postgresql_where=sa.text("state IN ('received', 'checking', 'confirmed', 'writing')"),
    )

    op.create_table(
        "import_part",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("court_id", sa.String(length=26), nullable=False),
        sa.Column("job_id", sa.String(length=26), nullable=False),
        sa.Column("content", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content_sealed", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("content IN ('upload', 'rows')", name=op.f("ck_import_part_content")),
        sa.ForeignKeyConstraint(
            ["court_id", "job_id"],
            ["import_job.court_id", "import_job.id"],
            name=op.f("fk_import_part_court_id_job_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_part")),
        sa.UniqueConstraint("job_id", "content", "number", name=op.f("uq_import_part_job_id_content_number")),
    )


def downgrade() -> None:
    op.drop_table("import_part")
    op.drop_index(
        "ix_import_job_open",
        table_name="import_job",
        sqlite_where=sa.text("state IN ('received', 'checking', 'confirmed', 'writing')"),
        postgresql_where=sa.text("state IN ('received', 'checking', 'confirmed', 'writing')"),
    )
    op.drop_index(op.f("ix_import_job_import_id"), table_name="import_job")
    op.drop_table("import_job")
