"""Row-level security on every table that says whose a row is, and what the roles that serve may do.

PostgreSQL only: SQLite knows no roles. Whose rows a transaction sees stands in a setting, `court_gateway.court`:
a court's id, or * for the platform's work; where nothing is set there is no row to be seen. The call path's
group passes by this fence, since calls are for every court, and is held by its privileges alone.
"""

import sqlalchemy as sa
from alembic import op

from gateway.readiness import NotReady

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

DESK, CALLS = "court_gateway_desk", "court_gateway_calls"


def _each(value: str, words: str) -> dict[str, str]:
    return dict.fromkeys(words.split(), value)


FENCED = {
    "court": "id",
    "audit_entry": "chain",
    "audit_head": "chain",
    **_each(
        "court_id",
        "alert call call_tally court_calendar_day court_change credit_handoff debtor decision"
        " enforcement_case enrolment_draft import_batch import_job import_part line notice notice_tally"
        " objection prompt protected_caller recording remark test_call user_account",
    ),
}
"""Table -> the column that says whose a row is."""

READ_BY_EVERY_COURT = {
    "court": "true",
    **_each("court_id IS NULL", "protected_caller remark user_account"),
}
"""Which rows a court may read beside its own: that a court exists; what the platform's people protect, write
and are called."""

_OWN = "SELECT"
_KEPT = "SELECT, INSERT"
_CHANGED = "SELECT, INSERT, UPDATE"
_PURGED = "SELECT, INSERT, UPDATE, DELETE"
DESK_MAY = {
    "alembic_version": _OWN,
    "audit_entry": _KEPT,
    **_each(
        _CHANGED,
        "alert api_token audit_head call_tally connection court court_change credit_handoff lease notice_tally"
        " objection platform prompt recording remark user_account",
    ),
    **_each(
        _PURGED,
        "access_link call call_event court_calendar_day debtor decision desk_challenge desk_session"
        " enforcement_case enrolment_draft heard idempotency_record import_batch import_job import_part line"
        " notice protected_caller security_key sign_in_attempt sso_identity test_call",
    ),
}
CALLS_READ = {
    "alembic_version": "",
    "alert": "kind, subject_id, times, closed_at",
    "call": "",
    "call_event": "",
    "connection": "id, slug, kind, account, secret_current_sealed, secret_next_sealed, public_base_url,"
    " country, default_route",
    "court": "id, zone, shadow, enabled, profile, legal_basis",
    "decision": "id, complete",
    "enforcement_case": "id, state, debtor_dead",
    "heard": "",
    "import_batch": "id, state, change_no",
    "lease": "name, expires_at",
    "line": "id, court_id, connection_id, state, quiet_because, attested_until, import_id, gateway_hash,"
    " public_sealed, gateway_sealed, deliver_sealed, caller_id_policy, ring_seconds, time_limit_seconds",
    "notice": "id, case_id, decision_id, line_id, import_id, state, starts_at, ends_at, review_until, cap_days,"
    " hours_from, hours_to, skip_key, recording_id, second_recording_id, approved_recordings",
    "platform": "change_no, last_tick_at, chains_verified_at, chains_intact, closures_imported_at",
    "protected_caller": "number_hash, court_id, line_id",
    "recording": "id, court_id, sha256, duration_ms, state, approved_at",
    "test_call": "",
    "user_account": "id, disabled_at",
}
"""Table -> the columns that answering a call, its reports, a recording or a probe reads; empty: all of them."""
CALLS_WRITE = (
    "INSERT ON call",
    "INSERT ON call_event",
    "INSERT ON heard",
    "INSERT ON alert",
    "UPDATE (outcome, heard_ms, ended_at) ON call",
    "UPDATE (times, last_at) ON alert",
    "UPDATE (state, carrier_call_id, answered_at) ON test_call",
)

_SEES = "(SELECT current_setting('court_gateway.court', true))"
_SEES_ALL = "(SELECT current_setting('court_gateway.court', true) = '*')"
"""As questions of their own they are asked once a statement, not once a row. The second is a truth value as a
whole, which the planner takes for as likely as not: a comparison out here it would take for all but false, and
would read tables from end to end to find the few rows of which it would then think."""


def upgrade() -> None:
    if op.get_context().dialect.name != "postgresql":
        return
    _make_groups()
    for table, column in FENCED.items():
        own = f"({column} = {_SEES} OR {_SEES_ALL})"
        op.execute(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')
        op.execute(f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY')
        op.execute(f'CREATE POLICY own_court ON "{table}" USING {own} WITH CHECK {own}')
        if table in CALLS_READ:
            op.execute(f'CREATE POLICY calls ON "{table}" TO {CALLS} USING (true) WITH CHECK (true)')
    for table, rows in READ_BY_EVERY_COURT.items():
        op.execute(f"CREATE POLICY every_court ON {table} FOR SELECT USING ({_SEES} <> '' AND {rows})")
    for table, verbs in DESK_MAY.items():
        op.execute(f'GRANT {verbs} ON "{table}" TO {DESK}')
    for table, columns in CALLS_READ.items():
        op.execute(f'GRANT SELECT{f" ({columns})" if columns else ""} ON "{table}" TO {CALLS}')
    for each in CALLS_WRITE:
        op.execute(f"GRANT {each} TO {CALLS}")


def downgrade() -> None:
    """The groups stay: another database of the cluster may need them."""
    if op.get_context().dialect.name != "postgresql":
        return
    for table in DESK_MAY:
        op.execute(f'REVOKE ALL ON "{table}" FROM {DESK}, {CALLS}')
    for table in READ_BY_EVERY_COURT:
        op.execute(f"DROP POLICY every_court ON {table}")
    for table in FENCED:
        if table in CALLS_READ:
            op.execute(f'DROP POLICY calls ON "{table}"')
        op.execute(f'DROP POLICY own_court ON "{table}"')
        op.execute(f'ALTER TABLE "{table}" NO FORCE ROW LEVEL SECURITY')
        op.execute(f'ALTER TABLE "{table}" DISABLE ROW LEVEL SECURITY')


def _make_groups() -> None:
    """Roles are the cluster's: another database may have made them, at this very moment too."""
    make = (
        "DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{0}') THEN CREATE ROLE {0} NOLOGIN;"
        " END IF; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"
    )
    try:
        for group in (DESK, CALLS):
            op.execute(make.format(group))
    except sa.exc.ProgrammingError as fault:
        raise NotReady(
            "this role may not make the groups that the gateway's privileges are given to. Let a superuser run"
            f" this, then repeat the command:\n  CREATE ROLE {DESK} NOLOGIN;\n  CREATE ROLE {CALLS} NOLOGIN;"
        ) from fault
