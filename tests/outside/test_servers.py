"""Servers: the plain way runs under any, none starts without keys, and none loses a call by ending."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

from tests.outside.gateway import Outside, command, free_port, running_demo, until_mapped


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


def test_calls_under_way_are_answered_after_the_gateway_was_asked_to_end(tmp_path: Path) -> None:
    with running_demo(tmp_path, None, "--no-scheduler") as demo:
        it = demo.new_notice()
        until_mapped(demo, it.dialled)  # Where ending takes long, they are answered from the map.
        calls = [_begun(demo, it.dialled) for _ in range(5)]
        demo.process.send_signal(signal.SIGTERM)
        until = time.monotonic() + 20
        while _takes_calls(demo.port):
            assert time.monotonic() < until, "still takes new calls"
        answers = [_finished(*call) for call in calls]
    assert [each[0] for each in answers] == [200] * len(answers)
    assert all(it.deliver_to in each[1] for each in answers)


def _begun(demo: Outside, dialled: str) -> tuple[socket.socket, bytes]:
    """A call whose body the gateway has begun to read: it says so by `100 Continue`."""
    path, body, headers = demo.signed_call(dialled)
    headers |= {"Host": "gateway", "Content-Length": str(len(body)), "Expect": "100-continue"}
    head = [f"POST {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
    connection = socket.create_connection(("127.0.0.1", demo.port), timeout=20)
    connection.sendall("\r\n".join(head).encode())
    assert connection.recv(1000).startswith(b"HTTP/1.1 100 ")
    return connection, body


def _finished(connection: socket.socket, body: bytes) -> tuple[int, str]:
    with connection:
        connection.sendall(body)
        answer = http.client.HTTPResponse(connection)
        answer.begin()
        return answer.status, answer.read().decode()


def _takes_calls(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


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
