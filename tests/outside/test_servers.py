"""The plain way: `wsgi:app` runs under another WSGI server too, and refuses to run without keys."""

import http.client
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

from tests.outside.gateway import command, free_port


def test_the_application_runs_under_gunicorn(tmp_path: Path) -> None:
    environment = {**os.environ, "COURT_GATEWAY_DATA_DIR": str(tmp_path)}
    subprocess.run(command("init"), env=environment, check=True, capture_output=True)
    port = free_port()
    words = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--threads", "4", "wsgi:app"]
    with (tmp_path / "output").open("wb") as output:
        process = subprocess.Popen(words, env=environment, stdout=output, stderr=output)
    try:
        assert _ask(port, "GET", "/healthz", process) == 200
        assert _ask(port, "POST", "/webhooks/nobody/voice", process) == 403
    finally:
        process.terminate()
        process.wait(20)


def test_without_keys_nothing_starts_and_the_message_says_what_to_do(tmp_path: Path) -> None:
    environment = {**os.environ, "COURT_GATEWAY_DATA_DIR": str(tmp_path)}
    done = subprocess.run(command("serve"), env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "court-gateway init" in done.stderr


def _ask(port: int, method: str, path: str, process: "subprocess.Popen[bytes]") -> int:
    until = time.monotonic() + 30
    while time.monotonic() < until and process.poll() is None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request(method, path)
            return connection.getresponse().status
        except OSError:
            threading.Event().wait(0.05)
        finally:
            connection.close()
    raise AssertionError("nobody answers")
