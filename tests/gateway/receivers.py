"""Where alerts arrive in tests: a small mail server and a small web server, on this machine."""

import base64
import http.server
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage


@dataclass
class MailServer:
    """What it was told, and how it answers: `refuses` the message, or hangs up after the greeting."""

    port: int = 0
    refuses: bool = False
    commands: list[str] = field(default_factory=list)
    logins: list[tuple[str, str]] = field(default_factory=list)
    messages: list[EmailMessage] = field(default_factory=list)

    def speak(self, command: str, line: str) -> str:
        """The answer to a command that is not DATA."""
        self.commands.append(command)
        if command == "EHLO":
            return "250-here\r\n250 AUTH PLAIN"
        if command == "AUTH":
            _, user, password = base64.b64decode(line.split()[2]).decode().split("\0")
            self.logins.append((user, password))
            return "235 welcome"
        if command == "MAIL" and self.refuses:
            return "451 later"
        return {"QUIT": "221 bye", "DATA": "354 go on"}.get(command, "250 ok")


@contextmanager
def mail_server() -> Iterator[MailServer]:
    """A mail server that takes what it is given."""
    state = MailServer()

    class Talk(socketserver.StreamRequestHandler):
        timeout = 5

        def handle(self) -> None:
            self.wfile.write(b"220 here\r\n")
            while line := self.rfile.readline().decode().strip():
                command = line.split()[0].upper()
                self.wfile.write(f"{state.speak(command, line)}\r\n".encode())
                if command == "DATA":
                    self._take()
                if command == "QUIT":
                    return

        def _take(self) -> None:
            text = b""
            while (line := self.rfile.readline()) not in {b".\r\n", b""}:
                text += line
            state.messages.append(message_from_bytes(text, _class=EmailMessage, policy=policy.default))
            self.wfile.write(b"250 taken\r\n")

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Talk) as server, _serving(server):
        state.port = server.server_address[1]
        yield state


@dataclass(frozen=True)
class Posted:
    """A request as it arrived."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class WebServer:
    """What was posted to it, and the status with which it answers; None hangs up instead."""

    port: int = 0
    status: int | None = 204
    posted: list[Posted] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/alerts?to=desk"


@contextmanager
def web_server() -> Iterator[WebServer]:
    """A web server that keeps what is posted to it."""
    state = WebServer()

    class Take(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            state.posted.append(Posted(self.path, dict(self.headers), body))
            if state.status is None:
                return
            self.send_response(state.status)
            self.send_header("Location", f"http://127.0.0.1:{state.port}/elsewhere")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Take) as server, _serving(server):
        state.port = server.server_port
        yield state


@contextmanager
def _serving(server: socketserver.BaseServer) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
