"""Signing in to the desk: sessions, security keys, one-time links, and how often somebody has tried."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "desk_challenge",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("bound_to", sa.String(length=26), nullable=False),
        sa.Column("purpose", sa.String(length=200), nullable=False),
        sa.Column("secret_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_challenge")),
    )
    op.create_index("ix_desk_challenge_bound_to", "desk_challenge", ["bound_to"], unique=False)
    op.create_index("ix_desk_challenge_expires_at", "desk_challenge", ["expires_at"], unique=False)
    op.create_table(
        "sign_in_attempt",
        sa.Column("key", sa.LargeBinary(length=32), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("blocked_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_sign_in_attempt")),
    )
    op.create_index("ix_sign_in_attempt_last_at", "sign_in_attempt", ["last_at"], unique=False)
    op.create_table(
        "access_link",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("made_by", sa.String(length=26), nullable=False),
        sa.Column("confirmed_by", sa.String(length=26), nullable=True),
        sa.Column("reason_remark_id", sa.String(length=26), nullable=True),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("totp_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "kind <> 'recovery' OR state NOT IN ('open', 'used') OR confirmed_by IS NOT NULL",
            name=op.f("ck_access_link_two_persons"),
        ),
        sa.CheckConstraint("kind IN ('invitation', 'recovery')", name=op.f("ck_access_link_kind")),
        sa.CheckConstraint(
            "state IN ('requested', 'open', 'used', 'ended')", name=op.f("ck_access_link_state")
        ),
        sa.CheckConstraint(
            "state NOT IN ('open', 'used') OR token_hash IS NOT NULL", name=op.f("ck_access_link_token")
        ),
        sa.CheckConstraint(
            "confirmed_by IS NULL OR confirmed_by <> made_by", name=op.f("ck_access_link_another_person")
        ),
        sa.ForeignKeyConstraint(
            ["reason_remark_id"], ["remark.id"], name=op.f("fk_access_link_reason_remark_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_access_link_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_access_link_token_hash")),
    )
    op.create_index("ix_access_link_created_at", "access_link", ["created_at"], unique=False)
    op.create_index(
        "ux_access_link_live",
        "access_link",
        ["user_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('requested', 'open')"),
        postgresql_where=sa.text("state IN ('requested', 'open')"),
    )
    op.create_table(
        "desk_session",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("first_factor", sa.String(length=40), nullable=False),
        sa.Column("factor", sa.String(length=40), nullable=True),
        sa.Column("browser", sa.String(length=200), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_for", sa.String(length=200), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_because", sa.String(length=40), nullable=True),
        sa.CheckConstraint("(state = 'ended') = (ended_at IS NOT NULL)", name=op.f("ck_desk_session_ended")),
        sa.CheckConstraint("state <> 'open' OR factor IS NOT NULL", name=op.f("ck_desk_session_two_factors")),
        sa.CheckConstraint("state IN ('password', 'open', 'ended')", name=op.f("ck_desk_session_state")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_desk_session_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_desk_session_token_hash")),
    )
    op.create_index("ix_desk_session_created_at", "desk_session", ["created_at"], unique=False)
    op.create_index("ix_desk_session_user", "desk_session", ["user_id", "state"], unique=False)
    op.create_table(
        "security_key",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column("credential_id", sa.LargeBinary(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_security_key_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_security_key")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_security_key_credential_id")),
    )
    op.create_index("ix_security_key_user_id", "security_key", ["user_id"], unique=False)
    op.create_table(
        "sso_identity",
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column("subject_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("allowed_by", sa.String(length=26), nullable=False),
        sa.Column("allowed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("bound_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(subject_hash IS NULL) = (bound_at IS NULL)", name=op.f("ck_sso_identity_bound")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_sso_identity_user_id")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_sso_identity")),
        sa.UniqueConstraint("subject_hash", name=op.f("uq_sso_identity_subject_hash")),
    )
    op.add_column("user_account", sa.Column("totp_last_step", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    op.drop_column("user_account", "totp_last_step")
    op.drop_table("sso_identity")
    op.drop_index("ix_security_key_user_id", table_name="security_key")
    op.drop_table("security_key")
    op.drop_index("ix_desk_session_user", table_name="desk_session")
    op.drop_index("ix_desk_session_created_at", table_name="desk_session")
    op.drop_table("desk_session")
    op.drop_index(
        "ux_access_link_live",
        table_name="access_link",
        sqlite_where=sa.text("state IN ('requested', 'open')"),
        postgresql_where=sa.text("state IN ('requested', 'open')"),
    )
    op.drop_index("ix_access_link_created_at", table_name="access_link")
    op.drop_table("access_link")
    op.drop_index("ix_sign_in_attempt_last_at", table_name="sign_in_attempt")
    op.drop_table("sign_in_attempt")
    op.drop_index("ix_desk_challenge_expires_at", table_name="desk_challenge")
    op.drop_index("ix_desk_challenge_bound_to", table_name="desk_challenge")
    op.drop_table("desk_challenge")
