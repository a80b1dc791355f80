"""Recordings' bytes, from where every host brings them; and how many requests a token has sent this second.

Neither table says whose a row is: a sound names nobody and is found by its hash alone, a token is a person's.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

DESK = "court_gateway_desk"
DESK_MAY = {"sound": "SELECT, INSERT", "token_pace": "SELECT, INSERT, UPDATE"}
"""The call path may read neither: it plays what lies on its own disk, and knows no tokens."""


def upgrade() -> None:
    op.create_table(
        "sound",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("wav", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(wav) <= 1000000", name=op.f("ck_sound_small")),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_sound")),
    )
    op.create_index(op.f("ix_sound_created_at"), "sound", ["created_at"])
    op.create_table(
        "token_pace",
        sa.Column("token_id", sa.String(length=26), nullable=False),
        sa.Column("second", sa.BigInteger(), nullable=False),
        sa.Column("requests", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["token_id"], ["api_token.id"], name=op.f("fk_token_pace_token_id")),
        sa.PrimaryKeyConstraint("token_id", name=op.f("pk_token_pace")),
    )
    if op.get_context().dialect.name == "postgresql":
        for table, verbs in DESK_MAY.items():
            op.execute(f"GRANT {verbs} ON {table} TO {DESK}")


def downgrade() -> None:
    """Each host keeps the sounds that it has brought; what only another one had must be copied by hand."""
    op.drop_table("token_pace")
    op.drop_index(op.f("ix_sound_created_at"), table_name="sound")
    op.drop_table("sound")
