"""What a process loads: no web worker carries the tools of uploads, of migrations or of the terminal."""

import json
import os
import subprocess
import sys
from pathlib import Path

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


def test_a_web_worker_loads_nothing_that_others_do_for_it(tmp_path: Path) -> None:
    """The very module that is served, over settings whose database is not there."""
    environment = {**os.environ, "COURT_GATEWAY_DATA_DIR": str(tmp_path)}
    Keyring.generate().save(read_settings(environment).keys_path)
    code = "import gateway.asgi, json, sys; print(json.dumps(list(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    loaded = set(json.loads(done.stdout.splitlines()[-1]))
    assert "gateway.web.desk" in loaded
    assert {name: why for name, why in ELSEWHERE.items() if name in loaded} == {}


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
