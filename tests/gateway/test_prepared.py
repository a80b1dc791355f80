"""Prepared statements ask what their expression asks, and let both databases use every index."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import CTE, Boolean, Integer, LargeBinary, Select, String, select

from gateway.call_transaction import Kept
from gateway.models import Heard
from gateway.models.base import UtcTime
from gateway.prepared import MOST_ROWS, SIZES, Prepared
from gateway.services.find_connection import find_connection, find_trunks
from gateway.services.look_up_call import Question, look_up, look_up_calls
from gateway.services.upsert import EachIfNew
from tests.factories import Gateway, number


def _echo(asked: CTE, _dialect: str) -> Select[*tuple[Any, ...]]:
    return select(*asked.c).where(asked.c.word.is_not(None)).order_by(asked.c.place)


ECHO = Prepared(
    {"word": String(), "data": LargeBinary(), "flag": Boolean(), "count": Integer(), "at": UtcTime()}, _echo
)


AT = datetime(2026, 3, 2, 10, 0, 0, 123456, UTC)


def _row(place: int, at: datetime | None) -> tuple[Any, ...]:
    return f"it's {place} 汉 % \\x00", bytes([place, 0, 255]), place % 2 == 0, place - 5, at


@pytest.mark.parametrize("count", [0, 1, 2, 3, 7, 8, 9, MOST_ROWS - 1, MOST_ROWS])
def test_a_table_of_any_length_is_handed_over_as_it_is(gateway: Gateway, count: int) -> None:
    rows = [_row(place, AT if place % 3 else None) for place in range(count)]
    with Kept(gateway.runtime.calls) as kept, kept.asking() as asking:
        found = asking.rows(ECHO, rows)
    assert [tuple(row) for row in found] == [(place, *row) for place, row in enumerate(rows)]


def test_no_table_is_longer_than_there_is_a_statement_for(sqlite_gateway: Gateway) -> None:
    rows = [_row(place, None) for place in range(MOST_ROWS + 1)]
    with (
        Kept(sqlite_gateway.runtime.calls) as kept,
        kept.asking() as asking,
        pytest.raises(ValueError, match="16 rows"),
    ):
        asking.rows(ECHO, rows)


def test_each_of_very_many_questions_gets_its_own_answer(gateway: Gateway) -> None:
    """Of every three numbers that are asked for one is a line's, so that tables are not filled alike."""
    vault, lines = gateway.runtime.vault, [gateway.line() for _ in range(3)]
    numbers = [gateway.dialled(lines[place % 5]) if place % 5 < 3 else number(place) for place in range(50)]
    numbers = numbers[1:] + numbers[:1]
    connection = lines[0].connection_id
    questions = [
        Question(connection, vault.look_up_hashes(dialled), f"CA{place}", (), None)
        for place, dialled in enumerate(numbers)
    ]
    with Kept(gateway.runtime.calls) as kept, kept.asking() as asking:
        found = look_up_calls(asking, questions, gateway.clock.now())
    known = {gateway.dialled(line): line.id for line in lines}
    assert [each and each.line_id for each in found] == [known.get(dialled) for dialled in numbers]


def test_very_many_rows_are_inserted_unless_they_stand_already(gateway: Gateway) -> None:
    rows = [
        {"notice_id": "n", "period": "p", "caller_hash": bytes([place % 40]), "at": gateway.clock.now()}
        for place in range(60)
    ]
    counted = EachIfNew(Heard, ("notice_id", "period", "caller_hash", "at"), ("caller_hash",))
    with Kept(gateway.runtime.calls) as kept, kept.deciding() as transaction:
        assert counted.insert(transaction, rows) == [True] * 40 + [False] * 20
        assert counted.insert(transaction, rows[:3]) == [False] * 3


def test_what_the_statement_itself_holds_is_no_parameter(gateway: Gateway) -> None:
    for size in SIZES:
        text = look_up(1).written(gateway.runtime.calls.dialect, size).text
        assert "notice.state IN ('approved', 'suspended')" in text
        assert "line.state != 'released'" in text


@pytest.mark.parametrize("size", SIZES)
def test_the_look_up_uses_the_indexes_of_lines_and_of_notices_in_force(
    sqlite_gateway: Gateway, size: int
) -> None:
    """As parameters, the words of these two would have made SQLite plan anew for every call."""
    text = look_up(1).written(sqlite_gateway.runtime.calls.dialect, size).text
    with sqlite_gateway.runtime.calls.connect() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        explain = f"EXPLAIN QUERY PLAN {text}"
        steps = [row[3] for row in driver.execute(explain, [None] * text.count("?")).fetchall()]
    assert any("line USING INDEX ux_line_dialled" in step for step in steps)
    assert any("notice USING INDEX ux_notice_live" in step for step in steps)
    read_whole = [step for step in steps if step.startswith("SCAN ")]
    assert {step.split()[1] for step in read_whole} <= {"asked", "instant", "platform", "alembic_version"} | {
        step.split()[1] for step in read_whole if "CONSTANT ROW" in step
    }


def test_connections_are_read_as_by_the_session(gateway: Gateway) -> None:
    vault = gateway.runtime.vault
    with Kept(gateway.runtime.calls) as kept, kept.asking() as asking:
        found = find_trunks(asking, vault, ["north", "nowhere"])
    with gateway.read() as session:
        assert found == {"north": find_connection(session, vault, "north"), "nowhere": None}
    assert found["north"] is not None
