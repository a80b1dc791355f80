"""Rows written by the driver's fastest way: the same as any others, and refused with the same errors."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from gateway.models import Debtor, Remark
from gateway.write_rows import insert_rows, update_rows
from tests.factories import Gateway

AT = datetime(2026, 11, 25, 12, 0, 0, 5, UTC)


def _debtor(gateway: Gateway, row_id: str, **columns: object) -> dict[str, object]:
    return {
        "id": row_id,
        "court_id": gateway.court_a,
        "kind": "person",
        "name_sealed": bytes(range(256)),
        "identity_sealed": None,
        "identity_hash": b"\\\t\n\x00",
        "representative_sealed": b"",
        "birth_date": date(1980, 2, 29),
        "of_age_on": date(1998, 3, 1),
        "created_at": AT,
        **columns,
    }


@pytest.mark.parametrize("pairs", [1, 60])
def test_every_kind_of_value_comes_back_as_it_was(gateway: Gateway, pairs: int) -> None:
    """Few rows and many, which PostgreSQL takes in by different ways."""
    rows = []
    for pair in range(pairs):
        rows.append(_debtor(gateway, f"d{pair}"))
        rows.append(_debtor(gateway, f"e{pair}", birth_date=None, kind="entity", name_sealed=None))
    with gateway.work() as work:
        insert_rows(work.session, Debtor, rows)
    with gateway.read() as session:
        for row in rows:
            kept = session.get_one(Debtor, row["id"])
            assert {name: getattr(kept, name) for name in row} == row


def test_new_values_go_to_the_rows_that_are_named_and_to_no_other(gateway: Gateway) -> None:
    with gateway.work() as work:
        insert_rows(work.session, Debtor, [_debtor(gateway, name) for name in ("first", "second", "third")])
        update_rows(
            work.session,
            Debtor,
            [
                {"id": "first", "birth_date": date(1990, 1, 2), "identity_hash": b"\x00%s?"},
                {"id": "third", "birth_date": date(1991, 1, 2), "identity_hash": None},
            ],
        )
        update_rows(work.session, Debtor, [])
    with gateway.read() as session:
        found = select(Debtor.birth_date, Debtor.identity_hash, Debtor.kind).order_by(Debtor.id)
        kept = [
            tuple(row) for row in session.execute(found.where(Debtor.id.in_(("first", "second", "third"))))
        ]
    unchanged = (date(1980, 2, 29), b"\\\t\n\x00", "person")
    assert kept == [(date(1990, 1, 2), b"\x00%s?", "person"), unchanged, (date(1991, 1, 2), None, "person")]


def test_text_of_any_kind_and_times_of_any_zone_are_kept(gateway: Gateway) -> None:
    case = gateway.case()
    remark = {
        "id": "r1",
        "court_id": gateway.court_a,
        "text_sealed": None,
        "purge_after": (datetime(2026, 11, 25, 12, tzinfo=UTC) + timedelta(days=1)),
        "created_at": datetime.fromisoformat("2026-11-25T20:00:00+08:00"),
    }
    with gateway.work() as work:
        insert_rows(work.session, Remark, [remark])
        insert_rows(work.session, Remark, [])
    with gateway.read() as session:
        assert session.get_one(Remark, "r1").created_at == datetime(2026, 11, 25, 12, tzinfo=UTC)
    assert case.id


def test_rows_of_one_table_come_in_several_times_in_one_transaction(gateway: Gateway) -> None:
    with gateway.work() as work:
        for part in "abc":
            insert_rows(work.session, Debtor, [_debtor(gateway, f"{part}{row}") for row in range(70)])
    with gateway.read() as session:
        assert session.scalar(select(func.count()).where(Debtor.created_at == AT)) == 210


@pytest.mark.parametrize("others", [1, 60])
def test_a_row_that_the_database_refuses_takes_the_others_with_it(gateway: Gateway, others: int) -> None:
    rows = [*(_debtor(gateway, f"d{number + 1}") for number in range(others)), _debtor(gateway, "d1")]
    with pytest.raises(IntegrityError), gateway.work() as work:
        insert_rows(work.session, Debtor, rows)
    with gateway.read() as session:
        assert session.scalars(select(Debtor.id).where(Debtor.id == "d1")).all() == []
