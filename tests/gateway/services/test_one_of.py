"""One parameter for any number of ids, by which both databases find rows through an index."""

from sqlalchemy import select, text, update

from gateway.models import PhoneLine
from gateway.services.one_of import one_of
from tests.factories import Gateway


def test_it_finds_these_and_no_others(gateway: Gateway) -> None:
    first, second, third = (gateway.line().id for _ in range(3))
    query = select(PhoneLine.id)
    with gateway.read() as session:
        found = session.scalars(query.where(one_of(PhoneLine.id, {first, third, "none"}))).all()
        assert set(found) == {first, third}
        assert session.scalars(query.where(one_of(PhoneLine.id, []))).all() == []
        assert session.scalars(query.where(~one_of(PhoneLine.id, [first, second]))).all() == [third]


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


def test_sqlite_looks_each_of_them_up(sqlite_gateway: Gateway) -> None:
    with sqlite_gateway.read() as session:
        asked = select(PhoneLine.id).where(one_of(PhoneLine.id, ["one", "two"]))
        statement = asked.compile(session.get_bind(), compile_kwargs={"literal_binds": True})
        plan = [row.detail for row in session.execute(text(f"EXPLAIN QUERY PLAN {statement}"))]
    assert any("SEARCH line USING" in line for line in plan), plan
    assert not any("SCAN line" in line for line in plan), plan
