"""Importing closures: whatever can be silenced is, and what could not be read is told."""

import io
from datetime import datetime

import pytest
from sqlalchemy import func, select

from gateway.models import EnforcementCase, ImportBatch, Notice, Platform
from gateway.services.close_case import close_case
from gateway.services.import_closures import Closed, import_closures
from gateway.services.read_csv import RowsRefused
from gateway.services.refusals import NotAllowed
from tests.carriers import FakeCarrier, sid
from tests.factories import Gateway
from tests.gateway.import_files import Desk, transactions
from tests.gateway.records import actions, why_of


def _file(*lines: str) -> io.BytesIO:
    return io.BytesIO("\r\n".join(("case_number,removal_ground,reason", *lines, "")).encode())


def _import(gateway: Gateway, *lines: str, who: str = "clerk", dry_run: bool = False) -> Closed:
    return import_closures(transactions(gateway, who), _file(*lines), dry_run=dry_run)


def _told(done: Closed) -> list[tuple[int, str, str]]:
    return [(each.line, each.field, each.rule) for each in done.refused]


def _state(gateway: Gateway, case: EnforcementCase) -> tuple[str, int | None]:
    with gateway.read() as session:
        row = session.get_one(EnforcementCase, case.id)
        return row.state, row.closing_ground


def _feed(gateway: Gateway) -> datetime | None:
    with gateway.read() as session:
        return session.scalars(select(Platform.closures_imported_at)).one()


def test_the_call_after_the_import_is_silent(gateway: Gateway) -> None:
    case, line = gateway.case(), gateway.line()
    notice = gateway.notice(case=case, line=line)
    gateway.clock.forward(seconds=10)
    carrier = FakeCarrier.of(gateway)
    assert len(carrier.voice(gateway.dialled(line)).plays) == 1
    done = _import(gateway, f"{case.case_number},1,全部履行")
    assert (done.rows, done.closed, done.closed_before, done.refused) == (1, 1, 0, ())
    call = sid()
    answer = carrier.voice(gateway.dialled(line), call=call)
    assert (answer.plays, answer.dials) == ((), gateway.delivered(line))
    assert why_of(gateway, call) == ("silent", "closed")
    with gateway.read() as session:
        assert session.get_one(Notice, notice.id).state == "ended"
    assert _state(gateway, case) == ("closed", 1)
    assert actions(gateway, case.id)[-1] == "closed"


def test_a_bad_row_is_told_and_prevents_no_other(gateway: Gateway) -> None:
    first, second, third, last = (gateway.case() for _ in range(4))
    done = _import(
        gateway,
        f"{first.case_number},1,paid",
        "(2026)川1302执99999号,1,paid",
        f"{second.case_number},8,paid",
        f"{third.case_number},2,",
        f'"{third.case_number},2,paid',
        f"{third.case_number},2",
        f"{last.case_number},7,ruled",
    )
    assert _told(done) == [
        (3, "case_number", "unknown-case"),
        (4, "removal_ground", "removal-ground"),
        (5, "reason", "reason-required"),
        (6, "row", "quote"),
        (7, "row", "field-count"),
    ]
    assert (done.rows, done.closed, done.refused_in_all) == (7, 2, 5)
    states = [_state(gateway, each) for each in (first, second, third, last)]
    assert states == [("closed", 1), ("open", None), ("open", None), ("closed", 7)]


def test_a_case_that_is_closed_already_keeps_its_ground(gateway: Gateway) -> None:
    case = gateway.case()
    with gateway.work() as work:
        close_case(work, case.id, 1, "paid")
    done = _import(gateway, f"{case.case_number},6,again", f"{case.case_number},7,again")
    assert (done.closed, done.refused) == (0, ())
    assert _state(gateway, case) == ("closed", 1)


def test_another_courts_case_is_unknown(gateway: Gateway) -> None:
    case = gateway.case(who="b_clerk")
    assert _told(_import(gateway, f"{case.case_number},1,paid")) == [(2, "case_number", "unknown-case")]
    assert _state(gateway, case) == ("open", None)


def test_a_case_that_came_with_an_import_can_be_closed_before_its_approval(gateway: Gateway) -> None:
    desk = Desk.of(gateway)
    row = desk.row(1)
    desk.stage(row)
    assert _import(gateway, f"{row['case_number']},1,paid").closed == 1


def test_another_file_closes_nothing(gateway: Gateway) -> None:
    case = gateway.case()
    file = io.BytesIO(f"case,ground,reason\r\n{case.case_number},1,paid\r\n".encode())
    with pytest.raises(RowsRefused) as refused:
        import_closures(transactions(gateway), file)
    assert "missing-column" in {each.rule for each in refused.value.rows}
    assert _state(gateway, case) == ("open", None)
    assert _feed(gateway) is None


def test_a_dry_run_tells_the_same_and_closes_nothing(gateway: Gateway) -> None:
    case = gateway.case()
    lines = (f"{case.case_number},1,paid", "(2026)川1302执99999号,1,paid")
    trial = _import(gateway, *lines, dry_run=True)
    assert _state(gateway, case) == ("open", None)
    assert _feed(gateway) is None
    assert _import(gateway, *lines) == trial


@pytest.mark.parametrize(
    ("line", "counts"), [("", True), ("(2026)川1302执9号,1,paid", True), ("(2026)川1302执9号,9,paid", False)]
)
def test_the_feed_is_alive_when_every_row_could_be_read(
    sqlite_gateway: Gateway, line: str, counts: bool
) -> None:
    _import(sqlite_gateway, line)
    assert _feed(sqlite_gateway) == (sqlite_gateway.clock.at if counts else None)
    with sqlite_gateway.read() as session:
        assert session.scalars(select(func.count()).select_from(ImportBatch)).one() == 1


@pytest.mark.parametrize("who", ["clerk", "judge", "administrator"])
def test_whoever_may_silence_may_import_closures(sqlite_gateway: Gateway, who: str) -> None:
    case = sqlite_gateway.case()
    assert _import(sqlite_gateway, f"{case.case_number},1,paid", who=who).closed == 1


def test_an_auditor_may_not(sqlite_gateway: Gateway) -> None:
    with pytest.raises(NotAllowed):
        _import(sqlite_gateway, "x,1,paid", who="auditor")


def test_a_long_file_is_closed_in_chunks_and_wholly(gateway: Gateway) -> None:
    desk = Desk.of(gateway)
    rows = desk.rows(120)
    desk.approve(desk.stage(*rows))
    told: list[int] = []
    file = _file(*(f"{row['case_number']},1,paid" for row in rows))
    done = import_closures(transactions(gateway), file, advance=told.append)
    assert (done.closed, sum(told)) == (120, 120)
    assert len(told) > 3
    with gateway.read() as session:
        assert set(session.scalars(select(EnforcementCase.state))) == {"closed"}
