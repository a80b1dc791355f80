"""Changes of a court that two persons make, when a connection last moved, when a token was last used."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "court_change",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("court_id", sa.String(length=26), nullable=False),
        sa.Column("what", sa.String(length=40), nullable=False),
        sa.Column("profile", sa.String(length=40), nullable=True),
        sa.Column("legal_basis", sa.String(length=200), nullable=True),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("proposed_by", sa.String(length=26), nullable=False),
        sa.Column("decided_by", sa.String(length=26), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("remark_id", sa.String(length=26), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "what IN ('shadow', 'api_approval', 'objection_suspends', 'programme')",
            name=op.f("ck_court_change_what"),
        ),
        sa.CheckConstraint(
            "state IN ('proposed', 'applied', 'withdrawn')", name=op.f("ck_court_change_state")
        ),
        sa.CheckConstraint(
            "what <> 'programme' OR (profile IS NOT NULL AND legal_basis IS NOT NULL)",
            name=op.f("ck_court_change_programme"),
        ),
        sa.CheckConstraint(
            "(state = 'proposed') = (decided_by IS NULL)", name=op.f("ck_court_change_decided")
        ),
        sa.CheckConstraint(
            "state <> 'applied' OR decided_by <> proposed_by", name=op.f("ck_court_change_two_persons")
        ),
        sa.ForeignKeyConstraint(["court_id"], ["court.id"], name=op.f("fk_court_change_court_id")),
        sa.ForeignKeyConstraint(["remark_id"], ["remark.id"], name=op.f("fk_court_change_remark_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_court_change")),
    )
    op.create_index(
        "ux_court_change_open",
        "court_change",
        ["court_id", "what"],
        unique=True,
        sqlite_where=sa.text("state = 'proposed'"),
        postgresql_where=sa.text("state = 'proposed'"),
    )
    op.add_column("connection", sa.Column("moved_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("api_token", sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("api_token", "last_used_at")
    op.drop_column("connection", "moved_at")
    op.drop_index(
        "ux_court_change_open",
        table_name="court_change",
        sqlite_where=sa.text("state = 'proposed'"),
        postgresql_where=sa.text("state = 'proposed'"),
    )
    op.drop_table("court_change")
