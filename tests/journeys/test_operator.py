"""An operator's days, with the commands that he has: the demonstration, the record, backup and restore."""

import json
import os
import sqlite3
import stat
import subprocess
from pathlib import Path

import pytest

from tests.hearing import is_heard
from tests.outside.gateway import command, free_port, running_demo, serving

STORY = [
    "ok  a call before approval: expected connected, silent; seen connected, silent",
    "ok  the second person approves: expected 200 in_force; seen 200 in_force",
    "ok  the next call: expected connected, heard the notice; seen connected, heard the notice",
    "ok  the same caller again: expected connected, silent; seen connected, silent",
    "ok  a protected caller: expected connected, silent; seen connected, silent",
    "ok  a call with a forged signature: expected refused 403; seen refused 403",
    "ok  the case closes: expected 200 closed; seen 200 closed",
    "ok  the very next call: expected connected, silent; seen connected, silent",
    "ok  a call to the line's fallback address: expected connected, silent; seen connected, silent",
]


def run(directory: Path, database_url: str | None, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "COURT_GATEWAY_DATA_DIR": str(directory)}
    if database_url:
        environment["COURT_GATEWAY_DATABASE_URL"] = database_url
    return subprocess.run(
        command(*words), env=environment, capture_output=True, text=True, check=False, timeout=120
    )


def test_the_demonstration_tells_its_story_at_every_start(tmp_path: Path, database_url: str) -> None:
    for _ in range(2):
        words = ("demo", "--once", "--port", str(free_port()), "--data-dir", str(tmp_path))
        told = run(tmp_path, database_url, *words)
        assert [line for line in told.stdout.splitlines() if line.startswith(("ok", "NOT"))] == STORY
        assert told.returncode == 0, told.stderr
    file = tmp_path / "demo.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    paper = json.loads(file.read_text())
    assert set(paper) == {"base_url", "tokens", "logins", "connections", "lines", "notices"}
    assert sorted(notice["state"] for notice in paper["notices"]) == [
        "ended",
        "ended",
        "in_force",
        "in_force",
    ]
    assert paper["connections"]["demo"]["public_base_url"] == paper["base_url"]


def test_the_record_is_intact_until_somebody_changes_it(tmp_path: Path) -> None:
    assert run(tmp_path, None, "init").returncode == 0
    assert run(tmp_path, None, "court", "add", "虚构法院").returncode == 0
    heads = tmp_path / "heads.json"
    heads.write_text(run(tmp_path, None, "audit", "head", "--json").stdout)
    whole = run(tmp_path, None, "audit", "verify", "--json", "--head", str(heads))
    assert whole.returncode == 0
    assert json.loads(whole.stdout)["intact"] is True
    _alter(tmp_path / "gateway.db", "UPDATE audit_entry SET actor = 'nobody' WHERE sequence = 1")
    broken = run(tmp_path, None, "audit", "verify", "--json", "--head", str(heads))
    assert broken.returncode == 1
    assert json.loads(broken.stdout)["first_bad"]["sequence"] == 1


@pytest.mark.slow
def test_a_restored_backup_is_silent_until_the_court_is_switched_on(tmp_path: Path) -> None:
    place, copy = tmp_path / "demo", tmp_path / "backup.tar"
    place.mkdir()
    with running_demo(place, None, "--no-scheduler") as demo:
        paper = demo.paper
        assert run(place, None, "backup", str(copy)).returncode == 0
        assert run(place, None, "restore", str(copy)).returncode == 1, "restored under a running gateway"
    notice = next(each for each in paper["notices"] if each["state"] == "in_force")
    assert run(place, None, "restore", str(copy)).returncode == 0
    with serving(place, paper) as demo:
        answer = demo.ring(notice["dialled"])
        assert (answer.status, answer.plays) == (200, False)
        court = run(place, None, "court", "list").stdout.splitlines()
        mine = next(
            line.split()[0] for line in court if "演示法院 Demonstration" in line and "另一" not in line
        )
        enabled = run(place, None, "court", "enable", mine, "--reason", "reconciled", "--as", "demo-operator")
        assert enabled.returncode == 0, enabled.stderr
        assert is_heard(lambda: demo.ring(notice["dialled"]))
    assert run(place, None, "audit", "verify").returncode == 0


@pytest.mark.parametrize(
    ("variable", "value", "rule"),
    [
        ("COURT_GATEWAY_PORT", "http", "a whole number from 1 to 65535"),
        ("COURT_GATEWAY_DATABASE_URL", "mysql://x", "sqlite:///FILE or postgresql://"),
        ("COURT_GATEWAY_PROT", "1", "no such setting"),
    ],
)
def test_a_wrong_setting_is_named_with_its_rule(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, rule: str
) -> None:
    monkeypatch.setenv(variable, value)
    told = run(tmp_path, None, "doctor")
    assert told.returncode == 2
    assert variable in told.stderr
    assert rule in told.stderr.replace("\n", " ")


def _alter(file: Path, statement: str) -> None:
    with sqlite3.connect(file) as connection:
        connection.execute(statement)
    connection.close()
