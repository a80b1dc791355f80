"""What a process loads: no web worker carries the tools of uploads, of migrations or of the terminal."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from gateway.settings import read_settings
from gateway.vault import Keyring

ELSEWHERE = {
    "alembic": "migrations: gateway/migrating.py is for commands, gateway/schema.py for processes",
    "av": "work on sound: ask prompts/workshop.py",
    "numpy": "work on sound: ask prompts/workshop.py",
    "authlib": "single sign-on: the factory loads gateway/web/desk/identity_provider.py where it is wanted",
    "openpyxl": "workbooks are written by a child: gateway/spreadsheets/",
    "psycopg": "the driver is the engine's: take it from the dialect, as SQLite needs none",
    "python_calamine": "workbooks are read by a child: gateway/spreadsheets/",
    "requests": "an HTTP client comes with authlib and with twilio's REST client: neither is loaded here",
    "soxr": "work on sound: ask prompts/workshop.py",
    "zxcvbn": "passwords are weighed by a child: ask gateway/guessing.py",
}

COMMANDS_ONLY = {"alembic", "av", "flask", "gateway.demonstration", "granian", "numpy", "rich.progress"}


@pytest.fixture(scope="module")
def worker(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What is in a process that has loaded the very module that is served; its database is not there."""
    environment = {**os.environ, "COURT_GATEWAY_DATA_DIR": str(tmp_path_factory.mktemp("worker"))}
    Keyring.generate().save(read_settings(environment).keys_path)
    code = (
        "import gateway.asgi, gc, json, sys; to_collect = len(gc.get_objects());"
        "print(json.dumps({'modules': list(sys.modules), 'to_collect': to_collect}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_a_web_worker_loads_nothing_that_others_do_for_it(worker: dict[str, Any]) -> None:
    loaded = set(worker["modules"])
    assert "gateway.web.desk" in loaded
    assert {name: why for name, why in ELSEWHERE.items() if name in loaded} == {}


def test_a_web_worker_stops_for_no_garbage_among_what_it_keeps(worker: dict[str, Any]) -> None:
    """A full collection of all that it holds would keep every caller waiting for a tenth of a second."""
    assert worker["to_collect"] < 2000


def test_a_command_loads_what_it_needs_itself() -> None:
    """Scripts call commands by the hundred: none waits for what another one needs."""
    code = (
        "import json, sys; from gateway.cli import main; main(['settings'], standalone_mode=False);"
        "print(json.dumps(list(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(json.loads(done.stdout.splitlines()[-1]))
    assert "gateway.cli.show" in loaded
    assert loaded & COMMANDS_ONLY == set(), "import no command's module: gateway.cli.COMMANDS names it"
