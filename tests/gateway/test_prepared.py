"""Prepared statements ask what their expression asks, and let both databases use every index."""

from gateway.database import asking
from gateway.services.find_connection import find_connection, find_trunks
from gateway.services.look_up_call import _prepared
from tests.factories import Gateway


def test_what_the_statement_itself_holds_is_no_parameter(gateway: Gateway) -> None:
    with asking(gateway.runtime.calls) as transaction:
        statement = _prepared(transaction.dialect, 1)
    names = {"now", "pair_since", "pair", "call", "connection", "dialled_0", "caller_0"}
    assert {name for name, _, _ in statement._asked} == names
    assert "notice.state IN ('approved', 'suspended')" in statement.text
    assert "line.state != 'released'" in statement.text


def test_the_look_up_uses_the_indexes_of_lines_and_of_notices_in_force(sqlite_gateway: Gateway) -> None:
    """As parameters, the words of these two would have made SQLite plan anew for every call."""
    with asking(sqlite_gateway.runtime.calls) as transaction:
        text = _prepared(transaction.dialect, 1).text
        explain = f"EXPLAIN QUERY PLAN {text}"
        driver = transaction.session.connection().connection.driver_connection
        assert driver is not None
        steps = [row[3] for row in driver.execute(explain, [None] * text.count("?")).fetchall()]
    assert any("ux_line_dialled" in step for step in steps)
    assert any("ux_notice_live" in step for step in steps)


def test_connections_are_read_as_by_the_session(gateway: Gateway) -> None:
    vault = gateway.runtime.vault
    with asking(gateway.runtime.calls) as transaction, gateway.read() as session:
        found = find_trunks(transaction, vault, ["north", "nowhere"])
        assert found == {"north": find_connection(session, vault, "north"), "nowhere": None}
    assert found["north"] is not None
