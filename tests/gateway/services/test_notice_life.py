"""The life of a notice, in any order of events, against a model of a few lines that says who hears what."""

import shutil
import tempfile
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from gateway.services.attest_line import attest_line
from gateway.services.close_case import close_case
from gateway.services.court_switch import disable_court, enable_court
from gateway.services.end_notice import end_notice
from gateway.services.enrol_line import Attestation
from gateway.services.judge_prompt import withdraw_prompt
from gateway.services.record_objection import NewObjection, record_objection
from gateway.services.refusals import ServiceRefused
from gateway.services.reject_notice import reject_notice
from gateway.services.resume_notice import resume_notice
from gateway.services.review_notice import review_notice
from gateway.services.submit_notice import submit_notice
from gateway.services.suspend_lapsed import suspend_lapsed
from gateway.services.suspend_notice import suspend_notice
from gateway.services.transactions import Transactions
from tests.carriers import FakeCarrier
from tests.factories import Gateway, open_gateway, patient
from tests.postgres import Server

ZONE = ZoneInfo("Asia/Shanghai")
JUDGES = st.sampled_from(["judge", "judge2"])
ANYBODY = st.sampled_from(["clerk", "judge", "judge2", "administrator"])


def _end_of(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), ZONE)


class Life(RuleBasedStateMachine):
    """One line; notices on it come and go. What the model knows stands in the plain attributes."""

    def __init__(self, gateway: Gateway) -> None:
        super().__init__()
        self.gateway = gateway
        today = self.today()
        self.attested_on = today - timedelta(days=28)
        self.line = gateway.line(attestation=Attestation("carrier-letter", "letter", self.attested_on))
        self.carrier = FakeCarrier.of(gateway)
        self.on = True
        self.database_time = gateway.clock.at
        self.last_day = today + timedelta(days=12)
        self.begin()

    def today(self) -> date:
        return self.gateway.clock.at.astimezone(ZONE).date()

    def begin(self) -> None:
        self.review_on = self.today() + timedelta(days=2)
        self.recording = self.gateway.recording()
        self.case = self.gateway.case()
        self.notice = self.gateway.notice(
            state="draft", case=self.case, line=self.line, recording=self.recording, review_on=self.review_on
        )
        self.state, self.sounds, self.open, self.silenced_by = "draft", True, True, ""
        self.starts_at: datetime | None = None

    # The model.

    def attested(self) -> bool:
        return self.gateway.clock.at < _end_of(self.attested_on + timedelta(days=30))

    def reviewed(self) -> bool:
        return self.gateway.clock.at < _end_of(self.review_on)

    def lawful(self) -> bool:
        return self.on and self.open and self.sounds and self.attested() and self.reviewed()

    def started(self) -> bool:
        """By the earlier of two clocks; the database's own does not move when this test's does."""
        return self.starts_at is not None and self.starts_at <= self.database_time

    def heard(self) -> bool:
        return self.state == "approved" and self.started() and self.lawful()

    def does(self, who: str, verb: object, allowed: bool) -> None:
        """The service does it where the model says so, and refuses it where not."""
        try:
            with self.gateway.work(who) as work:
                verb(work)  # type: ignore[operator]
        except ServiceRefused:
            assert not allowed
        else:
            assert allowed

    @invariant()
    def a_call_hears_what_the_model_says_and_is_connected(self) -> None:
        answer = self.carrier.voice(self.gateway.dialled(self.line))
        assert answer.dials == self.gateway.delivered(self.line)
        assert bool(answer.plays) == self.heard()

    # What people do.

    @rule()
    def submit(self) -> None:
        allowed = self.state in {"draft", "rejected"} and self.lawful()
        self.does("clerk", lambda work: submit_notice(work, self.notice.id), allowed)
        self.state = "submitted" if allowed else self.state

    @rule(who=st.sampled_from(["judge", "judge2", "clerk2"]))
    def approve(self, who: str) -> None:
        allowed = who != "clerk2" and self.state == "submitted" and self.lawful()
        try:
            self.gateway.approve(self.notice.id, who)
        except ServiceRefused:
            assert not allowed
        else:
            assert allowed
            self.state, self.starts_at = "approved", self.gateway.clock.at

    @rule(who=JUDGES)
    def put_on_air(self, who: str) -> None:
        """Two steps at once: chance alone seldom takes one after the other."""
        self.submit()
        self.approve(who)

    @rule(who=JUDGES)
    def reject(self, who: str) -> None:
        allowed = self.state == "submitted"
        self.does(who, lambda work: reject_notice(work, self.notice.id, "unclear"), allowed)
        self.state = "rejected" if allowed else self.state

    @rule(who=ANYBODY)
    def suspend(self, who: str) -> None:
        allowed = self.state in {"approved", "suspended"}
        self.does(who, lambda work: suspend_notice(work, self.notice.id, "doubt"), allowed)
        if self.state == "approved":
            self.state, self.silenced_by = "suspended", who

    @rule(who=JUDGES)
    def resume(self, who: str) -> None:
        allowed = self.state == "suspended" and who != self.silenced_by and self.lawful()
        self.does(who, lambda work: resume_notice(work, self.notice.id, "clarified"), allowed)
        self.state = "approved" if allowed else self.state

    @rule()
    def object(self) -> None:
        objection = NewObjection("wrong_number", "not me", line=self.line.id)
        self.does("clerk2", lambda work: record_objection(work, objection), True)
        if self.state == "approved":
            self.state, self.silenced_by = "suspended", "clerk2"

    @rule(who=ANYBODY)
    def end(self, who: str) -> None:
        self.does(who, lambda work: end_notice(work, self.notice.id, "over"), True)
        self.state = "ended"

    @rule(who=ANYBODY, ground=st.integers(1, 7))
    def close(self, who: str, ground: int) -> None:
        self.does(who, lambda work: close_case(work, self.case.id, ground, "paid"), True)
        self.open, self.state = False, "ended"

    @rule(who=ANYBODY)
    def withdraw(self, who: str) -> None:
        self.does(who, lambda work: withdraw_prompt(work, self.recording.id, "wrong words"), True)
        self.sounds = False

    @rule(who=st.sampled_from(["administrator", "operator"]))
    def switch_off(self, who: str) -> None:
        self.does(who, lambda work: disable_court(work, self.gateway.court_a, "audit"), True)
        self.on = False

    @rule()
    def switch_on(self) -> None:
        self.does("operator2", lambda work: enable_court(work, self.gateway.court_a, "audited"), True)
        self.on = True

    # What time does.

    @precondition(lambda self: self.today() < self.last_day)
    @rule(hours=st.integers(1, 30))
    def time_goes_by(self, hours: int) -> None:
        self.gateway.clock.forward(hours=hours)

    @rule()
    def the_sweep_runs(self) -> None:
        runtime = self.gateway.runtime
        suspend_lapsed(Transactions(runtime.engine, runtime.clock, runtime.vault))
        self.fall_silent()

    @rule()
    def attest(self) -> None:
        if not self.attested():
            self.fall_silent()
        attestation = Attestation("carrier-letter", "another letter", self.today() - timedelta(days=28))
        self.does("clerk", lambda work: attest_line(work, self.line.id, attestation), True)
        self.attested_on = self.today() - timedelta(days=28)

    @rule(who=JUDGES)
    def review(self, who: str) -> None:
        allowed, until = self.state in {"approved", "suspended"}, self.today() + timedelta(days=2)
        self.does(who, lambda work: review_notice(work, self.notice.id, until, "still due"), allowed)
        if allowed:
            if not self.reviewed():
                self.fall_silent()
            self.review_on = until

    def fall_silent(self) -> None:
        """What has lapsed is silent until a judge resumes it, whoever mends what had lapsed."""
        if self.state == "approved" and not (self.attested() and self.reviewed()):
            self.state, self.silenced_by = "suspended", ""

    @precondition(lambda self: self.state == "ended")
    @rule()
    def the_next_notice_is_drafted(self) -> None:
        self.begin()


def _run(make: Callable[[Path], str], folder: Path, examples: int) -> None:
    """Each example on a gateway of its own; `make` gives the address of an empty database."""
    opened: list[Gateway] = []

    def machine() -> Life:
        while opened:
            opened.pop().runtime.close()
        here = Path(tempfile.mkdtemp(dir=folder))
        gateway = open_gateway(make(here), here / "data")
        gateway.runtime = patient(gateway.runtime)
        opened.append(gateway)
        return Life(gateway)

    chosen = settings(
        max_examples=examples, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
    )
    run_state_machine_as_test(machine, settings=chosen)  # type: ignore[arg-type]
    while opened:
        opened.pop().runtime.close()


def test_whatever_happens_callers_hear_what_the_model_says(sqlite_template: Path, tmp_path: Path) -> None:
    def make(here: Path) -> str:
        shutil.copy(sqlite_template, here / "gateway.db")
        return f"sqlite:///{here / 'gateway.db'}"

    _run(make, tmp_path, 12)


@pytest.mark.postgres
def test_whatever_happens_callers_hear_what_the_model_says_on_postgres(
    postgres_server: Server, postgres_template: str, tmp_path: Path
) -> None:
    made: list[str] = []

    def make(_here: Path) -> str:
        made.append(postgres_server.create(template=postgres_template))
        return made[-1]

    _run(make, tmp_path, 2)
    for url in made:
        postgres_server.drop(url)
