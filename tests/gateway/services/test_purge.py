"""Purging leaves nothing that is past its retention, and everything else as it was."""

import json
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from gateway.database import writing
from gateway.models import (
    AuditEntry,
    Base,
    Call,
    CallEvent,
    Debtor,
    Decision,
    EnforcementCase,
    Heard,
    IdempotencyRecord,
    ImportBatch,
    Notice,
    PhoneLine,
    Remark,
)
from gateway.services.close_case import close_case
from gateway.services.purge import purge
from gateway.services.purge_heard import purge_heard
from gateway.services.transactions import Transactions
from gateway.sight import EVERY_COURT
from tests.carriers import FakeCarrier, sid
from tests.factories import Gateway
from tests.gateway.records import call_of, change, heard, rows
from tests.gateway.services.crowd import at_once, crowd, notice_row, verdict

MOMENT = timedelta(microseconds=1)


def _purge(gateway: Gateway, **ahead: float) -> dict[str, int]:
    """What a purge so far ahead of the present counts, table by table, without the zeros."""
    counts = purge(gateway.runtime, gateway.clock.now() + timedelta(**ahead))
    return {table: count for table, count in counts.items() if count}


def _purged(gateway: Gateway) -> list[dict[str, Any]]:
    with gateway.read() as session:
        query = select(AuditEntry.details).where(AuditEntry.action == "purged").order_by(AuditEntry.sequence)
        return [json.loads(details) for details in session.scalars(query)]


def _one_call(gateway: Gateway) -> str:
    line, call, carrier = gateway.line(), sid(), FakeCarrier.of(gateway)
    carrier.voice(gateway.dialled(line), call=call)
    carrier.dialled(gateway.dialled(line), call, "completed")
    return call


def _set_all(gateway: Gateway, model: type[Base], **columns: object) -> None:
    with writing(gateway.runtime.engine, EVERY_COURT) as session:
        session.execute(update(model).values(**columns))


def test_a_fresh_gateway_has_nothing_to_purge_and_enters_nothing(gateway: Gateway) -> None:
    gateway.notice()
    assert _purge(gateway) == {}
    assert _purged(gateway) == []


@pytest.mark.parametrize(("younger_by", "left"), [(timedelta(), 0), (MOMENT, 1)])
def test_calls_and_their_events_go_after_ninety_days(
    gateway: Gateway, younger_by: timedelta, left: int
) -> None:
    _one_call(gateway)
    at = gateway.clock.now() - timedelta(days=90) + younger_by
    _set_all(gateway, Call, received_at=at)
    _set_all(gateway, CallEvent, at=at)
    assert _purge(gateway) == ({} if left else {"call": 1, "call_event": 1})
    assert (rows(gateway, Call), rows(gateway, CallEvent)) == (left, left)


def test_thousands_of_calls_go_by_two_purges_at_once_and_are_counted_once(gateway: Gateway) -> None:
    call = call_of(gateway, _one_call(gateway))
    old = gateway.clock.now() - timedelta(days=91)
    row = {column.key: getattr(call, column.key) for column in Call.__table__.columns} | {"received_at": old}
    copies = [row | {"id": f"{n:026}", "carrier_call_id": f"{n}"} for n in range(1700)]
    with writing(gateway.runtime.engine, EVERY_COURT) as session:
        session.execute(insert(Call), copies)
    assert sum(counts.get("call", 0) for counts in at_once(lambda: _purge(gateway))) == 1700
    assert rows(gateway, Call) == 1
    assert sum(entry["counts"]["call"] for entry in _purged(gateway)) == 1700
    assert verdict(gateway).intact


def test_the_greatest_time_recorded_outlives_the_call_that_held_it(gateway: Gateway) -> None:
    """Else a notice that was over would wake when a clock has gone back and the calls are purged."""
    line = gateway.line()
    notice = gateway.notice(line=line)
    change(gateway, Notice, notice.id, ends_at=gateway.clock.now() + timedelta(days=1))
    gateway.clock.forward(days=2)
    carrier = FakeCarrier.of(gateway)
    assert not carrier.voice(gateway.dialled(line)).plays
    gateway.clock.forward(days=-2)
    assert _purge(gateway, days=100)["call"] == 1
    assert not carrier.voice(gateway.dialled(line)).plays


def _hear(gateway: Gateway, cap_days: int) -> None:
    line = gateway.line()
    gateway.notice(line=line, cap_days=cap_days)
    assert FakeCarrier.of(gateway).voice(gateway.dialled(line)).plays


def _midnight_after(gateway: Gateway, days: int) -> datetime:
    """The court's midnight, at 16:00 UTC, so many days after the coming one."""
    local = gateway.clock.now() + timedelta(hours=8)
    today = datetime(local.year, local.month, local.day, tzinfo=local.tzinfo)
    return today - timedelta(hours=8) + timedelta(days=days + 1)


@pytest.mark.parametrize("cap_days", [1, 7])
def test_who_heard_a_notice_is_forgotten_when_the_period_is_past(gateway: Gateway, cap_days: int) -> None:
    _hear(gateway, cap_days)
    end = _midnight_after(gateway, cap_days - 1)
    with writing(gateway.runtime.engine, EVERY_COURT) as session:
        session.execute(update(Heard).values(at=gateway.clock.now()))
    assert purge(gateway.runtime, end - MOMENT).get("heard") == 0
    assert heard(gateway) == 1
    assert purge(gateway.runtime, end)["heard"] == 1
    assert heard(gateway) == 0


def test_the_thousands_who_heard_one_notice_are_forgotten_a_few_at_a_time(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    _hear(gateway, 1)
    with writing(gateway.runtime.engine, EVERY_COURT) as session:
        one = session.execute(select(Heard)).scalar_one()
        key = {"notice_id": one.notice_id, "period": one.period, "at": one.at}
        session.execute(insert(Heard), [{**key, "caller_hash": bytes([each] * 16)} for each in range(99)])
    moments, begun = count(), list[Session]()
    monkeypatch.setattr("gateway.services.keep_pace.perf_counter", lambda: float(next(moments)))
    runtime = gateway.runtime
    forgetting = Transactions(runtime.engine, runtime.clock, runtime.vault, guard=begun.append)
    assert purge_heard(forgetting, _midnight_after(gateway, 1)) == 100
    assert heard(gateway) == 0
    assert len(begun) >= 5


def test_the_keys_under_which_callers_were_hashed_are_destroyed(gateway: Gateway) -> None:
    _hear(gateway, 1)
    keys = gateway.runtime.settings.key_path
    assert len(list(keys.glob("*.key"))) == 2
    assert _purge(gateway, days=2)["caller_key"] == 2
    assert list(keys.iterdir()) == []


def test_texts_go_when_their_time_has_come_and_their_rows_stay(gateway: Gateway) -> None:
    gateway.notice()
    count = rows(gateway, Remark)
    now = gateway.clock.now()
    _set_all(gateway, Remark, purge_after=now + MOMENT)
    assert _purge(gateway) == {}
    _set_all(gateway, Remark, purge_after=now)
    assert _purge(gateway) == {"remark": count}
    with gateway.read() as session:
        assert set(session.scalars(select(Remark.text_sealed))) == {None}
    assert rows(gateway, Remark) == count
    assert _purge(gateway) == {}


@pytest.mark.parametrize(("younger_by", "left"), [(timedelta(), 0), (MOMENT, 1)])
def test_remembered_answers_go_after_a_day(gateway: Gateway, younger_by: timedelta, left: int) -> None:
    row = {
        "user_id": gateway.people["clerk"].user_id,
        "key_hash": b"k" * 32,
        "request_hash": b"r" * 32,
        "state": "answered",
        "created_at": gateway.clock.now() - timedelta(hours=24) + younger_by,
    }
    with writing(gateway.runtime.engine, EVERY_COURT) as session:
        session.execute(insert(IdempotencyRecord), [row])
    _purge(gateway)
    assert rows(gateway, IdempotencyRecord) == left


def _import(gateway: Gateway, state: str, notice: Notice) -> str:
    """An import an hour old to which the notice, its line and its case belong."""
    clerk, import_id = gateway.people["clerk"].user_id, gateway.clock.now().isoformat()[:26]
    batch = {
        "id": import_id,
        "court_id": gateway.court_a,
        "kind": "enrolment",
        "sha256": "0" * 64,
        "rows": 1,
        "state": state,
        "submitted_by": clerk,
        "created_at": gateway.clock.now() - timedelta(hours=1),
    }
    with writing(gateway.runtime.engine, EVERY_COURT) as session:
        session.execute(insert(ImportBatch), [batch])
    change(gateway, Notice, notice.id, import_id=import_id)
    change(gateway, PhoneLine, notice.line_id, import_id=import_id)
    change(gateway, EnforcementCase, notice.case_id, import_id=import_id)
    return import_id


ROWS: tuple[type[Base], ...] = (
    Notice,
    PhoneLine,
    EnforcementCase,
    Decision,
    Debtor,
    ImportBatch,
)


def _readable_remarks(gateway: Gateway) -> set[str]:
    with gateway.read() as session:
        return set(session.scalars(select(Remark.id).where(Remark.text_sealed.is_not(None))))


@pytest.mark.parametrize("state", ["writing", "failed"])
def test_an_import_that_was_never_published_goes_with_all_its_rows_and_takes_no_other(
    gateway: Gateway, state: str
) -> None:
    kept = gateway.notice()
    before, readable = [rows(gateway, model) for model in ROWS], _readable_remarks(gateway)
    doomed = gateway.notice(state="draft")
    crowd(gateway, doomed, 600)
    with gateway.read() as session:
        ids = list(session.scalars(select(Notice.id).where(Notice.id != kept.id)))
        lines = list(session.scalars(select(PhoneLine.id).where(PhoneLine.id != kept.line_id)))
    import_id = _import(gateway, state, doomed)
    with writing(gateway.runtime.engine, EVERY_COURT) as session:
        session.execute(update(Notice).where(Notice.id.in_(ids)).values(import_id=import_id))
        session.execute(update(PhoneLine).where(PhoneLine.id.in_(lines)).values(import_id=import_id))
    counts = _purge(gateway)
    assert counts == {"notice": 601, "line": 601, "enforcement_case": 1, "import_batch": 1}
    assert [rows(gateway, model) for model in ROWS] == before
    assert _readable_remarks(gateway) == readable
    assert notice_row(gateway, kept.id).state == "approved"


def test_an_import_begun_less_than_an_hour_ago_may_still_be_written(gateway: Gateway) -> None:
    notice = gateway.notice(state="draft")
    import_id = _import(gateway, "writing", notice)
    change(
        gateway,
        ImportBatch,
        import_id,
        created_at=gateway.clock.now() - timedelta(hours=1) + MOMENT,
    )
    assert _purge(gateway) == {}
    assert _purge(gateway, hours=1)["import_batch"] == 1


@pytest.mark.parametrize("state", ["submitted", "approved"])
def test_a_published_import_stays(gateway: Gateway, state: str) -> None:
    notice = gateway.notice(state="draft")
    import_id = _import(gateway, "submitted", notice)
    change(gateway, ImportBatch, import_id, state=state, approved_by=gateway.people["judge"].user_id)
    assert _purge(gateway, hours=12) == {}
    assert rows(gateway, Notice) == 1


def _named(gateway: Gateway, case: EnforcementCase) -> bool:
    with gateway.read() as session:
        row = session.get_one(Debtor, case.debtor_id)
        named = {row.name_sealed is None, row.identity_sealed is None, row.identity_hash is None}
        assert len(named) == 1
        return named == {False}


def test_names_go_five_years_after_the_close_and_open_cases_keep_theirs(gateway: Gateway) -> None:
    closed, still_open = gateway.case(), gateway.case()
    with gateway.work() as work:
        close_case(work, closed.id, 1, "paid")
    keep = timedelta(days=1825)
    closed_at = gateway.clock.now()
    purge(gateway.runtime, closed_at + keep - MOMENT)
    assert _named(gateway, closed)
    assert purge(gateway.runtime, closed_at + keep)["debtor"] == 1
    assert not _named(gateway, closed)
    assert _named(gateway, still_open)
    assert purge(gateway.runtime, closed_at + keep)["debtor"] == 0


def test_the_record_holds_counts_only(gateway: Gateway) -> None:
    _one_call(gateway)
    gateway.clock.forward(days=91)
    _purge(gateway)
    entry = _purged(gateway)[-1]
    assert entry["counts"]["call"] == 1
    assert set(entry) == {"counts"}
    assert verdict(gateway).intact
