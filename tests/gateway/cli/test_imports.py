"""`import` and `export` as a shell sees them: what is printed where, and how the command ends."""

import hashlib
import os
import stat
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import select, update

from gateway.database import writing
from gateway.models import EnforcementCase, User
from gateway.sight import EVERY_COURT
from tests.factories import Gateway
from tests.gateway.import_files import Desk, left, text_of


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str


@dataclass(frozen=True, slots=True)
class Shell:
    """A shell in the gateway's environment, with a desk whose rows it imports."""

    desk: Desk
    directory: Path

    def run(self, *arguments: str, language: str = "C.UTF-8") -> Ended:
        settings = self.desk.gateway.runtime.settings
        environment = os.environ | {
            "COURT_GATEWAY_DATABASE_URL": settings.database,
            "COURT_GATEWAY_DATA_DIR": str(settings.data_dir),
            "LC_ALL": language,
            "PYTHONUTF8": "1",
        }
        command = [sys.executable, "-m", "gateway.cli", *arguments]
        done = subprocess.run(command, env=environment, capture_output=True, check=False, timeout=60)
        return Ended(done.returncode, done.stdout.decode(), done.stderr.decode())

    def file(self, text: str) -> str:
        path = self.directory / "rows.csv"
        path.write_bytes(text.encode())
        return str(path)


@pytest.fixture
def shell(sqlite_gateway: Gateway, tmp_path: Path) -> Shell:
    return Shell(Desk.of(sqlite_gateway), tmp_path)


AS_CLERK = ("--user", "clerk")
DECLARED = ("--declare-art3", "四项均已核查")


def test_a_good_file_waits_for_approval_and_its_hash_is_told(shell: Shell) -> None:
    text = text_of(shell.desk.rows(3))
    done = shell.run("import", shell.file(text), *AS_CLERK, *DECLARED, "--rows", "3")
    assert (done.code, done.err) == (0, "")
    assert "3 rows wait for approval" in done.out
    assert hashlib.sha256(text.encode()).hexdigest() in done.out
    assert left(shell.desk.gateway)["notice"] == 3


def test_a_bad_row_is_told_by_line_column_and_rule_and_nothing_comes_in(shell: Shell) -> None:
    rows = shell.desk.rows(3)
    rows[1]["birth_date"] = ""
    done = shell.run("import", shell.file(text_of(rows)), *AS_CLERK, *DECLARED)
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith("3:birth_date:birth-date-required A person's birth date")
    assert not left(shell.desk.gateway)


def test_a_refusal_is_told_in_the_language_of_the_terminal(shell: Shell) -> None:
    file = shell.file(text_of([shell.desk.row(1) | {"birth_date": ""}]))
    done = shell.run("import", file, *AS_CLERK, *DECLARED, language="zh_CN.UTF-8")
    assert "2:birth_date:birth-date-required 须填写自然人的出生日期" in done.err


def test_a_dry_run_writes_nothing(shell: Shell) -> None:
    file = shell.file(text_of(shell.desk.rows(2)))
    done = shell.run("import", file, "--dry-run", *AS_CLERK, *DECLARED)
    assert done.code == 0
    assert done.out.startswith("2 rows would be imported")
    assert not left(shell.desk.gateway)


@pytest.mark.parametrize(
    "arguments",
    [
        ["import"],
        ["import", "no-such-file.csv"],
        ["import", "FILE"],
        ["import", "FILE", "--closures", "--declare-not-public", "--user", "clerk"],
        ["import", "FILE", "--colour"],
    ],
)
def test_wrong_usage_ends_with_2(shell: Shell, arguments: list[str]) -> None:
    file = shell.file(text_of([]))
    done = shell.run(*(file if each == "FILE" else each for each in arguments))
    assert done.code == 2
    assert "Traceback" not in done.err


@pytest.mark.parametrize("who", ["judge", "nobody"])
def test_who_may_not_import_ends_with_1(shell: Shell, who: str) -> None:
    done = shell.run("import", shell.file(text_of(shell.desk.rows(1))), "--user", who, *DECLARED)
    assert done.code == 1
    assert "Traceback" not in done.err


@pytest.mark.parametrize("gone", [("clerk2", "b_clerk"), ("clerk2", "b_judge")])
def test_the_only_clerk_of_a_court_with_a_judge_need_not_be_named(
    shell: Shell, gone: tuple[str, str]
) -> None:
    gateway = shell.desk.gateway
    with writing(gateway.runtime.engine, EVERY_COURT) as session:
        others = User.username.in_(gone)
        session.execute(update(User).where(others).values(disabled_at=gateway.clock.at))
    assert shell.run("import", shell.file(text_of(shell.desk.rows(1))), *DECLARED).code == 0


def test_closures_are_told_and_a_bad_row_ends_with_1(shell: Shell) -> None:
    case = shell.desk.gateway.case()
    text = f"case_number,removal_ground,reason\r\n{case.case_number},1,paid\r\n(2026)川1302执9号,1,paid\r\n"
    trial = shell.run("import", "--closures", shell.file(text), "--dry-run", *AS_CLERK)
    assert (trial.code, trial.out) == (1, "2 rows: 1 cases would be closed, 0 were closed before\n")
    done = shell.run("import", "--closures", shell.file(text), *AS_CLERK)
    assert (done.code, done.out) == (1, "2 rows: 1 cases closed, 0 were closed before\n")
    assert done.err.startswith("3:case_number:unknown-case ")
    again = shell.run("import", "--closures", shell.file(text[: text.rindex("(")]), *AS_CLERK)
    assert (again.code, again.out) == (0, "1 rows: 0 cases closed, 1 were closed before\n")
    with shell.desk.gateway.read() as session:
        assert session.scalars(select(EnforcementCase.state)).all() == ["closed"]


def test_an_export_is_whole_private_and_the_same_on_the_terminal(shell: Shell) -> None:
    shell.desk.stage(*shell.desk.rows(3))
    target = shell.directory / "out.csv"
    done = shell.run("export", str(target), *AS_CLERK)
    assert (done.code, done.out, done.err) == (0, "", "3 rows\n")
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    shown = shell.run("export", *AS_CLERK)
    assert shown.out.encode() == target.read_bytes()
    assert target.read_bytes().count(b"\r\n") == 4
    assert [path.name for path in shell.directory.glob(".out.csv*")] == []
