"""Several hosts from outside: one is killed, one drained, one added, and no call notices."""

import hashlib
import os
import re
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest
import requests

from tests.hearing import is_heard
from tests.outside.gateway import Answer, Enrolled, Outside, command, running_demo, until
from tests.outside.hosts import COPIED, Host, hosts_of, nginx_in_front
from tests.postgres import Server, for_psycopg
from tests.prompts.sounds import speech, wav

pytestmark = [pytest.mark.slow, pytest.mark.postgres]

CALLERS = 3
BETWEEN_CALLS = 0.01
ENOUGH_CALLS = 60
"""Before and after each thing that happens to a host."""
FAILOVER_SECONDS = 30


@dataclass(frozen=True)
class Founded:
    """A demonstration's people and notices, at an address where nobody is yet."""

    url: str
    directory: Path
    demo: Outside


@pytest.fixture(scope="module")
def founded(postgres_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Founded]:
    """Founded once for all tests of this file."""
    url, directory = postgres_server.create(), tmp_path_factory.mktemp("hosts") / "first"
    with running_demo(directory, url, "--no-scheduler") as demo:
        pass
    yield Founded(url, directory, demo)
    postgres_server.drop(url)


@dataclass
class Crowd:
    """People who call one notice's line after the other, all the time."""

    demo: Outside
    notices: Sequence[Enrolled]
    calls: list[tuple[str, Enrolled, Answer]] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    def call(self, which: int) -> None:
        """Until it is over; `which` of the callers this is."""
        number = 0
        while not self.over.wait(BETWEEN_CALLS):
            number += 1
            call_id = f"CA{which:08x}{number:024x}"
            it = self.notices[number % len(self.notices)]
            try:
                self.calls.append((call_id, it, self.demo.ring(it.dialled, CallSid=call_id)))
            except Exception as fault:
                self.lost.append(f"{call_id}: {fault!r}")

    def wait_for_more(self) -> None:
        """Until some more calls were answered, or lost."""
        enough = len(self.calls) + ENOUGH_CALLS
        until(lambda: len(self.calls) >= enough or bool(self.lost), "no more calls are answered")


@contextmanager
def calling(demo: Outside, notices: Sequence[Enrolled]) -> Iterator[Crowd]:
    """A crowd that calls for the time of the block."""
    crowd = Crowd(demo, notices)
    threads = [threading.Thread(target=crowd.call, args=(which,)) for which in range(1, CALLERS + 1)]
    for thread in threads:
        thread.start()
    try:
        yield crowd
    finally:
        crowd.over.set()
        for thread in threads:
            thread.join()


def _close(demo: Outside, it: Enrolled) -> float:
    """When the closure was acknowledged."""
    demo.must("clerk", "POST", f"/cases/{it.case}/close", {"removal_ground": 1, "reason": "performed"})
    return time.monotonic()


def _recorded(url: str) -> dict[str, list[str]]:
    """Call id -> how it was decided, for each time that it was recorded."""
    found: dict[str, list[str]] = {}
    with psycopg.connect(for_psycopg(url)) as session:
        session.execute("SELECT set_config('court_gateway.court', '*', false)")
        for call_id, decision in session.execute("SELECT carrier_call_id, decision FROM call"):
            found.setdefault(call_id, []).append(decision)
    return found


def _silent_everywhere(hosts: Sequence[Host], it: Enrolled) -> bool:
    answers = [host.outside.ring(it.dialled) for host in hosts for _ in range(5)]
    return not any(answer.plays for answer in answers)


def test_no_call_is_lost_while_hosts_are_killed_drained_and_added(tmp_path: Path, founded: Founded) -> None:
    demo = founded.demo
    with nginx_in_front(tmp_path / "nginx", demo.port) as nginx, hosts_of(founded.url, demo) as hosts:
        a, b = hosts.start(founded.directory, "--workers", "2"), hosts.start(tmp_path / "b")
        nginx.serve([a, b])
        early, later, last, open_still = notices = [demo.new_notice() for _ in range(4)]
        for host in (a, b):
            assert all(is_heard(lambda: host.outside.ring(it.dialled)) for it in notices)  # noqa: B023
        silent_from: dict[str, float] = {}
        with calling(demo, notices) as crowd:
            crowd.wait_for_more()
            silent_from[early.notice] = _close(a.outside, early)
            assert _silent_everywhere([a, b], early)
            a.kill()
            crowd.wait_for_more()
            silent_from[later.notice] = _close(demo, later)
            c = hosts.start(tmp_path / "c")
            nginx.serve([a, b, c])
            until(lambda: c.has_answered_calls, "the added host gets no calls")
            assert _silent_everywhere([b, c], later)
            assert b.drain() == 0
            crowd.wait_for_more()
            silent_from[last.notice] = _close(c.outside, last)
            assert _silent_everywhere([c], last)
            crowd.wait_for_more()
        assert is_heard(lambda: c.outside.ring(open_still.dialled))
    _nothing_was_lost(crowd, silent_from, _recorded(founded.url))


def _nothing_was_lost(crowd: Crowd, silent_from: dict[str, float], recorded: dict[str, list[str]]) -> None:
    assert crowd.lost == []
    wrong = [(call_id, answer) for call_id, it, answer in crowd.calls if answer.reached != it.deliver_to]
    assert wrong == []
    late = [
        call_id
        for call_id, it, answer in crowd.calls
        if answer.plays and answer.sent >= silent_from.get(it.notice, float("inf"))
    ]
    assert late == []
    assert [each for each in recorded.items() if len(each[1]) > 1] == []
    played = {call_id for call_id, _, answer in crowd.calls if answer.plays}
    assert played
    assert {call_id for call_id in played if recorded.get(call_id) != ["played"]} == set()


def _upload(host: Outside, sound: bytes) -> str:
    """The id of a new prompt, approved by the judge who heard these bytes."""
    token = {"Authorization": f"Bearer {host.paper['tokens']['clerk']}"}
    form = {"name": "another", "language": "en", "transcript": "The court informs you by order."}
    answer = requests.post(
        f"{host.paper['base_url']}/api/v1/prompts",
        data=form,
        files={"recording": ("notice.wav", sound)},
        headers=token,
        timeout=20,
    )
    assert answer.status_code == 201, answer.text
    prompt: dict[str, Any] = answer.json()
    host.must("clerk", "POST", f"/prompts/{prompt['id']}/submit", {"reason": "ready"})
    approval = {"sha256": prompt["sha256"], "reason": "heard"}
    host.must("judge", "POST", f"/prompts/{prompt['id']}/approve", approval)
    return str(prompt["id"])


def test_a_recording_that_one_host_took_plays_and_is_served_on_every_other(
    tmp_path: Path, founded: Founded
) -> None:
    demo = founded.demo
    with hosts_of(founded.url, demo) as hosts:
        a, b = hosts.start(founded.directory, port=demo.port), hosts.start(tmp_path / "b")
        it = demo.new_notice(_upload(a.outside, wav(speech(3.0))))
        played: list[Answer] = []
        until(lambda: _plays_into(played, b.outside.ring(it.dialled)), "it never played on the other host")
        found = re.search(r"<Play>(?:http://[^/]*)?(/recordings/([0-9a-f]{64})\.wav)", played[0].body)
        assert found is not None
        status, sound = b.outside.http("GET", found[1], None, {})
        assert (status, hashlib.sha256(sound).hexdigest()) == (200, found[2])
        c = hosts.start(tmp_path / "c")
        assert c.outside.http("GET", found[1], None, {}) == (200, sound), "a new host is late"


def _plays_into(played: list[Answer], answer: Answer) -> bool:
    if answer.plays:
        played.append(answer)
    return answer.plays


@contextmanager
def _scheduling(url: str, directory: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """`court-gateway scheduler` on one host's folder."""
    named = {"DATABASE_URL": url, "DATA_DIR": str(directory)}
    environment = {**os.environ, **{f"COURT_GATEWAY_{name}": value for name, value in named.items()}}
    with (directory / "scheduler").open("wb") as output:
        process = subprocess.Popen(command("scheduler"), env=environment, stdout=output, stderr=output)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def _ask(url: str, statement: str) -> Any:
    with psycopg.connect(for_psycopg(url)) as session:
        session.execute("SELECT set_config('court_gateway.court', '*', false)")
        row = session.execute(statement.encode()).fetchone()
        return row[0] if row else None


def _at_work(url: str) -> int | None:
    """The process that holds the scheduler's lease."""
    holder = _ask(url, "SELECT holder FROM lease WHERE name = 'scheduler' AND expires_at > now()")
    return int(holder.split(":")[1]) if holder else None


def test_when_the_scheduler_at_work_is_killed_another_hosts_does_its_jobs_within_30_s(
    tmp_path: Path, founded: Founded
) -> None:
    url, notice = founded.url, _notice_in_force(founded)
    for name in COPIED:
        shutil.copy(founded.directory / name, tmp_path)
    with _scheduling(url, founded.directory) as one, _scheduling(url, tmp_path) as other:
        until(lambda: _at_work(url) in {one.pid, other.pid}, "no scheduler is at work")
        at_work, waiting = (one, other) if _at_work(url) == one.pid else (other, one)
        at_work.kill()
        killed = time.monotonic()
        over = f"UPDATE notice SET ends_at = now() WHERE id = '{notice}' RETURNING state"
        assert _ask(url, over) == "approved"
        until(lambda: _ask(url, f"SELECT state FROM notice WHERE id = '{notice}'") == "ended", "never done")
        assert time.monotonic() - killed < FAILOVER_SECONDS
        assert _at_work(url) == waiting.pid


def _notice_in_force(founded: Founded) -> str:
    return next(str(each["id"]) for each in founded.demo.paper["notices"] if each["state"] == "in_force")
