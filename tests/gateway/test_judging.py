"""Judging in several processes: the same as in one, in the same order, and nothing is left behind."""

import io
import os
import pickle
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from select import poll

import pytest
from sqlalchemy import select

from gateway import judging
from gateway.judging import Judges
from gateway.models import Debtor, EnforcementCase, Notice
from gateway.services import check_file as checking
from gateway.services.check_file import check_file
from gateway.services.judge_rows import JudgeAll, Judged, judge_here
from gateway.services.read_csv import RowsRefused
from gateway.services.read_import import CASE_COLUMNS
from gateway.services.stage_import import stage_import
from tests.factories import Gateway
from tests.gateway.import_files import EVIDENCE, Desk, file_of, left, text_of, transactions


@pytest.fixture
def desk(gateway: Gateway) -> Desk:
    return Desk.of(gateway)


@pytest.fixture
def judges(monkeypatch: pytest.MonkeyPatch) -> Iterator[Judges]:
    """Three of them, after the first portion, and portions of seven rows."""
    monkeypatch.setattr(judging, "FEW", 1)
    monkeypatch.setattr(checking, "AT_ONCE", 7)
    with Judges(3) as judges:
        yield judges


def test_rows_come_in_as_they_stand_in_the_file(desk: Desk, judges: Judges) -> None:
    batch = stage_import(transactions(desk.gateway), file_of(desk.rows(100)), EVIDENCE, judge_all=judges)
    assert batch.rows == 100
    with desk.gateway.work() as work:
        query = select(EnforcementCase.case_number, Debtor.name_sealed, Notice.created_at)
        query = query.join(Debtor, Debtor.id == EnforcementCase.debtor_id)
        rows = work.session.execute(query.join(Notice, Notice.case_id == EnforcementCase.id)).all()
        named = {number: work.vault.open(sealed or b"", "person") for number, sealed, _ in rows}
        assert named == {f"(2026)川1302执{last}号": f"虚构人{last}" for last in range(100)}
        assert {at for *_, at in rows} == {desk.gateway.clock.now()}


def test_several_lines_of_one_case_meet_in_one_row_though_different_processes_judged_them(
    desk: Desk, judges: Judges
) -> None:
    rows = desk.rows(60)
    case = {name: rows[0][name] for name in CASE_COLUMNS}
    file = file_of([each | case for each in rows])
    stage_import(transactions(desk.gateway), file, EVIDENCE, judge_all=judges)
    found = left(desk.gateway)
    assert (found["enforcement_case"], found["debtor"], found["line"], found["notice"]) == (1, 1, 60, 60)


def test_what_is_refused_is_told_as_by_one_process(desk: Desk, judges: Judges) -> None:
    rows = desk.rows(100)
    for last in range(0, 100, 9):
        rows[last]["birth_date"] = ""
    rows[50]["grounds"], rows[77]["public_number"] = "7", rows[76]["public_number"]
    told = []
    both: tuple[JudgeAll, JudgeAll] = (judge_here, judges)
    for judge_all in both:
        with pytest.raises(RowsRefused) as refused:
            check_file(transactions(desk.gateway), file_of(rows), EVIDENCE, judge_all=judge_all)
        told.append([(each.line, each.field, each.rule) for each in refused.value.rows])
    assert told[0] == told[1]
    assert (52, "grounds", "ground-unknown") in told[1]
    assert (79, "public_number", "duplicate-number") in told[1]


def test_a_process_that_dies_fails_the_import_and_leaves_nothing(desk: Desk, judges: Judges) -> None:
    def kill_one(_rows: int) -> None:
        if len(judges._judges) == 3:
            judges._judges[1]._process.kill()

    with pytest.raises(ChildProcessError):
        stage_import(
            transactions(desk.gateway), file_of(desk.rows(100)), EVIDENCE, advance=kill_one, judge_all=judges
        )
    assert not left(desk.gateway)


def test_an_answer_that_breaks_off_anywhere_is_that_of_a_process_that_died() -> None:
    whole = pickle.dumps(Judged(refused=[(2, [])]), pickle.HIGHEST_PROTOCOL)
    for length in range(len(whole)):
        with pytest.raises(ChildProcessError):
            judging.hear(io.BytesIO(whole[:length]))
    assert judging.hear(io.BytesIO(whole)) == Judged(refused=[(2, [])])


def test_without_a_processor_to_spare_no_process_is_started(desk: Desk) -> None:
    with Judges(0) as none:
        assert check_file(transactions(desk.gateway), file_of(desk.rows(30)), EVIDENCE, judge_all=none).rows
        assert not none._judges


KILLED = """
import os, signal, sys
from gateway import judging
from gateway.clock import SystemClock
from gateway.cli.common import acting
from gateway.runtime import Runtime
from gateway.services import check_file
from gateway.services.read_import import Declared
from gateway.services.stage_import import stage_import
from gateway.services.transactions import Transactions
from gateway.settings import read_settings

judging.FEW, check_file.AT_ONCE = 1, 7
runtime = Runtime.open(read_settings(os.environ), SystemClock())

with open(sys.argv[1], "rb") as file, judging.Judges(2) as judges:
    def advance(rows):
        if len(judges._judges) == 2:
            print(*[each._process.pid for each in judges._judges], flush=True)
            os.kill(os.getpid(), signal.SIGKILL)

    transactions = Transactions(runtime.engine, runtime.clock, runtime.vault, actor=acting(runtime, "clerk"))
    stage_import(transactions, file, Declared.of("evidence"), advance=advance, judge_all=judges)
"""


def test_the_processes_end_with_the_one_that_started_them(desk: Desk) -> None:
    settings = desk.gateway.runtime.settings
    file = settings.data_dir / "rows.csv"
    file.write_bytes(text_of(desk.rows(100)).encode())
    environment = {
        **os.environ,
        "COURT_GATEWAY_DATABASE_URL": settings.database,
        "COURT_GATEWAY_DATA_DIR": str(settings.data_dir),
    }
    words = [sys.executable, "-c", KILLED, str(file)]
    killed = subprocess.run(words, env=environment, stdout=subprocess.PIPE, text=True, check=False)
    assert killed.returncode == -9
    started = killed.stdout.split()
    assert len(started) == 2
    for pid in started:
        _wait_for_the_end_of(int(pid))
    assert not any(_judges(pid) for pid in started)


def _wait_for_the_end_of(pid: int, seconds: int = 30) -> None:
    with suppress(ProcessLookupError):
        ended = os.pidfd_open(pid)
        waiting = poll()
        waiting.register(ended)
        waiting.poll(1000 * seconds)
        os.close(ended)


def _judges(pid: str) -> bool:
    """Whether the process is one of ours: its number may be another's by now."""
    try:
        return b"gateway.judging" in Path("/proc", pid, "cmdline").read_bytes()
    except OSError:
        return False
