"""A file's way from the clerk to an import: checked and written by any process, wholly or not at all."""

import io
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from gateway.models import EnforcementCase, ImportPart, Notice, User
from gateway.services.claim_job import STALE, ClaimLost, as_its_clerk, claim_job, let_go, next_due_job
from gateway.services.confirm_upload import confirm_upload, withdraw_upload
from gateway.services.purge_uploads import purge_uploads
from gateway.services.receive_upload import NewUpload, clean_name, receive_upload
from gateway.services.refusals import NotAllowed, NotFound, NotValid, StaleVersion, WrongState
from gateway.services.work_on_import import work_on_import
from tests.factories import Gateway
from tests.gateway.import_files import Desk, left, transactions
from tests.gateway.records import actions
from tests.gateway.uploads import Counter, csv_of, xlsx_of


@pytest.fixture
def desk(gateway: Gateway) -> Desk:
    return Desk.of(gateway)


@pytest.fixture
def sqlite_desk(sqlite_gateway: Gateway) -> Desk:
    return Desk.of(sqlite_gateway)


def _parts(gateway: Gateway) -> int:
    with gateway.read() as session:
        return session.scalars(select(func.count()).select_from(ImportPart)).one()


@pytest.mark.parametrize(
    ("write", "read_as"),
    [
        (csv_of, "utf-8"),
        (xlsx_of, "xlsx"),
        (lambda *rows: csv_of(*rows).decode().encode("gb18030"), "gb18030"),
        (lambda *rows: b"\xef\xbb\xbf" + csv_of(*rows), "utf-8"),
    ],
)
def test_a_file_is_checked_confirmed_and_submitted(
    desk: Desk, write: Callable[..., bytes], read_as: str
) -> None:
    counter, file = Counter(desk.gateway), write(*desk.rows(3))
    job = counter.checked(file, 3)
    assert (job.state, job.read_as, job.rows, job.errors) == ("checked", read_as, 3, 0)
    assert left(desk.gateway) == {}
    done = counter.confirm(job)
    assert (done.state, done.rows_done, done.rows_total) == ("submitted", 6, 6)
    batch = counter.batch(done)
    assert (batch.state, batch.rows, batch.sha256) == ("submitted", 3, job.sha256)
    assert batch.submitted_by == desk.gateway.people["clerk"].user_id
    assert _parts(desk.gateway) == 0
    assert actions(desk.gateway, job.id) == ["uploaded", "checked", "confirmed", "submitted"]
    with desk.gateway.read() as session:
        assert set(session.scalars(select(Notice.state))) == {"submitted"}


def test_nothing_of_a_file_lies_open_in_the_database(sqlite_desk: Desk) -> None:
    counter = Counter(sqlite_desk.gateway)
    counter.checked(csv_of(sqlite_desk.row(1234)), 1, name="虚构人1234.csv")
    with sqlite_desk.gateway.read() as session:
        raw = session.connection().exec_driver_sql(
            "SELECT hex(file_name_sealed) || hex(declared_sealed) || hex(preview_sealed) FROM import_job"
            " UNION SELECT hex(content_sealed) FROM import_part"
        )
        kept = b"".join(bytes.fromhex(row[0]) for row in raw)
    assert len(kept) > 500
    assert not [word for word in ("虚构人", "51130219800101", "8617100001234") if word.encode() in kept]


def test_a_large_file_is_kept_in_pieces_and_read_whole(desk: Desk) -> None:
    counter, rows = Counter(desk.gateway), desk.rows(2000)
    job = counter.checked(csv_of(*rows), 2000)
    assert _parts(desk.gateway) == 5
    assert (job.state, job.rows, job.rows_total) == ("checked", 2000, 2000)


def test_rows_with_errors_are_told_in_place_and_nothing_is_written(desk: Desk) -> None:
    counter = Counter(desk.gateway)
    rows = [desk.row(1), desk.row(2, public_number="120"), desk.row(3, debtor_kind="human")]
    job = counter.checked(csv_of(*rows), 3)
    assert job.state == "refused"
    assert counter.told(job) == [(3, "public_number", "number-not-valid"), (4, "debtor_kind", "choice")]
    preview = counter.preview(job)
    shown = {row.line: dict(zip(preview.columns, row.cells, strict=True)) for row in preview.rows}
    assert (shown[2]["debtor_name"], shown[2]["public_number"]) == ("虚构人1", "…01")
    assert shown[2]["identity_number"] == "…0001"
    assert [each.rule for each in preview.rows[1].refusals_of("public_number")] == ["number-not-valid"]
    assert left(desk.gateway) == {}
    assert _parts(desk.gateway) == 0


def test_cells_of_a_workbook_and_rows_of_an_import_are_told_together_and_once(sqlite_desk: Desk) -> None:
    counter = Counter(sqlite_desk.gateway)
    rows = [sqlite_desk.row(1), sqlite_desk.row(2), sqlite_desk.row(3, currency="RMB1")]
    rows[1]["identity_number"] = 511302198001010002  # type: ignore[assignment]
    job = counter.checked(xlsx_of(*rows), 3)
    assert counter.told(job) == [(3, "identity_number", "number-not-text"), (4, "currency", "currency")]
    assert (job.state, job.rows, job.errors) == ("refused", 3, 2)


def test_another_number_of_rows_than_the_clerk_named_is_refused(sqlite_desk: Desk) -> None:
    counter = Counter(sqlite_desk.gateway)
    job = counter.checked(csv_of(*sqlite_desk.rows(3)), 4)
    assert (job.state, counter.told(job)) == ("refused", [(1, "rows", "row-count")])


def test_an_unclosed_quote_is_told_and_shown_without_cells(sqlite_desk: Desk) -> None:
    counter = Counter(sqlite_desk.gateway)
    lines = csv_of(*sqlite_desk.rows(3)).splitlines(keepends=True)
    lines[2] = b'"' + lines[2]
    job = counter.checked(b"".join(lines), 3)
    assert counter.told(job) == [(3, "row", "quote")]
    preview = counter.preview(job)
    assert [(row.line, len(row.cells)) for row in preview.rows] == [(2, 28), (3, 0), (4, 28)]
    assert [each.rule for each in preview.rows[1].others(preview.columns)] == ["quote"]


@pytest.mark.parametrize(
    ("file", "rule"),
    [
        (b"PK\x03\x04nothing", "workbook-damaged"),
        (b"\xd0\xcf\x11\xe0" + bytes(600), "workbook-protected"),
        ("case_number\n案\n".encode("utf-16"), "not-utf-8"),
        (b"\x00\x01\x02", "control-character"),
        ("case_number\n".encode("utf-16-le"), "control-character"),
        (b"\xff\xff\n", "not-utf-8"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_the_rule(
    sqlite_desk: Desk, file: bytes, rule: str
) -> None:
    counter = Counter(sqlite_desk.gateway)
    job = counter.checked(file, 1)
    assert job.state == "refused"
    assert rule in [each for _, _, each in counter.told(job)]


def test_closures_are_previewed_and_close_only_when_they_were_confirmed(desk: Desk) -> None:
    counter, gateway = Counter(desk.gateway), desk.gateway
    case = gateway.case()
    lines = (
        "case_number,removal_ground,reason",
        f"{case.case_number},1,paid",
        "(2026)川1302执9号,1,paid",
        "",
    )
    job = counter.checked("\r\n".join(lines).encode(), 2, kind="closures")
    assert (job.state, job.rows, job.to_close) == ("checked", 2, 1)
    assert counter.told(job) == [(3, "case_number", "unknown-case")]
    assert _state(gateway, case.id) == "open"
    done = counter.confirm(job)
    assert (done.state, counter.batch(done).kind) == ("submitted", "closures")
    assert _state(gateway, case.id) == "closed"


def test_closures_with_another_number_of_rows_are_told_of_it_and_may_be_confirmed(sqlite_desk: Desk) -> None:
    counter = Counter(sqlite_desk.gateway)
    case = sqlite_desk.gateway.case()
    file = f"case_number,removal_ground,reason\r\n{case.case_number},1,paid\r\n".encode()
    job = counter.checked(file, 5, kind="closures")
    assert (job.state, counter.told(job)) == ("checked", [(1, "rows", "row-count")])


def _state(gateway: Gateway, case_id: str) -> str:
    with gateway.read() as session:
        return session.get_one(EnforcementCase, case_id).state


@pytest.mark.parametrize(("who", "kind"), [("judge", "enrolment"), ("auditor", "closures")])
def test_who_may_not_import_may_not_send_a_file(sqlite_desk: Desk, who: str, kind: str) -> None:
    with pytest.raises(NotAllowed):
        Counter(sqlite_desk.gateway).send(b"x", 1, kind=kind, who=who)


@pytest.mark.parametrize(("file", "rows", "rule"), [(b"", 1, "file-required"), (b"x", 0, "rows-required")])
def test_a_file_needs_content_and_a_number_of_rows(
    sqlite_desk: Desk, file: bytes, rows: int, rule: str
) -> None:
    with pytest.raises(NotValid) as refused:
        Counter(sqlite_desk.gateway).send(file, rows)
    assert [each.rule for each in refused.value.refusals] == [rule]


def test_a_file_of_more_than_24_mib_is_refused_before_it_is_kept(sqlite_desk: Desk) -> None:
    with pytest.raises(NotValid) as refused:
        Counter(sqlite_desk.gateway).send(bytes((24 << 20) + 1), 1)
    assert [each.rule for each in refused.value.refusals] == ["file-too-large"]
    assert _parts(sqlite_desk.gateway) == 0


def test_nobody_fills_the_desk_with_files(sqlite_desk: Desk) -> None:
    counter = Counter(sqlite_desk.gateway)
    for _ in range(20):
        counter.send(b"x", 1)
    with pytest.raises(NotValid) as refused:
        counter.send(b"x", 1)
    assert refused.value.refusals[0].rule == "too-many-uploads"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("C:\\Users\\clerk\\a.csv", "a.csv"),
        ("../../etc/passwd", "passwd"),
        ("a\r\nb\u202ecsv.exe", "a b csv.exe"),
        ("", ""),
        ("a" * 300, "a" * 100),
    ],
)
def test_a_files_name_is_only_shown_and_cleaned_before(name: str, shown: str) -> None:
    assert clean_name(name) == shown


def test_only_who_sent_a_file_confirms_it_and_only_as_he_saw_it(sqlite_desk: Desk) -> None:
    counter, gateway = Counter(sqlite_desk.gateway), sqlite_desk.gateway
    job = counter.checked(csv_of(*sqlite_desk.rows(2)), 2)
    with pytest.raises(NotAllowed) as refused, gateway.work("clerk2") as work:
        confirm_upload(work, job.id, 2, job.version)
    assert refused.value.rule == "own-upload"
    with pytest.raises(NotFound), gateway.work("b_clerk") as work:
        confirm_upload(work, job.id, 2, job.version)
    with pytest.raises(NotValid) as other, gateway.work() as work:
        confirm_upload(work, job.id, 3, job.version)
    assert other.value.refusals[0].rule == "row-count"
    with pytest.raises(StaleVersion), gateway.work() as work:
        confirm_upload(work, job.id, 2, job.version - 1)
    assert counter.job(job.id).state == "checked"


def test_confirming_twice_imports_once(sqlite_desk: Desk) -> None:
    counter = Counter(sqlite_desk.gateway)
    job = counter.checked(csv_of(*sqlite_desk.rows(2)), 2)
    done = counter.confirm(job)
    again = counter.confirm(job)
    assert (again.import_id, again.version) == (done.import_id, done.version)
    assert left(sqlite_desk.gateway)["import_batch"] == 1


def test_a_file_taken_back_leaves_nothing_and_cannot_be_confirmed(sqlite_desk: Desk) -> None:
    counter, gateway = Counter(sqlite_desk.gateway), sqlite_desk.gateway
    job = counter.checked(csv_of(*sqlite_desk.rows(2)), 2)
    withdraw_upload(transactions(gateway), job.id)
    withdraw_upload(transactions(gateway), job.id)
    gone = counter.job(job.id)
    assert (gone.state, gone.preview_sealed, gone.file_name_sealed) == ("withdrawn", None, None)
    assert _parts(gateway) == 0
    with pytest.raises(WrongState), gateway.work() as work:
        confirm_upload(work, job.id, 2)


def test_a_file_taken_back_while_it_is_checked_stays_taken_back(sqlite_desk: Desk) -> None:
    counter, gateway = Counter(sqlite_desk.gateway), sqlite_desk.gateway
    job_id = counter.send(csv_of(*sqlite_desk.rows(2)), 2)
    assert claim_job(counter.system, job_id, "slow") is not None
    withdraw_upload(transactions(gateway), job_id)
    assert not work_on_import(counter.system, job_id, "slow")
    assert counter.job(job_id).state == "withdrawn"


def test_a_claimed_job_is_nobody_elses_until_it_falls_silent(desk: Desk) -> None:
    counter, gateway = Counter(desk.gateway), desk.gateway
    job_id = counter.send(csv_of(*desk.rows(2)), 2)
    assert claim_job(counter.system, job_id, "first") is not None
    assert next_due_job(counter.system) is None
    gateway.clock.forward(seconds=STALE.total_seconds() - 1)
    assert claim_job(counter.system, job_id, "second") is None
    gateway.clock.forward(seconds=1)
    assert counter.work("second")
    assert counter.job(job_id).state == "checked"


def test_who_has_lost_a_claim_writes_nothing_more(desk: Desk) -> None:
    counter, gateway = Counter(desk.gateway), desk.gateway
    job = counter.checked(csv_of(*desk.rows(300)), 300)
    with gateway.work() as work:
        confirm_upload(work, job.id, 300)
    stalled = claim_job(counter.system, job.id, "first")
    assert stalled is not None
    late = as_its_clerk(counter.system, stalled, "first")
    gateway.clock.forward(seconds=STALE.total_seconds())
    assert counter.work("second")
    with pytest.raises(ClaimLost), late.writing():
        pass
    assert counter.job(job.id).state == "submitted"
    assert left(gateway)["import_batch"] == 1


def test_a_job_whose_process_dies_again_and_again_fails_in_the_end(desk: Desk) -> None:
    counter = Counter(desk.gateway)
    job_id = counter.send(csv_of(*desk.rows(2)), 2)
    for attempt in range(3):
        assert claim_job(counter.system, job_id, f"worker {attempt}") is not None
        let_go(counter.system, job_id, f"worker {attempt}")
    assert not counter.work()
    job = counter.job(job_id)
    assert (job.state, job.because) == ("failed", "interrupted")
    assert actions(desk.gateway, job_id) == ["uploaded", "failed"]


def test_a_clerk_who_was_disabled_meanwhile_imports_nothing(sqlite_desk: Desk) -> None:
    counter, gateway = Counter(sqlite_desk.gateway), sqlite_desk.gateway
    job = counter.checked(csv_of(*sqlite_desk.rows(2)), 2)
    with gateway.work() as work:
        confirm_upload(work, job.id, 2)
        work.session.get_one(User, job.created_by).disabled_at = work.now
    counter.work()
    job = counter.job(job.id)
    assert (job.state, job.because) == ("failed", "role")
    assert left(gateway) == {}
    assert _parts(gateway) == 0


def test_what_was_enrolled_since_the_check_fails_the_whole_file(desk: Desk) -> None:
    counter = Counter(desk.gateway)
    job = counter.checked(csv_of(*desk.rows(5)), 5)
    desk.stage(desk.row(3))
    done = counter.confirm(job)
    assert (done.state, done.because) == ("failed", "duplicate-case")
    assert (5, "case_number", "duplicate-case") in counter.told(done)
    assert left(desk.gateway)["notice"] == 1


def test_a_half_sent_file_is_no_job_and_goes_with_the_next_purge(desk: Desk) -> None:
    class Broken(io.BytesIO):
        reads = 0

        def read(self, size: int | None = -1) -> bytes:
            self.reads += 1
            if self.reads == 12:
                raise OSError("the connection broke")
            return super().read(size)

    counter, gateway = Counter(desk.gateway), desk.gateway
    new = NewUpload("enrolment", "a.csv", 1)
    with pytest.raises(OSError, match="broke"):
        receive_upload(transactions(gateway), new, Broken(b"x" * 400_000))
    assert _parts(gateway) > 0
    assert next_due_job(counter.system) is None
    purge_uploads(counter.system, gateway.clock.now() + timedelta(hours=1))
    assert _parts(gateway) == 0


def test_what_nobody_confirms_for_a_week_is_given_up_and_emptied(desk: Desk) -> None:
    counter, gateway = Counter(desk.gateway), desk.gateway
    job = counter.checked(csv_of(*desk.rows(2)), 2)
    purge_uploads(counter.system, job.changed_at + timedelta(days=6, hours=23))
    assert counter.job(job.id).state == "checked"
    gateway.clock.forward(days=7)
    purge_uploads(counter.system, gateway.clock.now())
    gone = counter.job(job.id)
    assert (gone.state, gone.because) == ("withdrawn", "expired")
    assert _parts(gateway) == 0
    gateway.clock.forward(days=7)
    purge_uploads(counter.system, gateway.clock.now())
    assert counter.job(job.id).preview_sealed is None
    gateway.clock.forward(days=83)
    assert purge_uploads(counter.system, gateway.clock.now())["import_job"] == 1
