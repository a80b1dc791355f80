"""Whoever imports may have PostgreSQL's planner told of the new rows at once, without owning the tables.

Only a table's owner may ANALYZE it; from anybody else PostgreSQL takes the word, warns, and does nothing.
"""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

DESK = "court_gateway_desk"
FUNCTION = "refresh_import_statistics()"


def upgrade() -> None:
    if op.get_context().dialect.name != "postgresql":
        return
    schema = op.get_bind().exec_driver_sql("SELECT quote_ident(current_schema())").scalar_one()
    op.execute(
        f"CREATE FUNCTION {FUNCTION} RETURNS void LANGUAGE plpgsql"
        f" SECURITY DEFINER SET search_path = {schema}, pg_temp AS $$"
        " BEGIN ANALYZE debtor, enforcement_case, remark, decision, line, notice; END $$"
    )
    op.execute(f"REVOKE ALL ON FUNCTION {FUNCTION} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {FUNCTION} TO {DESK}")


def downgrade() -> None:
    if op.get_context().dialect.name == "postgresql":
        op.execute(f"DROP FUNCTION {FUNCTION}")
