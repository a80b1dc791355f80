"""A gateway as its users have it: real processes, reached over HTTP only."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit
from xml.etree import ElementTree

from twilio.request_validator import RequestValidator

from tests.hearing import is_heard

PATIENCE_SECONDS = 60
SHANGHAI = timedelta(hours=8)


@dataclass(frozen=True)
class Answer:
    """What a webhook was answered, and when the request was sent (monotonic seconds)."""

    status: int
    body: str
    sent: float
    took: float

    @property
    def plays(self) -> bool:
        return "<Play>" in self.body

    @property
    def reached(self) -> str | None:
        number = ElementTree.fromstring(self.body).find("./Dial/Number") if self.status == 200 else None
        return number.text if number is not None else None


@dataclass
class Outside:
    """A running demonstration and what its demo.json says."""

    process: subprocess.Popen[bytes]
    paper: dict[str, Any]
    numbers: Iterator[int] = field(default_factory=lambda: count(8000))
    callers: Iterator[int] = field(default_factory=count)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def port(self) -> int:
        return urlsplit(self.paper["base_url"]).port or 80

    def ring(self, dialled: str, caller: str | None = None, **fields: str) -> Answer:
        """One signed call by somebody who has not called before; OSError where nobody answers."""
        path, body, headers = self.signed_call(dialled, caller, **fields)
        sent = time.monotonic()
        status, answer = self.http("POST", path, body, headers)
        return Answer(status, answer.decode(), sent, time.monotonic() - sent)

    def signed_call(
        self, dialled: str, caller: str | None = None, **fields: str
    ) -> tuple[str, bytes, dict[str, str]]:
        """Path, body and headers of such a call, to be sent."""
        slug, trunk = next(iter(self.paper["connections"].items()))
        with self.lock:
            fresh = next(self.callers)
        call = {
            "CallSid": f"CA{fresh:032x}",
            "AccountSid": trunk["account_sid"],
            "From": caller or f"+861710000{9200 + fresh % 800}",
            "To": dialled,
            "CallStatus": "ringing",
            "ApiVersion": "2010-04-01",
            "Direction": "inbound",
        } | fields
        url = f"{trunk['public_base_url']}/webhooks/{slug}/voice"
        signature = RequestValidator(trunk["secrets"]["current"]).compute_signature(url, call)
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "X-Twilio-Signature": signature,
        }
        return f"/webhooks/{slug}/voice", urlencode(call).encode(), headers

    def http(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def api(self, who: str, method: str, path: str, body: object = None) -> tuple[int, Any]:
        """One request to the API with the token of one of the cast."""
        headers = {"Authorization": f"Bearer {self.paper['tokens'][who]}", "Content-Type": "application/json"}
        content = json.dumps(body).encode() if body is not None else None
        status, answer = self.http(method, f"/api/v1{path}", content, headers)
        return status, json.loads(answer) if answer else None

    def must(self, who: str, method: str, path: str, body: object = None) -> Any:
        """The same, where anything but success is a failure of the test."""
        status, answer = self.api(who, method, path, body)
        assert status in {200, 201}, (method, path, status, answer)
        return answer

    def new_notice(self, prompt_id: str | None = None) -> "Enrolled":
        """A case, a line whose fallback was checked, and an approved notice on it, through the API.

        It plays the prompt of this id, else the demonstration's."""
        with self.lock:
            place = next(self.numbers)
        today = (datetime.now(UTC) + SHANGHAI).date()  # noqa: TID251
        case = self.must("clerk", "POST", "/cases", _case(place, today))
        line = self.must(
            "clerk", "POST", "/lines", _line(place, today, next(iter(self.paper["connections"])))
        )
        self.must(
            "clerk",
            "POST",
            f"/lines/{line['id']}/check-fallback",
            {"set_at_carrier": True, "reference": "letter"},
        )
        if prompt_id is None:
            prompt_id = self.must("clerk", "GET", "/prompts?state=approved")["items"][0]["id"]
        new = {
            "case": case["id"],
            "line": line["id"],
            "prompts": [prompt_id],
            "review_on": str(today + timedelta(days=60)),
        }
        notice = self.must("clerk", "POST", "/notices", new)
        self.must("clerk", "POST", f"/notices/{notice['id']}/submit", {"reason": "story"})
        seen = self.must("judge", "GET", f"/notices/{notice['id']}")
        approval = {
            "reason": "lawful",
            "seen": {"version": seen["version"], "recordings": seen["recordings"]},
        }
        self.must("judge", "POST", f"/notices/{notice['id']}/approve", approval)
        return Enrolled(
            case["id"], line["id"], notice["id"], f"+861710000{place:04d}", f"+861710000{place + 1000:04d}"
        )


@dataclass(frozen=True)
class Enrolled:
    """One notice in force, by the ids of its parts and the numbers of its line."""

    case: str
    line: str
    notice: str
    dialled: str
    deliver_to: str


def _case(place: int, today: Any) -> dict[str, Any]:
    no = {"applies": False, "evidence": "虚构"}
    return {
        "case_number": f"(2026)虚0000执{place}号",
        "debtor": {
            "kind": "person",
            "name": "虚构人",
            "identity_number": f"00000019800101{place:04d}",
            "birth_date": "1980-01-01",
        },
        "obligation": {"kind": "money", "amount": "100.00", "currency": "CNY"},
        "decision": {
            "number": f"(2026)虚0000执{place}号之一",
            "grounds": [1],
            "reasons": "虚构",
            "term_months": None,
            "extension": None,
            "signed_by": "虚构院长",
            "made_on": str(today - timedelta(days=90)),
            "served_on": str(today - timedelta(days=80)),
            "service_method": "direct",
            "grace_until": None,
            "warned_on": str(today - timedelta(days=120)),
            "publication_ref": "虚构",
            "art3_declarations": {
                "security": no,
                "assets_suffice": no,
                "later_in_order": no,
                "other": no,
            },
        },
    }


def _line(place: int, today: Any, slug: str) -> dict[str, Any]:
    return {
        "public_number": f"+861710000{place:04d}",
        "gateway_number": f"+861710000{place:04d}",
        "deliver_to": f"+861710000{place + 1000:04d}",
        "connection": slug,
        "attestation": {"source": "carrier-letter", "reference": "letter", "attested_on": str(today)},
    }


def command(*words: str) -> list[str]:
    return [sys.executable, "-m", "gateway.cli", *words]


def free_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def serving(directory: Path, paper: dict[str, Any]) -> Iterator[Outside]:
    """`court-gateway serve` on the data of a demonstration, at its address; ended by SIGTERM."""
    port = urlsplit(paper["base_url"]).port
    environment = {**os.environ, "COURT_GATEWAY_DATA_DIR": str(directory), "COURT_GATEWAY_PORT": str(port)}
    with (directory / "output").open("wb") as output:
        process = subprocess.Popen(command("serve"), env=environment, stdout=output, stderr=output)
    demo = Outside(process, paper, callers=count(500))
    try:
        wait_until_alive(demo)
        yield demo
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE_SECONDS)


def until(true: Callable[[], bool], otherwise: str) -> None:
    """Return as soon as something is true; AssertionError where it does not become so in time."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not true():
        assert time.monotonic() < end, otherwise
        threading.Event().wait(0.02)


def until_mapped(demo: Outside, dialled: str) -> None:
    """The forward map follows within a second; a new line is asked for until two seconds have gone."""
    threading.Event().wait(2.0)
    assert is_heard(lambda: demo.ring(dialled))


def wait_until_alive(demo: Outside) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until and demo.process.poll() is None:
        try:
            if demo.http("GET", "/healthz", None, {})[0] == 200:
                return
        except OSError:
            threading.Event().wait(0.05)
    raise AssertionError("the gateway did not start")


@contextmanager
def running_demo(
    directory: Path, database_url: str | None, *options: str, port: int | None = None
) -> Iterator[Outside]:
    """`court-gateway demo` until its demo.json is there; ended by SIGTERM, whatever happened."""
    port = port or free_port()
    environment = {**os.environ, "COURT_GATEWAY_API_RATE": "10000"}
    if database_url:
        environment["COURT_GATEWAY_DATABASE_URL"] = database_url
    words = command("demo", "--port", str(port), "--data-dir", str(directory), *options)
    directory.mkdir(exist_ok=True)
    with (directory / "output").open("wb") as output:
        process = subprocess.Popen(words, env=environment, stdout=output, stderr=output)
    try:
        yield Outside(process, _wait_for_paper(process, directory))
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE_SECONDS)


def _wait_for_paper(process: subprocess.Popen[bytes], directory: Path) -> dict[str, Any]:
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        if process.poll() is not None:
            break
        try:
            paper: dict[str, Any] = json.loads((directory / "demo.json").read_text())
            return paper
        except FileNotFoundError:
            threading.Event().wait(0.05)
    raise AssertionError((directory / "output").read_text()[-3000:])


def processes_under(parent: int) -> dict[int, str]:
    """Every process started by a process, by pid, with its command line."""
    children: dict[int, list[int]] = {}
    words: dict[int, str] = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            stat = (entry / "stat").read_text()
            words[int(entry.name)] = (entry / "cmdline").read_text().replace("\0", " ")
        except OSError:
            continue
        children.setdefault(int(stat.rpartition(")")[2].split()[1]), []).append(int(entry.name))
    found, ahead = {}, [parent]
    while ahead:
        for child in children.get(ahead.pop(), []):
            found[child] = words[child]
            ahead.append(child)
    return found
