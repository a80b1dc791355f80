"""One parameter for any number of ids, by which both databases find rows through an index."""

import json

import pytest
from sqlalchemy import ColumnElement, literal_column, select, update

from gateway.models import PhoneLine
from gateway.services.one_of import one_of, one_of_hashes
from tests.factories import Gateway


def test_it_finds_these_and_no_others(gateway: Gateway) -> None:
    first, second, third = (gateway.line().id for _ in range(3))
    query = select(PhoneLine.id)
    with gateway.read() as session:
        found = session.scalars(query.where(one_of(PhoneLine.id, {first, third, "none"}))).all()
        assert set(found) == {first, third}
        assert session.scalars(query.where(one_of(PhoneLine.id, []))).all() == []
        assert session.scalars(query.where(~one_of(PhoneLine.id, [first, second]))).all() == [third]


def test_it_finds_these_hashes_and_no_others(gateway: Gateway) -> None:
    lines = [gateway.line() for _ in range(3)]
    first, second, third = (line.public_hash for line in lines)
    query = select(PhoneLine.public_hash)
    with gateway.read() as session:
        found = session.scalars(query.where(one_of_hashes(PhoneLine.public_hash, [first, bytes(16), third])))
        assert set(found) == {first, third}
        assert session.scalars(query.where(one_of_hashes(PhoneLine.public_hash, []))).all() == []
        assert session.scalars(query.where(one_of_hashes(PhoneLine.public_hash, {second}))).all() == [second]


def test_two_lists_of_one_statement_are_not_mixed_up(gateway: Gateway) -> None:
    line, other = gateway.line(), gateway.line()
    both = select(PhoneLine.id).where(
        one_of(PhoneLine.id, [line.id, other.id]), one_of(PhoneLine.connection_id, [line.connection_id])
    )
    with gateway.read() as session:
        assert len(session.scalars(both).all()) == 2
        assert session.scalars(both.where(one_of(PhoneLine.id, ["none"]))).all() == []


def test_an_update_takes_it(gateway: Gateway) -> None:
    line, other = gateway.line(), gateway.line()
    with gateway.work() as work:
        work.session.execute(
            update(PhoneLine)
            .where(one_of(PhoneLine.id, [line.id]))
            .values(quiet_because="closed")
            .execution_options(synchronize_session=False)
        )
    with gateway.read() as session:
        assert session.get_one(PhoneLine, line.id).quiet_because == "closed"
        assert session.get_one(PhoneLine, other.id).quiet_because is None


@pytest.mark.parametrize(
    "asked",
    [
        one_of(PhoneLine.id, ["one", "two"]),
        one_of_hashes(PhoneLine.public_hash, [bytes(16), bytes(range(16))])
        & (PhoneLine.state != literal_column("'released'")),
    ],
)
def test_sqlite_looks_each_of_them_up(sqlite_gateway: Gateway, asked: ColumnElement[bool]) -> None:
    with sqlite_gateway.read() as session:
        compiled = select(PhoneLine.id).where(asked).compile(session.get_bind())
        values = [compiled.params[name] for name in compiled.positiontup or ()]
        written = [json.dumps(value) if isinstance(value[0], str) else b"".join(value) for value in values]
        statement = f"EXPLAIN QUERY PLAN {compiled}"
        plan = [row[3] for row in session.connection().exec_driver_sql(statement, tuple(written))]
    assert any("SEARCH line USING" in line for line in plan), plan
    assert not any("SCAN line" in line for line in plan), plan
