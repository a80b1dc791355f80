"""I2 and I7 from outside: processes are killed at random; no acknowledged write is lost, no call either."""

import http.client
import os
import random
import signal
import threading
from collections import Counter
from pathlib import Path

import pytest

from tests.outside.gateway import Outside, processes_under, running_demo

KILLS = 8
NOBODY_THERE = (OSError, http.client.HTTPException)
"""How a request ends when its worker is killed: the carrier then calls the line's fallback address."""


@pytest.mark.slow
def test_kills_lose_no_acknowledged_write_and_no_call(tmp_path: Path, database_url: str) -> None:
    chance = random.Random(20261124)
    with running_demo(tmp_path, database_url, "--workers", "2") as demo:
        it = demo.new_notice()
        over = threading.Event()
        wrong: list[str] = []
        calls, written = Counter[str](), []

        def call() -> None:
            while not over.is_set():
                try:
                    answer = demo.ring(it.dialled)
                except NOBODY_THERE:
                    calls["for the carrier's fallback"] += 1
                    over.wait(0.05)
                    continue
                calls["answered"] += 1
                if answer.status != 200 or answer.reached != it.deliver_to:
                    wrong.append(f"{answer.status} {answer.body[:200]}")

        def write() -> None:
            while not over.is_set():
                body = {"line": it.line, "kind": "correction", "reason": "kill"}
                try:
                    status, answer = demo.api("clerk", "POST", "/objections", body)
                except NOBODY_THERE:
                    over.wait(0.05)
                    continue
                if status == 201:
                    written.append(answer["id"])

        threads = [threading.Thread(target=each) for each in (call, call, write)]
        for thread in threads:
            thread.start()
        killed = sum(_kill_somebody(demo, chance, calls) for _ in range(KILLS))
        over.set()
        for thread in threads:
            thread.join()
        _until_answering(demo)
        lost = [each for each in written if demo.api("clerk", "GET", f"/objections/{each}")[0] != 200]
    assert killed == KILLS
    assert wrong == []
    assert lost == []
    assert len(written) > KILLS


def _kill_somebody(demo: Outside, chance: random.Random, calls: "Counter[str]") -> int:
    """Kill a web worker or the scheduler, then wait until calls are answered again."""
    found = processes_under(demo.process.pid)
    victims = [pid for pid, words in found.items() if "granian" in words or "gateway.cli scheduler" in words]
    os.kill(chance.choice(sorted(victims)), signal.SIGKILL)
    enough = calls["answered"] + chance.randrange(20, 60)
    pause = threading.Event()
    for _ in range(2000):
        if calls["answered"] >= enough:
            return 1
        pause.wait(0.01)
    return 0


def _until_answering(demo: Outside) -> None:
    for _ in range(500):
        try:
            if demo.http("GET", "/healthz", None, {})[0] == 200:
                return
        except NOBODY_THERE:
            pass
        threading.Event().wait(0.05)
    raise AssertionError("the gateway did not come back")
