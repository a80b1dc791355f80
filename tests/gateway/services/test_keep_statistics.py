"""PostgreSQL's planner is told of the tables that were written, and by the role that serves of no others."""

import psycopg
import pytest
from sqlalchemy.exc import DBAPIError

from gateway.models import Court, PhoneLine
from gateway.services.keep_statistics import FIRST, Statistics
from tests.factories import Gateway
from tests.postgres import Server, for_psycopg


def _known_columns(server: Server, gateway: Gateway, table: str) -> set[str]:
    """The columns of which the planner knows what is in them, as only a superuser may see."""
    url = for_psycopg(server.as_superuser(gateway.url))
    with psycopg.connect(url) as session:
        found = session.execute("SELECT attname FROM pg_stats WHERE tablename = %s", (table,))
        return {column for (column,) in found}


def test_the_planner_is_told_of_the_columns_by_which_rows_are_found(
    postgres_server: Server, postgres_gateway: Gateway
) -> None:
    postgres_gateway.line()
    statistics = Statistics(postgres_gateway.runtime.engine, PhoneLine)
    statistics.more(FIRST - 1)
    assert _known_columns(postgres_server, postgres_gateway, "line") == set()
    statistics.more(1)
    known = _known_columns(postgres_server, postgres_gateway, "line")
    assert {"id", "court_id", "gateway_hash", "import_id"} <= known
    assert not [column for column in known if column.endswith("_sealed")]
    assert _known_columns(postgres_server, postgres_gateway, "notice") == set()


def test_no_other_table_is_looked_at_on_behalf_of_the_role_that_serves(postgres_gateway: Gateway) -> None:
    with pytest.raises(DBAPIError, match="no statistics are refreshed of court"):
        Statistics(postgres_gateway.runtime.engine, Court).more(FIRST)
