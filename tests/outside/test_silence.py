"""I1 from outside: what is silenced is silent on the very next call, on every worker."""

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.outside.gateway import Answer, Enrolled, Outside, running_demo

ROUNDS = 4
CALLERS = 3
SILENCERS: dict[str, Callable[[Outside, Enrolled], object]] = {
    "close": lambda demo, it: demo.must(
        "clerk", "POST", f"/cases/{it.case}/close", {"removal_ground": 1, "reason": "performed"}
    ),
    "suspend": lambda demo, it: demo.must(
        "clerk", "POST", f"/notices/{it.notice}/suspend", {"reason": "doubt"}
    ),
    "end": lambda demo, it: demo.must("clerk", "POST", f"/notices/{it.notice}/end", {"reason": "over"}),
    "objection": lambda demo, it: demo.must(
        "clerk", "POST", "/objections", {"notice": it.notice, "kind": "wrong_number", "reason": "not me"}
    ),
}


def _withdraw(demo: Outside, _it: Enrolled) -> object:
    """The recording that all of the demonstration's notices play."""
    approved = demo.must("clerk", "GET", "/prompts?state=approved")["items"]
    return [
        demo.must("clerk", "POST", f"/prompts/{each['id']}/withdraw", {"reason": "a fault in it"})
        for each in approved
    ]


@pytest.mark.slow
@pytest.mark.parametrize("scheduler", ["with scheduler", "without scheduler"])
def test_no_call_sent_after_the_acknowledgement_plays(
    tmp_path: Path, database_url: str, scheduler: str
) -> None:
    options = ["--workers", "2"] + (["--no-scheduler"] if scheduler == "without scheduler" else [])
    late, tried, elsewhere = [], 0, []
    with running_demo(tmp_path, database_url, *options) as demo:
        for _ in range(ROUNDS):
            for name, silence in SILENCERS.items():
                it = demo.new_notice()
                answers, acknowledged = _race(demo, it, silence)
                before = [each for each in answers if each.plays and each.sent < acknowledged]
                tried += bool(before)
                late += [name for each in answers if each.plays and each.sent >= acknowledged]
                elsewhere += [each for each in answers if each.status != 200 or each.reached != it.deliver_to]
        it = demo.new_notice()
        answers, acknowledged = _race(demo, it, _withdraw)
        late += ["withdraw" for each in answers if each.plays and each.sent >= acknowledged]
    assert late == []
    assert elsewhere == []
    assert tried >= ROUNDS * len(SILENCERS) * 3 // 4, "too few rounds in which the notice was heard before"


def _race(
    demo: Outside, it: Enrolled, silence: Callable[[Outside, Enrolled], object]
) -> tuple[list[Answer], float]:
    """Call in tight loops while the notice is silenced; (all answers, when silencing was acknowledged)."""
    answers: list[Answer] = []
    heard, over = threading.Event(), threading.Event()

    def call() -> None:
        while not over.is_set():
            answer = demo.ring(it.dialled)
            answers.append(answer)
            if answer.plays:
                heard.set()

    threads = [threading.Thread(target=call) for _ in range(CALLERS)]
    for thread in threads:
        thread.start()
    heard.wait(10)
    silence(demo, it)
    acknowledged = time.monotonic()
    sent_after = len(answers) + 20
    while len(answers) < sent_after and any(thread.is_alive() for thread in threads):
        over.wait(0.01)
    over.set()
    for thread in threads:
        thread.join()
    return answers, acknowledged
