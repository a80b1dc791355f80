"""Staging an import: every rule of an enrolment holds of every row, and a file comes whole or not at all."""

import hashlib
import io
import os
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from gateway.models import Debtor, Decision, EnforcementCase, ImportBatch, Notice, PhoneLine
from gateway.services.check_file import check_file
from gateway.services.court_switch import disable_court
from gateway.services.enrol_case import enrol_case
from gateway.services.keep_statistics import FIRST
from gateway.services.list_lines import list_lines
from gateway.services.list_rows import Wanted
from gateway.services.read_csv import RowsRefused
from gateway.services.read_decision import read_decision
from gateway.services.read_import import Declared
from gateway.services.refusals import NotAllowed, NotValid, WrongState
from gateway.services.stage_import import stage_import
from gateway.services.write_import import IN_ORDER
from tests.carriers import FakeCarrier
from tests.factories import Gateway, new_case, number
from tests.gateway.import_files import EVIDENCE, Desk, file_of, left, text_of, transactions
from tests.gateway.records import actions

TERM = {"grounds": "2;3", "term_months": "24", "review_on": ""}
ENTITY = {
    "debtor_kind": "entity",
    "birth_date": "",
    "identity_number": "91511302MA62A0000X",
}


@pytest.fixture
def desk(gateway: Gateway) -> Desk:
    return Desk.of(gateway)


@pytest.fixture
def sqlite_desk(sqlite_gateway: Gateway) -> Desk:
    return Desk.of(sqlite_gateway)


def test_a_row_is_enrolled_as_by_hand(desk: Desk) -> None:
    batch = desk.stage(desk.row(1, grace_until="", publication_ref="公告1"))
    gateway = desk.gateway
    with gateway.work() as work:
        assert (batch.state, batch.rows, batch.kind) == ("submitted", 1, "enrolment")
        case = work.session.scalars(select(EnforcementCase)).one()
        line = work.session.scalars(select(PhoneLine)).one()
        notice = work.session.scalars(select(Notice)).one()
        debtor = work.session.get_one(Debtor, case.debtor_id)
        decision = work.session.scalars(select(Decision)).one()
        assert (case.case_number, case.state, line.state) == ("(2026)川1302执1号", "open", "enrolled")
        assert work.vault.open(debtor.name_sealed or b"", "person") == "虚构人1"
        assert work.vault.open(case.obligation_sealed or b"", "obligation") == "2951.00 CNY"
        assert gateway.dialled(line) == "+8617100000001"
        assert gateway.delivered(line) == "+8617100010001"
        read = read_decision(work, decision)
        assert (set(read.grounds), read.term_months, read.signed_by) == ({1}, None, "院长甲")
        assert read.reasons == "有履行能力而拒不履行"
        assert read.art3 is not None
        assert (read.art3.other.applies, read.art3.other.evidence) == (False, "四项均已核查，结果附卷")
        assert (notice.state, notice.recording_id) == ("submitted", desk.recording.id)
        assert notice.submitted_by == gateway.people["clerk"].user_id
        assert {case.import_id, line.import_id, notice.import_id} == {batch.id}
    assert actions(gateway, batch.id) == ["imported"]


@pytest.mark.postgres
def test_postgresql_is_told_of_the_rows_while_they_come(postgres_gateway: Gateway) -> None:
    """Else it plans every row's references for tables that are empty, and reads all rows for each."""
    desk = Desk.of(postgres_gateway)
    desk.stage(*desk.rows(FIRST))
    known = text("SELECT relname, reltuples FROM pg_class WHERE relname = ANY(:tables)")
    tables = [model.__tablename__ for model in IN_ORDER]
    with postgres_gateway.read() as session:
        told = {name: int(rows) for name, rows in session.execute(known, {"tables": tables})}
    assert told == dict.fromkeys(tables, FIRST)


def test_declarations_are_kept_only_where_the_law_asks_for_them(sqlite_desk: Desk) -> None:
    sqlite_desk.stage(sqlite_desk.row(1, **TERM))
    with sqlite_desk.gateway.read() as session:
        assert session.scalars(select(Decision.declarations_sealed)).one() is None


def test_an_entitys_line_is_declared_for_the_whole_file(sqlite_desk: Desk) -> None:
    row = sqlite_desk.row(1, **ENTITY)
    assert sqlite_desk.told(row) == [(2, "public_number", "serves-public")]
    sqlite_desk.stage(row, declared=replace(EVIDENCE, not_public=True))
    with sqlite_desk.gateway.read() as session:
        assert session.scalars(select(PhoneLine.serves_public)).one() is False


def test_a_debtor_with_two_lines_has_two_rows_of_one_case(desk: Desk) -> None:
    first = desk.row(1)
    second = first | {
        "public_number": number(2),
        "gateway_number": number(2),
        "deliver_to": number(3),
    }
    desk.stage(first, second)
    assert left(desk.gateway) == {
        "enforcement_case": 1,
        "line": 2,
        "notice": 2,
        "debtor": 1,
        "import_batch": 1,
    }


@pytest.mark.parametrize(
    ("changes", "column", "rule"),
    [
        ({"case_number": ""}, "case_number", "text"),
        ({"case_number": "(２０２６)川1302执1号"}, "case_number", "full-width"),
        ({"debtor_kind": ""}, "debtor_kind", "choice"),
        ({"debtor_kind": "human"}, "debtor_kind", "choice"),
        ({"debtor_name": ""}, "debtor_name", "text"),
        ({"debtor_name": "=1+1"}, "debtor_name", "formula"),
        ({"identity_number": ""}, "identity_number", "text"),
        ({"identity_number": "5113021980010１"}, "identity_number", "full-width"),
        ({"birth_date": ""}, "birth_date", "birth-date-required"),
        ({"birth_date": "2015-01-01"}, "birth_date", "debtor-is-minor"),
        ({"birth_date": "19800101"}, "birth_date", "date"),
        ({"birth_date": "1980-02-30"}, "birth_date", "date"),
        ({"birth_date": "１９８０-01-01"}, "birth_date", "date"),
        ({"amount": "-1"}, "amount", "amount"),
        ({"amount": "0"}, "amount", "amount"),
        ({"amount": "1,000.00"}, "amount", "amount"),
        ({"amount": "1e3"}, "amount", "amount"),
        ({"amount": "２９５１"}, "amount", "amount"),
        ({"amount": "2951.001"}, "amount", "amount"),
        ({"currency": "RMB1"}, "currency", "currency"),
        ({"decision_number": ""}, "decision_number", "decision-number-required"),
        ({"decision_number": "a" * 201}, "decision_number", "text"),
        ({"grounds": ""}, "grounds", "grounds-required"),
        ({"grounds": "7"}, "grounds", "ground-unknown"),
        ({"grounds": "１"}, "grounds", "grounds"),
        ({"grounds": "1-3"}, "grounds", "grounds"),
        ({"reasons": ""}, "reasons", "decision-reasons-required"),
        ({"term_months": "24"}, "term_months", "term-not-allowed"),
        ({"grounds": "2"}, "term_months", "term-required"),
        ({"grounds": "2", "term_months": "2.5"}, "term_months", "months"),
        ({"grounds": "2", "term_months": "36"}, "term_months", "term-needs-reason"),
        ({"signed_by": ""}, "signed_by", "signature-required"),
        ({"made_on": ""}, "made_on", "decision-date-required"),
        ({"made_on": "2017-04-30", "served_on": "2017-05-01"}, "made_on", "decision-before-law"),
        ({"served_on": ""}, "served_on", "service-date-required"),
        ({"service_method": ""}, "service_method", "service-method-required"),
        ({"service_method": "email"}, "service_method", "choice"),
        ({"warned_on": ""}, "warned_on", "warning-required"),
        ({"publication_ref": "@x"}, "publication_ref", "formula"),
        ({"public_number": "120"}, "public_number", "number-not-valid"),
        ({"public_number": "+86１７１00000001"}, "public_number", "number-not-ascii"),
        ({"public_number": "+8617100000001x9"}, "public_number", "number-has-extension"),
        ({"deliver_to": "110"}, "deliver_to", "number-not-valid"),
        ({"deliver_to": "+447911123456"}, "deliver_to", "delivery-abroad"),
        ({"deliver_to": "+8613491234567"}, "deliver_to", "delivery-class"),
        ({"deliver_to": "sip:a@elsewhere.example"}, "deliver_to", "sip-host-unknown"),
        ({"deliver_to": "+8617100000001"}, "deliver_to", "leads-back"),
        ({"connection": "south"}, "connection", "unknown-connection"),
        ({"attestation_source": "rumour"}, "attestation_source", "attestation-source"),
        ({"attestation_reference": ""}, "attestation_reference", "text"),
        ({"attested_on": ""}, "attested_on", "attestation-age"),
        ({"prompt": "no such"}, "prompt", "unknown-prompt"),
        ({"review_on": ""}, "review_on", "review-required"),
    ],
)
def test_a_row_that_breaks_a_rule_is_told_by_line_and_column(
    sqlite_desk: Desk, changes: dict[str, str], column: str, rule: str
) -> None:
    told = sqlite_desk.told(sqlite_desk.row(2), sqlite_desk.row(1, **changes))
    assert (3, column, rule) in told
    assert {line for line, _, _ in told} == {3}


def test_the_attestation_must_be_of_the_last_thirty_days(sqlite_desk: Desk) -> None:
    today = sqlite_desk.today
    at_last = sqlite_desk.row(1, attested_on=str(today - timedelta(days=29)))
    too_old = sqlite_desk.row(2, attested_on=str(today - timedelta(days=30)))
    assert sqlite_desk.told(at_last, too_old) == [(3, "attested_on", "attestation-age")]


def test_under_ground_1_the_clerk_must_declare_the_bars(sqlite_desk: Desk) -> None:
    told = sqlite_desk.told(sqlite_desk.row(1), declared=Declared.of(None))
    assert set(told) == {(2, "grounds", "art3-answer-required")}


def test_a_draft_recording_cannot_be_named(sqlite_desk: Desk) -> None:
    draft = sqlite_desk.gateway.recording(approved=False)
    assert sqlite_desk.told(sqlite_desk.row(1, prompt=draft.id)) == [(2, "prompt", "unknown-prompt")]


def test_a_recording_can_be_named_by_its_id_its_name_and_its_language(sqlite_desk: Desk) -> None:
    names = (sqlite_desk.recording.id, sqlite_desk.prompt, f"{sqlite_desk.prompt} (en)")
    sqlite_desk.stage(*(sqlite_desk.row(last, prompt=name) for last, name in enumerate(names)))
    with sqlite_desk.gateway.read() as session:
        assert set(session.scalars(select(Notice.recording_id))) == {sqlite_desk.recording.id}


def test_two_recordings_are_named_with_a_semicolon_and_must_differ(sqlite_desk: Desk) -> None:
    other = sqlite_desk.gateway.recording()
    twice = sqlite_desk.row(1, prompt=f"{sqlite_desk.prompt};{sqlite_desk.prompt}")
    assert sqlite_desk.told(twice) == [(2, "prompt", "prompts")]
    sqlite_desk.stage(sqlite_desk.row(1, prompt=f"{sqlite_desk.prompt}; {other.id}"))
    with sqlite_desk.gateway.read() as session:
        notice = session.scalars(select(Notice)).one()
        assert (notice.recording_id, notice.second_recording_id) == (sqlite_desk.recording.id, other.id)


def test_rows_of_one_file_must_not_contradict_each_other(desk: Desk) -> None:
    first = desk.row(1)
    told = desk.told(
        first,
        first,
        desk.row(2, case_number=first["case_number"]),
        desk.row(3, decision_number=first["decision_number"]),
        desk.row(4, deliver_to=desk.row(5)["public_number"]),
        desk.row(5),
    )
    assert sorted(told) == [
        (3, "gateway_number", "duplicate-number"),
        (3, "public_number", "duplicate-number"),
        (4, "case_number", "duplicate-case"),
        (5, "decision_number", "duplicate-decision"),
        (6, "deliver_to", "leads-back"),
    ]


def test_what_is_enrolled_already_is_refused(desk: Desk) -> None:
    gateway = desk.gateway
    with gateway.work() as work:
        enrol_case(work, new_case(work.today(), 1))
    gateway.line(public_number=number(2), gateway_number=number(2), deliver_to=number(3))
    gateway.line(public_number=number(8), gateway_number=number(8), deliver_to=number(9))
    gateway.line(who="b_clerk", public_number=number(6), gateway_number=number(6), deliver_to=number(7))
    gateway.line(who="b_clerk", public_number=number(14), gateway_number=number(15), deliver_to=number(16))
    told = desk.told(
        desk.row(1),
        desk.row(2),
        desk.row(3),
        desk.row(4, deliver_to=number(8)),
        desk.row(6),
        desk.row(10),
        desk.row(11, deliver_to=number(15)),
    )
    assert sorted(told) == [
        (2, "case_number", "duplicate-case"),
        (2, "decision_number", "duplicate-decision"),
        (3, "gateway_number", "cannot-be-enrolled"),
        (3, "public_number", "cannot-be-enrolled"),
        (4, "public_number", "cannot-be-enrolled"),
        (5, "deliver_to", "leads-back"),
        (6, "gateway_number", "cannot-be-enrolled"),
        (6, "public_number", "cannot-be-enrolled"),
        (8, "deliver_to", "leads-back"),
    ]


def test_the_same_file_cannot_come_twice(desk: Desk) -> None:
    rows = desk.rows(3)
    desk.stage(*rows)
    with pytest.raises(RowsRefused) as refused:
        desk.stage(*rows)
    assert {each.line for each in refused.value.rows} == {2, 3, 4}


def test_one_bad_row_in_a_thousand_keeps_all_out(desk: Desk) -> None:
    rows = desk.rows(1000)
    rows[700]["birth_date"] = ""
    assert desk.told(*rows) == [(702, "birth_date", "birth-date-required")]


def test_the_clerk_may_say_how_many_rows_there_are(sqlite_desk: Desk) -> None:
    file = file_of(sqlite_desk.rows(3))
    with pytest.raises(RowsRefused) as refused:
        stage_import(transactions(sqlite_desk.gateway), file, EVIDENCE, expected_rows=4)
    assert refused.value.rows[0].rule == "row-count"
    assert stage_import(transactions(sqlite_desk.gateway), file, EVIDENCE, expected_rows=3).rows == 3


def test_a_file_without_rows_is_refused(sqlite_desk: Desk) -> None:
    assert sqlite_desk.told() == [(1, "rows", "no-rows")]


def test_a_check_writes_nothing(desk: Desk) -> None:
    found = check_file(transactions(desk.gateway), file_of(desk.rows(2)), EVIDENCE)
    assert found.rows == 2
    assert not left(desk.gateway)


@pytest.mark.parametrize("who", ["judge", "auditor", "administrator"])
def test_only_a_clerk_imports(sqlite_desk: Desk, who: str) -> None:
    with pytest.raises(NotAllowed):
        sqlite_desk.stage(sqlite_desk.row(1), who=who)


def test_a_court_that_is_switched_off_imports_nothing(sqlite_desk: Desk) -> None:
    with sqlite_desk.gateway.work("administrator") as work:
        disable_court(work, sqlite_desk.gateway.court_a, "maintenance")
    with pytest.raises(NotValid) as refused:
        sqlite_desk.stage(sqlite_desk.row(1))
    assert refused.value.refusals[0].rule == "court-disabled"


class Broken(io.BytesIO):
    """A file that cannot be read further after so many rows."""

    def __init__(self, data: bytes, rows: int) -> None:
        super().__init__(data)
        self._rows = rows

    def readline(self, size: int | None = -1, /) -> bytes:
        self._rows -= 1
        if self._rows < 0:
            raise OSError("the disk is gone")
        return super().readline(size)


def test_an_import_that_fails_in_the_middle_leaves_nothing(desk: Desk) -> None:
    file = Broken(text_of(desk.rows(700)).encode(), 650)
    written: list[int] = []
    with pytest.raises(OSError, match="the disk is gone"):
        stage_import(transactions(desk.gateway), file, EVIDENCE, advance=written.append)
    assert sum(written) > 700
    assert not left(desk.gateway)
    assert desk.stage(*desk.rows(700)).rows == 700


def test_a_fault_behind_rows_that_were_written_leaves_nothing_of_them(desk: Desk) -> None:
    rows = desk.rows(1200)
    written: list[int] = []
    rows[1100]["birth_date"] = ""
    rows[1150]["grounds"] = "7"
    with pytest.raises(RowsRefused) as refused:
        stage_import(transactions(desk.gateway), file_of(rows), EVIDENCE, advance=written.append)
    told = [(each.line, each.rule) for each in refused.value.rows]
    assert told[0] == (1102, "birth-date-required")
    assert (1152, "ground-unknown") in told
    assert sum(written) > 1200
    assert not left(desk.gateway)


def test_what_is_written_is_what_was_checked_as_a_file_is_read_once(desk: Desk) -> None:
    data = text_of(desk.rows(2)).encode()
    read: list[bytes] = []

    class Watched(io.BytesIO):
        def readline(self, size: int | None = -1, /) -> bytes:
            read.append(super().readline(size))
            return read[-1]

    batch = stage_import(transactions(desk.gateway), Watched(data), EVIDENCE)
    assert b"".join(read) == data
    assert batch.sha256 == hashlib.sha256(data).hexdigest()


def test_who_enrols_a_number_while_the_file_is_written_was_first(desk: Desk) -> None:
    """The last row's delivery address becomes an enrolled number: no unique index knows of that."""
    rows, done = desk.rows(100), []

    def enrol_meanwhile(count: int) -> None:
        done.append(count)
        if sum(done) == 140:
            other = number(rows_last_delivery)
            desk.gateway.line(public_number=other, gateway_number=other, deliver_to=number(9000))

    rows_last_delivery = 7000
    rows[-1]["deliver_to"] = number(rows_last_delivery)
    with pytest.raises(RowsRefused) as refused:
        stage_import(transactions(desk.gateway), file_of(rows), EVIDENCE, advance=enrol_meanwhile)
    assert [(each.line, each.rule) for each in refused.value.rows] == [(101, "leads-back")]
    assert not left(desk.gateway)


def test_what_is_being_written_is_seen_by_nobody(desk: Desk) -> None:
    gateway = desk.gateway
    carrier = FakeCarrier.of(gateway)
    seen: list[object] = []

    def look(count: int) -> None:
        seen.append(count)
        if sum(each for each in seen if isinstance(each, int)) < 140 or len(seen) > 50:
            return
        gateway.refresh_map()
        with gateway.work() as work:
            connection = work.session.scalars(select(PhoneLine.connection_id).limit(1)).one()
            assert list_lines(work, Wanted()).items == ()
        assert gateway.runtime.forward_map.deliver_to(connection, number(0)) is None
        assert carrier.voice(number(0)).hangs_up

    stage_import(transactions(gateway), file_of(desk.rows(100)), EVIDENCE, advance=look)
    gateway.refresh_map()
    with gateway.work() as work:
        line = work.session.scalars(select(PhoneLine).limit(1)).one()
        assert len(list_lines(work, Wanted(limit=200)).items) == 100
    assert gateway.runtime.forward_map.deliver_to(line.connection_id, gateway.dialled(line)) is not None
    assert carrier.voice(gateway.dialled(line)).dials == gateway.delivered(line)


KILLED = """
import os, signal, sys
from gateway.clock import SystemClock
from gateway.cli.common import acting
from gateway.runtime import Runtime
from gateway.services.read_import import Declared
from gateway.services.stage_import import stage_import
from gateway.services.transactions import Transactions
from gateway.settings import read_settings

runtime = Runtime.open(read_settings(os.environ), SystemClock())
done = []

def advance(rows):
    done.append(rows)
    if sum(done) >= 300:
        os.kill(os.getpid(), signal.SIGKILL)

with open(sys.argv[1], "rb") as file:
    transactions = Transactions(runtime.engine, runtime.clock, runtime.vault, actor=acting(runtime, "clerk"))
    stage_import(transactions, file, Declared.of("evidence"), advance=advance)
"""


def test_after_a_kill_nothing_is_seen_and_the_same_file_comes_in_again(desk: Desk) -> None:
    gateway, settings = desk.gateway, desk.gateway.runtime.settings
    file = settings.data_dir / "rows.csv"
    file.write_bytes(text_of(desk.rows(200)).encode())
    environment = {
        **os.environ,
        "COURT_GATEWAY_DATABASE_URL": settings.database,
        "COURT_GATEWAY_DATA_DIR": str(settings.data_dir),
    }
    killed = subprocess.run([sys.executable, "-c", KILLED, str(file)], env=environment, check=False)
    assert killed.returncode == -9
    assert left(gateway)["import_batch"] == 1
    assert 0 < left(gateway)["notice"] < 200
    with gateway.work() as work:
        assert list_lines(work, Wanted()).items == ()
    with file.open("rb") as again:
        assert check_file(transactions(gateway), again, EVIDENCE).rows == 200
        assert stage_import(transactions(gateway), again, EVIDENCE).rows == 200
    assert left(gateway) == {
        "enforcement_case": 200,
        "line": 200,
        "notice": 200,
        "debtor": 200,
        "import_batch": 1,
    }


def _begun(desk: Desk, who: str) -> str:
    with desk.gateway.work(who) as work:
        batch = ImportBatch(
            id=work.new_id(),
            court_id=work.actor.court,
            kind="enrolment",
            sha256="0" * 64,
            rows=1,
            state="writing",
            submitted_by=work.actor.user_id,
            created_at=work.now,
        )
        work.session.add(batch)
        return batch.id


def test_a_newer_import_of_the_same_clerk_takes_the_place_of_an_unfinished_one(desk: Desk) -> None:
    done: list[int] = []

    def start_again(count: int) -> None:
        done.append(count)
        if sum(done) == 140:
            desk.stage(desk.row(4000))

    with pytest.raises(WrongState) as refused:
        stage_import(transactions(desk.gateway), file_of(desk.rows(100)), EVIDENCE, advance=start_again)
    assert refused.value.rule == "import-given-up"
    assert left(desk.gateway)["notice"] == 1


@pytest.mark.parametrize(
    ("who", "minutes", "stays"), [("clerk", 0, False), ("clerk2", 59, True), ("clerk2", 60, False)]
)
def test_a_colleagues_import_is_left_alone_for_an_hour(
    sqlite_desk: Desk, who: str, minutes: int, stays: bool
) -> None:
    begun = _begun(sqlite_desk, who)
    sqlite_desk.gateway.clock.forward(minutes=minutes)
    sqlite_desk.stage(sqlite_desk.row(1))
    with sqlite_desk.gateway.read() as session:
        assert (session.get(ImportBatch, begun) is not None) is stays
