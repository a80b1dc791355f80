"""What lists, searches and charts of the desk are read from: indexes in their order, and tallies."""

import sqlalchemy as sa
from alembic import op

from gateway.case_numbers import case_key

revision = "0011"
down_revision = "0009"
branch_labels = None
depends_on = None

_CHUNK = 5000

INDEXES = (
    ("ix_audit_entry_subject", "audit_entry", ["chain", "subject_id", "sequence"], None),
    ("ix_notice_waiting", "notice", ["court_id", "id"], "state = 'submitted' AND import_id IS NULL"),
    ("ix_notice_left_over", "notice", ["import_id", "id"], "state = 'submitted' AND import_id IS NOT NULL"),
    ("ix_notice_starts", "notice", ["court_id", "starts_at", "id"], "state = 'approved'"),
    ("ix_notice_over", "notice", ["court_id", "ends_at", "id"], "state IN ('approved', 'suspended')"),
    ("ix_notice_due", "notice", ["court_id", "review_until", "id"], "state IN ('approved', 'suspended')"),
    ("ix_notice_suspended", "notice", ["court_id", "suspended_because", "id"], "state = 'suspended'"),
    ("ix_objection_court", "objection", ["court_id", "id"], None),
    ("ix_objection_state", "objection", ["court_id", "state", "id"], None),
    ("ix_objection_open", "objection", ["court_id", "decide_by", "id"], "state = 'open'"),
    ("ix_line_released", "line", ["public_hash"], "state = 'released'"),
    ("ix_line_proposed", "line", ["court_id", "id"], "proposed_hash IS NOT NULL"),
    ("ix_line_attested", "line", ["court_id", "attested_until", "id"], "state <> 'released'"),
    ("ix_line_state", "line", ["court_id", "state", "id"], None),
    ("ix_line_connection", "line", ["court_id", "connection_id", "id"], None),
    ("ix_enforcement_case_key", "enforcement_case", ["court_id", "number_key", "id"], None),
    ("ix_enforcement_case_state", "enforcement_case", ["court_id", "state", "id"], None),
    (
        "ix_enforcement_case_deletion",
        "enforcement_case",
        ["court_id", "formal_deletion", "formal_deletion_due_on", "id"],
        "formal_deletion IN ('due', 'not_computable')",
    ),
    (
        "ix_enforcement_case_clock",
        "enforcement_case",
        ["court_id", "formal_deletion_due_on", "formal_deletion", "formal_deletion_done_on"],
        "formal_deletion IN ('due', 'done')",
    ),
    ("ix_recording_waiting", "recording", ["court_id", "id"], "state = 'submitted'"),
    ("ix_import_batch_court", "import_batch", ["court_id", "id"], None),
    ("ix_alert_court", "alert", ["court_id", "id"], "closed_at IS NULL"),
    ("ix_alert_history", "alert", ["court_id", "id"], None),
)
"""Name, table, columns, and the condition of a partial index."""


def upgrade() -> None:
    op.add_column("enforcement_case", sa.Column("number_key", sa.LargeBinary(), nullable=True))
    op.add_column("enforcement_case", sa.Column("formal_deletion_done_on", sa.Date(), nullable=True))
    op.add_column("call", sa.Column("plan_ms", sa.SmallInteger(), nullable=True))
    op.add_column("alert", sa.Column("acknowledged_by", sa.String(length=26), nullable=True))
    op.add_column("alert", sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("alert", sa.Column("closed_by", sa.String(length=26), nullable=True))
    op.add_column("alert", sa.Column("closed_remark_id", sa.String(length=26), nullable=True))
    _fill_keys()

    op.create_table(
        "notice_tally",
        sa.Column("court_id", sa.String(length=26), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("notices", sa.Integer(), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("notices >= 0", name=op.f("ck_notice_tally_count")),
        sa.PrimaryKeyConstraint("court_id", "state", name=op.f("pk_notice_tally")),
    )
    op.create_table(
        "call_tally",
        sa.Column("court_id", sa.String(length=26), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("connection_id", sa.String(length=26), nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.Column("played", sa.Integer(), nullable=False),
        sa.Column("heard", sa.Integer(), nullable=False),
        sa.Column("skipped", sa.Integer(), nullable=False),
        sa.Column("connected", sa.Integer(), nullable=False),
        sa.Column("busy", sa.Integer(), nullable=False),
        sa.Column("no_answer", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("canceled", sa.Integer(), nullable=False),
        sa.Column("unknown", sa.Integer(), nullable=False),
        sa.Column("plan_ms", sa.Text(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "calls = connected + busy + no_answer + failed + canceled + unknown",
            name=op.f("ck_call_tally_each_has_an_outcome"),
        ),
        sa.CheckConstraint(
            "played <= calls AND heard <= played AND skipped <= heard",
            name=op.f("ck_call_tally_heard_was_played"),
        ),
        sa.PrimaryKeyConstraint("court_id", "day", "connection_id", name=op.f("pk_call_tally")),
    )
    op.create_index("ix_call_tally_day", "call_tally", ["day"], unique=False)
    for name, table, columns, where in INDEXES:
        condition = sa.text(where) if where else None
        op.create_index(name, table, columns, sqlite_where=condition, postgresql_where=condition)


def downgrade() -> None:
    for name, table, _columns, _where in reversed(INDEXES):
        op.drop_index(name, table_name=table)
    op.drop_index("ix_call_tally_day", table_name="call_tally")
    op.drop_table("call_tally")
    op.drop_table("notice_tally")
    for column in ("closed_remark_id", "closed_by", "acknowledged_at", "acknowledged_by"):
        op.drop_column("alert", column)
    op.drop_column("call", "plan_ms")
    op.drop_column("enforcement_case", "formal_deletion_done_on")
    op.drop_column("enforcement_case", "number_key")


def _fill_keys() -> None:
    """The keys of the cases that are there already."""
    cases = sa.table(
        "enforcement_case",
        sa.column("id", sa.String),
        sa.column("case_number", sa.String),
        sa.column("number_key", sa.LargeBinary),
    )
    connection, last = op.get_bind(), ""
    fill = sa.update(cases).where(cases.c.id == sa.bindparam("case")).values(number_key=sa.bindparam("key"))
    while rows := connection.execute(
        sa.select(cases.c.id, cases.c.case_number).where(cases.c.id > last).order_by(cases.c.id).limit(_CHUNK)
    ).all():
        connection.execute(fill, [{"case": row.id, "key": case_key(row.case_number)} for row in rows])
        last = rows[-1].id
