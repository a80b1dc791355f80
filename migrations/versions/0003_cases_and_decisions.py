"""Debtors, enforcement cases and the decisions made in them."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "debtor",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("court_id", sa.String(length=26), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("name_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("identity_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("identity_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("representative_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("birth_date", sa.Date(), nullable=True),
        sa.Column("of_age_on", sa.Date(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind = 'entity' OR (birth_date IS NOT NULL AND of_age_on > birth_date)",
            name=op.f("ck_debtor_age_known"),
        ),
        sa.CheckConstraint("kind IN ('person', 'entity')", name=op.f("ck_debtor_kind")),
        sa.ForeignKeyConstraint(["court_id"], ["court.id"], name=op.f("fk_debtor_court_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_debtor")),
        sa.UniqueConstraint("id", "of_age_on", name=op.f("uq_debtor_id_of_age_on")),
    )
    op.create_index("ix_debtor_identity", "debtor", ["court_id", "identity_hash"], unique=False)

    op.create_table(
        "enforcement_case",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("court_id", sa.String(length=26), nullable=False),
        sa.Column("case_number", sa.String(length=200), nullable=False),
        sa.Column("debtor_id", sa.String(length=26), nullable=False),
        sa.Column("obligation_kind", sa.String(length=40), nullable=False),
        sa.Column("obligation_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("debtor_dead", sa.Boolean(), nullable=False),
        sa.Column("closing_ground", sa.Integer(), nullable=True),
        sa.Column("closing_remark_id", sa.String(length=26), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.String(length=26), nullable=True),
        sa.Column("formal_deletion", sa.String(length=40), nullable=True),
        sa.Column("formal_deletion_due_on", sa.Date(), nullable=True),
        sa.Column("created_by", sa.String(length=26), nullable=False),
        sa.Column("import_id", sa.String(length=26), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(state = 'closed') = (closed_at IS NOT NULL)", name=op.f("ck_enforcement_case_closed")
        ),
        sa.CheckConstraint(
            "formal_deletion IS NULL OR formal_deletion IN ('due', 'done', 'not_due_before_term', 'not_computable')",
            name=op.f("ck_enforcement_case_formal_deletion"),
        ),
        sa.CheckConstraint(
            "state <> 'closed' OR (closing_ground IS NOT NULL AND closing_ground BETWEEN 1 AND 7)",
            name=op.f("ck_enforcement_case_closing_ground"),
        ),
        sa.CheckConstraint("state IN ('open', 'stayed', 'closed')", name=op.f("ck_enforcement_case_state")),
        sa.ForeignKeyConstraint(
            ["closed_by"], ["user_account.id"], name=op.f("fk_enforcement_case_closed_by")
        ),
        sa.ForeignKeyConstraint(
            ["closing_remark_id"], ["remark.id"], name=op.f("fk_enforcement_case_closing_remark_id")
        ),
        sa.ForeignKeyConstraint(["court_id"], ["court.id"], name=op.f("fk_enforcement_case_court_id")),
        sa.ForeignKeyConstraint(
            ["created_by"], ["user_account.id"], name=op.f("fk_enforcement_case_created_by")
        ),
        sa.ForeignKeyConstraint(["debtor_id"], ["debtor.id"], name=op.f("fk_enforcement_case_debtor_id")),
        sa.ForeignKeyConstraint(
            ["import_id"], ["import_batch.id"], name=op.f("fk_enforcement_case_import_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enforcement_case")),
        sa.UniqueConstraint("court_id", "case_number", name=op.f("uq_enforcement_case_court_id_case_number")),
        sa.UniqueConstraint("court_id", "id", name=op.f("uq_enforcement_case_court_id_id")),
    )
    op.create_index("ix_enforcement_case_debtor_id", "enforcement_case", ["debtor_id"], unique=False)
    op.create_index("ix_enforcement_case_import", "enforcement_case", ["import_id"], unique=False)

    op.create_table(
        "decision",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("court_id", sa.String(length=26), nullable=False),
        sa.Column("case_id", sa.String(length=26), nullable=False),
        sa.Column("debtor_id", sa.String(length=26), nullable=False),
        sa.Column("debtor_of_age_on", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("number", sa.String(length=200), nullable=False),
        sa.Column("grounds", sa.String(length=20), nullable=False),
        sa.Column("reasons_remark_id", sa.String(length=26), nullable=False),
        sa.Column("term_months", sa.Integer(), nullable=True),
        sa.Column("extension_reason", sa.String(length=40), nullable=True),
        sa.Column("signed_by_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("served_on", sa.Date(), nullable=True),
        sa.Column("service_method", sa.String(length=40), nullable=True),
        sa.Column("grace_until", sa.Date(), nullable=True),
        sa.Column("warned_on", sa.Date(), nullable=True),
        sa.Column("publication_ref", sa.String(length=200), nullable=True),
        sa.Column("declarations_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.Column("created_by", sa.String(length=26), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(term_months IS NULL) = (grounds = '1') OR kind = 'early_deletion'",
            name=op.f("ck_decision_term_by_grounds"),
        ),
        sa.CheckConstraint(
            "kind IN ('initial', 'extension', 'early_deletion')", name=op.f("ck_decision_kind")
        ),
        sa.CheckConstraint(
            "service_method IS NULL OR service_method IN ('direct', 'left', 'electronic', 'entrusted', 'mail', 'forwarded', 'public_notice')",
            name=op.f("ck_decision_service_method"),
        ),
        sa.CheckConstraint(
            "term_months IS NULL OR term_months = 24 OR (term_months BETWEEN 36 AND 60 AND extension_reason IS NOT NULL AND extension_reason IN ('serious_violence', 'several_acts'))",
            name=op.f("ck_decision_term_length"),
        ),
        sa.CheckConstraint(
            "NOT complete OR (signed_by_sealed IS NOT NULL AND served_on IS NOT NULL AND service_method IS NOT NULL AND warned_on IS NOT NULL)",
            name=op.f("ck_decision_complete"),
        ),
        sa.CheckConstraint("made_on >= debtor_of_age_on", name=op.f("ck_decision_never_a_minor")),
        sa.ForeignKeyConstraint(
            ["court_id", "case_id"],
            ["enforcement_case.court_id", "enforcement_case.id"],
            name=op.f("fk_decision_court_id_case_id"),
        ),
        sa.ForeignKeyConstraint(["created_by"], ["user_account.id"], name=op.f("fk_decision_created_by")),
        sa.ForeignKeyConstraint(
            ["debtor_id", "debtor_of_age_on"],
            ["debtor.id", "debtor.of_age_on"],
            name=op.f("fk_decision_debtor_id_debtor_of_age_on"),
        ),
        sa.ForeignKeyConstraint(
            ["reasons_remark_id"], ["remark.id"], name=op.f("fk_decision_reasons_remark_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
        sa.UniqueConstraint("case_id", "id", "complete", name=op.f("uq_decision_case_id_id_complete")),
        sa.UniqueConstraint("court_id", "number", name=op.f("uq_decision_court_id_number")),
    )
    op.create_index("ix_decision_case_id", "decision", ["case_id"], unique=False)
    op.create_index("ix_decision_debtor_id", "decision", ["debtor_id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_decision_debtor_id", table_name="decision")
    op.drop_index("ix_decision_case_id", table_name="decision")

    op.drop_table("decision")
    op.drop_index("ix_enforcement_case_import", table_name="enforcement_case")
    op.drop_index("ix_enforcement_case_debtor_id", table_name="enforcement_case")

    op.drop_table("enforcement_case")
    op.drop_index("ix_debtor_identity", table_name="debtor")

    op.drop_table("debtor")
