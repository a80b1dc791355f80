"""PostgreSQL's planner is told of the tables that changed, and of the columns by which rows are found.

A refresh of every column of all tables took most of an approval's time, which changes one of them.
"""

from importlib import import_module

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

DESK = "court_gateway_desk"
FUNCTION = "refresh_statistics(tables text[])"
_OF_ALL = import_module("migrations.versions.0016_statistics_for_imports")


def upgrade() -> None:
    if op.get_context().dialect.name != "postgresql":
        return
    _OF_ALL.downgrade()
    schema = op.get_bind().exec_driver_sql("SELECT quote_ident(current_schema())").scalar_one()
    op.execute(
        f"CREATE FUNCTION {FUNCTION} RETURNS void LANGUAGE plpgsql"
        f" SECURITY DEFINER SET search_path = {schema}, pg_temp AS $$"
        " DECLARE name text; indexed text;"
        " BEGIN FOREACH name IN ARRAY tables LOOP"
        " IF name <> ALL (ARRAY['debtor', 'enforcement_case', 'remark', 'decision', 'line', 'notice']) THEN"
        " RAISE EXCEPTION 'no statistics are refreshed of %', name; END IF;"
        " SELECT string_agg(DISTINCT quote_ident(attname), ', ') INTO indexed"
        " FROM pg_index JOIN pg_attribute ON attrelid = indrelid AND attnum = ANY (indkey)"
        " WHERE indrelid = name::regclass;"
        " EXECUTE format('ANALYZE %I (%s)', name, indexed);"
        " END LOOP; END $$"
    )
    op.execute(f"REVOKE ALL ON FUNCTION {FUNCTION} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {FUNCTION} TO {DESK}")


def downgrade() -> None:
    if op.get_context().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refresh_statistics(text[])")
        _OF_ALL.upgrade()
