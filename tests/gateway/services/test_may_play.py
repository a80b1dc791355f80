"""May a notice play now? SQL and Python agree, and both are right on both sides of every boundary."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, text, update

from gateway.call_transaction import Kept
from gateway.clock import Instant
from gateway.database import writing
from gateway.models import (
    FAR_FUTURE,
    Call,
    Court,
    Decision,
    EnforcementCase,
    ImportBatch,
    Notice,
    PhoneLine,
    Platform,
    Recording,
)
from gateway.services.look_up_call import Found, Question, look_up_calls
from gateway.services.may_play import Standing, why_silent
from gateway.sight import EVERY_COURT
from ivr.plan import Why
from tests.factories import Gateway, open_gateway, patient
from tests.postgres import Server

MOMENT = timedelta(microseconds=1)
FIRST, SECOND = "1" * 64, "2" * 64


@dataclass
class Stage:
    """One notice in force, whose every column can be set behind the services' back, and then be looked up."""

    gateway: Gateway
    line: PhoneLine
    notice: Notice
    second: Recording
    batch: str
    plain: Standing

    def set(self, standing: Standing, ticked: datetime | None, called: datetime | None) -> None:
        """Write this state into the database."""
        approved = standing.approved_recordings
        notice = {
            "state": standing.notice_state,
            "ended_at": self.gateway.clock.at if standing.notice_state == "ended" else None,
            "decision_complete": standing.decision_complete,
            "starts_at": standing.starts_at,
            "ends_at": standing.ends_at,
            "review_until": standing.review_until,
            "approved_recordings": approved,
            "second_recording_id": self.second.id if standing.second_sha256 else None,
            "import_id": self.batch if standing.import_state else None,
        }
        with writing(self.gateway.runtime.engine, EVERY_COURT) as session:
            self._relax(session)
            for table, row_id, values in (
                (Court, self.notice.court_id, _of_court(standing)),
                (EnforcementCase, self.notice.case_id, _of_case(standing, self.gateway.clock.at)),
                (Decision, self.notice.decision_id, {"complete": standing.decision_complete}),
                (Notice, self.notice.id, notice),
                (PhoneLine, self.line.id, _of_line(standing)),
                (Recording, self.notice.recording_id, _recording(FIRST, standing.first_state)),
                (Recording, self.second.id, _recording(SECOND, standing.second_state)),
                (ImportBatch, self.batch, {"state": standing.import_state or "failed"}),
            ):
                session.execute(update(table).where(table.id == row_id).values(**values))
            session.execute(update(Platform).values(last_tick_at=ticked))
            session.execute(text("DELETE FROM call"))
            if called is not None:
                session.execute(insert(Call).values(**self._call(called)))

    def _relax(self, session: Any) -> None:
        """Let states in that the constraints forbid: the predicate must not lean on them alone."""
        if session.get_bind().dialect.name == "sqlite":
            session.execute(text("PRAGMA ignore_check_constraints = ON"))
            session.execute(text("PRAGMA defer_foreign_keys = ON"))

    def _call(self, at: datetime) -> dict[str, Any]:
        return {
            "id": "call",
            "connection_id": self.line.connection_id,
            "carrier_call_id": "CA-earlier",
            "decision": "silent",
            "why": "no_notice",
            "shadow": False,
            "played_ms": 0,
            "outcome": "unknown",
            "received_at": at,
        }

    def look_up(self, application: datetime) -> Found:
        vault, line = self.gateway.runtime.vault, self.line
        hashes = vault.look_up_hashes(self.gateway.dialled(line))
        question = Question(line.connection_id, hashes, "CA-now", (), None)
        with Kept(self.gateway.runtime.calls) as kept, kept.asking() as asking:
            found = look_up_calls(asking, [question], application)[0]
        assert found is not None
        return found


def _of_court(it: Standing) -> dict[str, Any]:
    return {"enabled": it.court_enabled, "profile": it.profile, "legal_basis": it.legal_basis}


def _of_case(it: Standing, now: datetime) -> dict[str, Any]:
    closed = it.case_state == "closed"
    return {
        "state": it.case_state,
        "debtor_dead": it.debtor_dead,
        "closed_at": now if closed else None,
        "closing_ground": 1 if closed else None,
    }


def _of_line(it: Standing) -> dict[str, Any]:
    return {"state": it.line_state, "attested_until": it.attested_until}


def _recording(sha256: str, state: str | None) -> dict[str, Any]:
    return {"sha256": sha256, "state": state or "draft"}


def _stage(gateway: Gateway) -> Stage:
    line, recording, second = gateway.line(), gateway.recording(), gateway.recording()
    notice = gateway.notice(line=line, recording=recording)
    with gateway.work() as work:
        batch = ImportBatch(
            id=work.new_id(),
            court_id=gateway.court_a,
            kind="enrolment",
            sha256=FIRST,
            rows=1,
            state="writing",
            submitted_by=work.actor.user_id,
            approved_by=gateway.people["judge"].user_id,
            created_at=work.now,
        )
        work.session.add(batch)
    assert notice.starts_at is not None
    plain = Standing(
        court_enabled=True,
        profile="cn-spc-2017-7",
        legal_basis="虚构办法第一条",
        case_state="open",
        debtor_dead=False,
        decision_complete=True,
        notice_state="approved",
        import_state=None,
        starts_at=notice.starts_at,
        ends_at=FAR_FUTURE,
        review_until=notice.review_until,
        approved_recordings=FIRST,
        first_sha256=FIRST,
        first_state="approved",
        second_sha256=None,
        second_state=None,
        line_state="active",
        attested_until=line.attested_until,
    )
    return Stage(gateway, line, notice, second, batch.id, plain)


@pytest.fixture(scope="module")
def on_sqlite(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("may-play")
    (folder / "gateway.db").write_bytes(sqlite_template.read_bytes())
    yield from _open(f"sqlite:///{folder / 'gateway.db'}", folder)


@pytest.fixture(scope="module")
def on_postgres(
    postgres_server: Server, postgres_template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stage]:
    url = postgres_server.create(template=postgres_template)
    yield from _open(url, tmp_path_factory.mktemp("may-play"))
    postgres_server.drop(url)


def _open(url: str, folder: Path) -> Iterator[Stage]:
    gateway = open_gateway(url, folder / "data")
    gateway.runtime = patient(gateway.runtime)
    stage = _stage(gateway)
    if not url.startswith("sqlite"):
        _drop_checks(gateway)
    yield stage
    gateway.runtime.close()


def _drop_checks(gateway: Gateway) -> None:
    """PostgreSQL's way of letting in what the constraints forbid; the foreign key on `complete` goes too."""
    with gateway.owner() as owner, owner.begin() as connection:
        found = connection.execute(
            text(
                "SELECT conrelid::regclass, conname FROM pg_constraint"
                " WHERE connamespace = 'public'::regnamespace"
                " AND (contype = 'c' AND coninhcount = 0 OR conname LIKE 'fk_notice_case_id%')"
            )
        ).all()
        for table, name in found:
            connection.execute(text(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"'))


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def stage(request: pytest.FixtureRequest) -> Stage:
    name = "on_sqlite" if request.param == "sqlite" else "on_postgres"
    found: Stage = request.getfixturevalue(name)
    return found


def _both(stage: Stage, standing: Standing, application: datetime, *recorded: datetime | None) -> Why | None:
    """What SQL says and what Python says of the same state, which must be one answer.

    Whether the database joins a notice at all is the one thing that only SQL knows: a notice that is
    neither approved nor suspended is no notice to it.
    """
    ticked, called = (*recorded, None, None)[:2]
    stage.set(standing, ticked, called)
    found = stage.look_up(application)
    instant = Instant(application, found.database_time, found.greatest_recorded)
    expected = why_silent(standing, instant)
    if standing.notice_state not in {"approved", "suspended"}:
        assert expected is not None
        assert found.why_silent in {Why.no_notice, Why.closed, Why.ended}
        return expected
    assert found.why_silent == expected
    assert found.greatest_recorded == max((each for each in (ticked, called) if each), default=application)
    return found.why_silent


# Each condition by itself: what breaks it, and what the call is told.

BROKEN = {
    "the court is switched off": ({"court_enabled": False}, Why.disabled),
    "the court has no profile": ({"profile": None}, Why.disabled),
    "the court has no legal basis": ({"legal_basis": None}, Why.disabled),
    "the case is closed": ({"case_state": "closed"}, Why.closed),
    "the case is stayed": ({"case_state": "stayed"}, Why.closed),
    "the debtor is dead": ({"debtor_dead": True}, Why.closed),
    "the notice is suspended": ({"notice_state": "suspended"}, Why.suspended),
    "the notice is a draft": ({"notice_state": "draft"}, Why.no_notice),
    "the notice is submitted": ({"notice_state": "submitted"}, Why.no_notice),
    "the notice is rejected": ({"notice_state": "rejected"}, Why.no_notice),
    "the notice is ended": ({"notice_state": "ended"}, Why.no_notice),
    "the decision is not complete": ({"decision_complete": False}, Why.no_notice),
    "its import is being written": ({"import_state": "writing"}, Why.no_notice),
    "its import waits for approval": ({"import_state": "submitted"}, Why.no_notice),
    "its import failed": ({"import_state": "failed"}, Why.no_notice),
    "it has no start": ({"starts_at": None}, Why.not_started),
    "it has neither end nor review": ({"review_until": FAR_FUTURE}, Why.review),
    "the line is not active": ({"line_state": "enrolled"}, Why.stale),
    "the recording is a draft": ({"first_state": "draft"}, Why.withdrawn),
    "the recording is withdrawn": ({"first_state": "withdrawn"}, Why.withdrawn),
    "another recording was approved": ({"approved_recordings": SECOND}, Why.withdrawn),
    "no recording was approved": ({"approved_recordings": None}, Why.withdrawn),
    "the second recording was not approved": (
        {"second_sha256": SECOND, "second_state": "approved"},
        Why.withdrawn,
    ),
    "the second recording is withdrawn": (
        {
            "second_sha256": SECOND,
            "second_state": "withdrawn",
            "approved_recordings": f"{FIRST} {SECOND}",
        },
        Why.withdrawn,
    ),
    "the recordings were approved in another order": (
        {
            "second_sha256": SECOND,
            "second_state": "approved",
            "approved_recordings": f"{SECOND} {FIRST}",
        },
        Why.withdrawn,
    ),
}


def test_it_plays_where_nothing_stands_against_it(stage: Stage) -> None:
    assert _both(stage, stage.plain, stage.gateway.clock.at) is None


def test_it_plays_with_two_recordings_and_from_an_approved_import(stage: Stage) -> None:
    two = replace(
        stage.plain,
        second_sha256=SECOND,
        second_state="approved",
        approved_recordings=f"{FIRST} {SECOND}",
        import_state="approved",
    )
    assert _both(stage, two, stage.gateway.clock.at) is None


@pytest.mark.parametrize("broken", BROKEN)
def test_it_is_silent_where(stage: Stage, broken: str) -> None:
    change, why = BROKEN[broken]
    standing = replace(stage.plain, **change)  # type: ignore[arg-type]
    assert _both(stage, standing, stage.gateway.clock.at) == why


# Boundaries in time. Ends are checked an hour ahead of the database's clock, starts an hour behind it, so
# that the application's clock, which the test holds, is the one that decides.

AHEAD, BEHIND = timedelta(hours=1), timedelta(hours=-1)


@pytest.mark.parametrize(("off", "plays"), [(-MOMENT, False), (timedelta(0), True), (MOMENT, True)])
def test_it_starts_at_its_start(stage: Stage, off: timedelta, plays: bool) -> None:
    start = stage.gateway.clock.at + BEHIND
    standing = replace(stage.plain, starts_at=start)
    assert _both(stage, standing, start + off) == (None if plays else Why.not_started)


ENDS = {"ends_at": Why.ended, "review_until": Why.review, "attested_until": Why.stale}
OFFS = [(-MOMENT, True), (timedelta(0), False), (MOMENT, False)]


@pytest.mark.parametrize("column", ENDS)
@pytest.mark.parametrize(("off", "plays"), OFFS)
def test_it_is_over_at_its_end(stage: Stage, column: str, off: timedelta, plays: bool) -> None:
    end = stage.gateway.clock.at + AHEAD
    standing = replace(stage.plain, **{column: end})  # type: ignore[arg-type]
    assert _both(stage, standing, end + off) == (None if plays else ENDS[column])


@pytest.mark.parametrize("column", ENDS)
@pytest.mark.parametrize(("off", "plays"), OFFS)
@pytest.mark.parametrize("by", ["tick", "call"])
def test_a_clock_that_jumped_back_wakes_nothing(
    stage: Stage, column: str, off: timedelta, plays: bool, by: str
) -> None:
    """The greatest time ever recorded, by a tick or by a call, still tells that the end was reached."""
    end = stage.gateway.clock.at + AHEAD
    standing = replace(stage.plain, **{column: end})  # type: ignore[arg-type]
    early = stage.gateway.clock.at - timedelta(minutes=1)
    recorded = (end + off, early) if by == "tick" else (early, end + off)
    assert _both(stage, standing, stage.gateway.clock.at, *recorded) == (None if plays else ENDS[column])


def test_an_application_whose_clock_is_behind_does_not_outlive_the_databases_end(stage: Stage) -> None:
    now = stage.gateway.clock.at
    standing = replace(stage.plain, starts_at=now - 3 * AHEAD, ends_at=now - timedelta(seconds=1))
    assert _both(stage, standing, now - AHEAD) == Why.ended


def test_an_application_whose_clock_is_ahead_does_not_start_before_the_database_does(stage: Stage) -> None:
    standing = replace(stage.plain, starts_at=stage.gateway.clock.at + AHEAD)
    assert _both(stage, standing, stage.gateway.clock.at + 2 * AHEAD) == Why.not_started


# All of it at once.

NEAR = st.sampled_from(
    [timedelta(0), MOMENT, -MOMENT, AHEAD, BEHIND, AHEAD + MOMENT, AHEAD - MOMENT, timedelta(days=40)]
)


@st.composite
def states(draw: st.DrawFn) -> dict[str, Any]:
    """Mostly in force, with some fields drawn anew; times as offsets from the base."""
    fresh = {
        "court_enabled": st.booleans(),
        "profile": st.sampled_from(["cn-spc-2017-7", None]),
        "legal_basis": st.sampled_from(["虚构办法", None]),
        "case_state": st.sampled_from(["open", "stayed", "closed"]),
        "debtor_dead": st.booleans(),
        "decision_complete": st.booleans(),
        "notice_state": st.sampled_from(["draft", "submitted", "rejected", "approved", "suspended", "ended"]),
        "import_state": st.sampled_from([None, "writing", "submitted", "approved", "failed"]),
        "starts_at": st.one_of(st.none(), NEAR),
        "ends_at": st.one_of(st.just(FAR_FUTURE), NEAR),
        "review_until": st.one_of(st.just(FAR_FUTURE), NEAR),
        "approved_recordings": st.sampled_from([None, FIRST, SECOND, f"{FIRST} {SECOND}"]),
        "first_state": st.sampled_from(["draft", "submitted", "approved", "rejected", "withdrawn"]),
        "second_sha256": st.sampled_from([None, SECOND]),
        "second_state": st.sampled_from(["draft", "approved", "withdrawn"]),
        "line_state": st.sampled_from(["enrolled", "active"]),
        "attested_until": NEAR,
    }
    chosen = draw(st.sets(st.sampled_from(sorted(fresh)), max_size=6))
    return {name: draw(fresh[name]) for name in sorted(chosen)}


def _drawn(stage: Stage, drawn: dict[str, Any], base: datetime) -> Standing:
    values = asdict(stage.plain) | {
        name: base + value if isinstance(value, timedelta) else value for name, value in drawn.items()
    }
    if values["second_sha256"] is None:
        values["second_state"] = None
    elif values["second_state"] is None:
        values["second_state"] = "approved"
    return Standing(**values)


@given(states(), NEAR, st.one_of(st.none(), NEAR), st.one_of(st.none(), NEAR))
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_sql_and_python_agree_on_every_state(
    stage: Stage,
    drawn: dict[str, Any],
    off: timedelta,
    ticked: timedelta | None,
    called: timedelta | None,
) -> None:
    base = stage.gateway.clock.at
    standing = _drawn(stage, drawn, base)
    recorded = (None if each is None else base + each for each in (ticked, called))
    _both(stage, standing, base + off, *recorded)
