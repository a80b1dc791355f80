"""Calls and their reports by month on PostgreSQL: what is past its retention is dropped, and not deleted.

Ids begin with the time at which they were made, so a month is a range of them. PostgreSQL knows no unique key
over all months that leaves the id out: that a carrier's call is kept once, and a report of it, holds within
each. SQLite has no partitions.

Who serves owns no table. Two functions of the owner's make the months that come and drop those that are over;
they do nothing else, and only the desk's role may ask for it.
"""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

DESK, CALLS = "court_gateway_desk", "court_gateway_calls"
KEYS = {
    "call": ("connection_id", "carrier_call_id"),
    "call_event": ("connection_id", "carrier_call_id", "kind", "status", "sequence"),
}
"""Table -> what tells its rows apart besides their ids."""
INDEXES = {
    "call": {
        "ix_call_court": "court_id, id",
        "ix_call_ended_at": "ended_at",
        "ix_call_line": "line_id, received_at",
        "ix_call_received_at": "received_at",
    },
    "call_event": {"ix_call_event_at": "at"},
}
CALLS_MAY = {
    "call": ("SELECT", "INSERT", "UPDATE (outcome, heard_ms, ended_at)"),
    "call_event": ("SELECT", "INSERT"),
}
_SEES = "(SELECT current_setting('court_gateway.court', true))"
_OWN = f"(court_id = {_SEES} OR (SELECT current_setting('court_gateway.court', true) = '*'))"
FENCED = "call"

_FIRST_ID = """
CREATE FUNCTION call_month_begins(month timestamp) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT string_agg(substr('0123456789abcdefghjkmnpqrstvwxyz', 1 + (
        (extract(epoch FROM month) * 1000)::bigint >> (45 - 5 * place) & 31)::int, 1), '' ORDER BY place)
    FROM generate_series(0, 9) place
$$
"""
"""What all ids of the first moment of a month (UTC) begin with, as gateway/ids.py writes it."""

_FENCE = f"""
CREATE FUNCTION fence_call_month(divided text, part text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('GRANT SELECT ON %I TO {DESK}', part);
    IF divided = '{FENCED}' THEN
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', part);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', part);
        EXECUTE format($policy$CREATE POLICY own_court ON %I USING {_OWN} WITH CHECK {_OWN}$policy$, part);
    END IF;
END $$
"""
"""A backup reads each month by itself, as the desk's role, and behind the same fence."""

_MAKE = """
CREATE FUNCTION make_call_months(now timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = {schema}, pg_temp SET lock_timeout = '100ms' AS $$
DECLARE
    divided text; month timestamp; part text; rest text; begins text; ends text; keys text;
BEGIN
    PERFORM pg_advisory_xact_lock({lock});
    FOREACH divided IN ARRAY ARRAY['call', 'call_event'] LOOP
        keys := CASE divided WHEN 'call' THEN '{call}' ELSE '{call_event}' END;
        FOR ahead IN 0..1 LOOP
            month := date_trunc('month', now AT TIME ZONE 'UTC') + ahead * interval '1 month';
            part := divided || to_char(month, '_YYYY_MM');
            CONTINUE WHEN to_regclass(part) IS NOT NULL;
            rest := divided || '_rest';
            begins := call_month_begins(month);
            ends := call_month_begins(month + interval '1 month');
            EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', part, divided);
            -- What came while nobody had made its month.
            EXECUTE format('WITH moved AS (DELETE FROM %I WHERE id >= %L AND id < %L RETURNING *)'
                ' INSERT INTO %I SELECT * FROM moved', rest, begins, ends, part);
            EXECUTE format('ALTER TABLE %I ADD CONSTRAINT %I UNIQUE (%s)', part, 'uq_' || part, keys);
            EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
                divided, part, begins, ends);
            PERFORM fence_call_month(divided, part);
        END LOOP;
    END LOOP;
END $$
"""
"""This month and the next, unless they are there. A call waits no longer for it than its lock does."""

_DROP = """
CREATE FUNCTION drop_call_months(before timestamptz) RETURNS TABLE (divided text, dropped bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = {schema}, pg_temp SET lock_timeout = '100ms' AS $$
DECLARE
    part text; over timestamp := least(before, now()) AT TIME ZONE 'UTC';
BEGIN
    PERFORM pg_advisory_xact_lock({lock});
    FOR divided, part IN
        SELECT inhparent::regclass::text, inhrelid::regclass::text FROM pg_inherits
        WHERE inhparent IN ('call'::regclass, 'call_event'::regclass)
        AND inhrelid::regclass::text ~ '_[0-9]{{4}}_[0-9]{{2}}$'
        ORDER BY 2
    LOOP
        CONTINUE WHEN to_timestamp(right(part, 7), 'YYYY_MM')::timestamp + interval '1 month' > over;
        EXECUTE format('SELECT count(*) FROM %I', part) INTO dropped;
        EXECUTE format('DROP TABLE %I', part);
        RETURN NEXT;
    END LOOP;
END $$
"""
"""Months that are over, here as well as by the database's clock, and all of whose calls came before."""

LOCK = 0x63616C6C
FUNCTIONS = (
    "make_call_months(timestamptz)",
    "drop_call_months(timestamptz)",
    "fence_call_month(text, text)",
    "call_month_begins(timestamp)",
)


def upgrade() -> None:
    if op.get_context().dialect.name != "postgresql":
        return
    schema = op.get_bind().exec_driver_sql("SELECT quote_ident(current_schema())").scalar_one()
    keys = {table: ", ".join(columns) for table, columns in KEYS.items()}
    op.execute(_FIRST_ID)
    op.execute(_FENCE)
    op.execute(_MAKE.format(schema=schema, lock=LOCK, **keys))
    op.execute(_DROP.format(schema=schema, lock=LOCK))
    for function in FUNCTIONS:
        op.execute(f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC")
    for function in FUNCTIONS[:2]:
        op.execute(f"GRANT EXECUTE ON FUNCTION {function} TO {DESK}")
    for table in KEYS:
        _divide(table)
    op.execute("SELECT make_call_months(now())")


def _divide(table: str) -> None:
    """The table as it is becomes its own first month; what comes has its months made."""
    month = op.get_bind().exec_driver_sql("SELECT to_char(now() AT TIME ZONE 'UTC', '_YYYY_MM')").scalar_one()
    ends = "call_month_begins(date_trunc('month', now() AT TIME ZONE 'UTC') + interval '1 month')"
    bound = op.get_bind().exec_driver_sql(f"SELECT quote_literal({ends})").scalar_one()
    first, rest = table + month, f"{table}_rest"
    _set_aside(table, first)
    op.execute(
        f"CREATE TABLE {table} (LIKE {first} INCLUDING DEFAULTS INCLUDING CONSTRAINTS) PARTITION BY RANGE (id)"
    )
    _finish(table)
    op.execute(f"ALTER TABLE {table} ATTACH PARTITION {first} FOR VALUES FROM (MINVALUE) TO ({bound})")
    op.execute(f"CREATE TABLE {rest} PARTITION OF {table} DEFAULT")
    op.execute(f"ALTER TABLE {rest} ADD CONSTRAINT uq_{rest} UNIQUE ({', '.join(KEYS[table])})")
    for part in (first, rest):
        op.execute(f"SELECT fence_call_month('{table}', '{part}')")


def _set_aside(table: str, name: str) -> None:
    """Under another name, with names of its own for what it has, and open to nobody."""
    if table == FENCED:
        for policy in ("own_court", "calls"):
            op.execute(f"DROP POLICY {policy} ON {table}")
    op.execute(f"REVOKE ALL ON {table} FROM {DESK}, {CALLS}")
    op.execute(f"ALTER TABLE {table} RENAME TO {name}")
    for index in (f"pk_{table}", *INDEXES[table]):
        op.execute(f"ALTER INDEX {index} RENAME TO {name}_{index}")
    unique = op.get_bind().exec_driver_sql(
        f"SELECT quote_ident(conname) FROM pg_constraint WHERE conrelid = '{name}'::regclass AND contype = 'u'"
    )
    op.execute(f"ALTER TABLE {name} RENAME CONSTRAINT {unique.scalar_one()} TO uq_{name}")


def _finish(table: str) -> None:
    """Keys, indexes, fence and privileges of what is the table from now on."""
    op.execute(f"ALTER TABLE {table} ADD CONSTRAINT pk_{table} PRIMARY KEY (id)")
    op.execute(
        f"ALTER TABLE {table} ADD CONSTRAINT fk_{table}_connection_id"
        " FOREIGN KEY (connection_id) REFERENCES connection (id)"
    )
    for index, columns in INDEXES[table].items():
        op.execute(f"CREATE INDEX {index} ON {table} ({columns})")
    if table == FENCED:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY own_court ON {table} USING {_OWN} WITH CHECK {_OWN}")
        op.execute(f"CREATE POLICY calls ON {table} TO {CALLS} USING (true) WITH CHECK (true)")
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {DESK}")
    for privilege in CALLS_MAY[table]:
        op.execute(f"GRANT {privilege} ON {table} TO {CALLS}")


def downgrade() -> None:
    """All months in one table again; of what two months hold of one call, the first."""
    if op.get_context().dialect.name != "postgresql":
        return
    for table, columns in KEYS.items():
        aside, keys = f"{table}_whole", ", ".join(columns)
        op.execute(f"CREATE TABLE {aside} (LIKE {table} INCLUDING DEFAULTS INCLUDING CONSTRAINTS)")
        op.execute(f"INSERT INTO {aside} SELECT DISTINCT ON ({keys}) * FROM {table} ORDER BY {keys}, id")
        op.execute(f"DROP TABLE {table}")
        op.execute(f"ALTER TABLE {aside} RENAME TO {table}")
        op.create_unique_constraint(op.f(f"uq_{table}_{'_'.join(columns)}"), table, columns)
        _finish(table)
    for function in FUNCTIONS:
        op.execute(f"DROP FUNCTION {function}")
