"""The supervisor gives the processes that it starts what their connections need."""

import resource
import subprocess
import sys
from pathlib import Path

import pytest

from gateway.settings import read_settings
from gateway.supervisor import FILES, programs

TELL = "import resource; print(resource.getrlimit(resource.RLIMIT_NOFILE)[0])"
KEEP = f"""
import sys
from gateway.supervisor import Program, Supervisor
tell = "{TELL}; import signal; signal.pause()"
kept = Supervisor([Program("one", [sys.executable, "-u", "-c", tell])], {{}}, 5)
kept.start()
sys.stdin.readline()
kept.stop()
"""


def test_what_is_started_may_open_more_files_than_a_shell_gives() -> None:
    """1,024 is what many systems begin with: calls would be kept out by connections that say nothing."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    keeping = subprocess.Popen(
        [sys.executable, "-c", KEEP],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard)),
    )
    assert keeping.stdout is not None
    told = int(keeping.stdout.readline())
    keeping.communicate(b"\n", timeout=30)
    assert told == (FILES if hard == resource.RLIM_INFINITY else min(FILES, hard))


@pytest.mark.parametrize(
    ("hard", "connections"), [(resource.RLIM_INFINITY, 16384), (1_048_576, 16384), (4096, 2048)]
)
def test_a_worker_lets_in_no_more_connections_than_it_may_open_files(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, hard: int, connections: int
) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _which: (256, hard))
    settings = read_settings({"COURT_GATEWAY_DATA_DIR": str(tmp_path)})
    words = programs(settings, 1, False)[0].command
    assert words[words.index("--backpressure") + 1] == str(connections)
