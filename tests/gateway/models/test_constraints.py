"""The database itself refuses what must never be: whoever writes, through whatever program."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from gateway.database import writing
from gateway.models import (
    Base,
    Call,
    CallEvent,
    Court,
    CreditHandoff,
    Debtor,
    Decision,
    EnforcementCase,
    Heard,
    ImportBatch,
    Notice,
    Objection,
    PhoneLine,
    Platform,
    Prompt,
    Recording,
    User,
)
from gateway.sight import EVERY_COURT
from tests.factories import Gateway

Change = dict[str, Any]


@pytest.fixture
def notice(gateway: Gateway) -> Notice:
    return gateway.notice()


def _columns(session: Session, model: type[Base], row_id: str) -> Change:
    row = session.get_one(model, row_id)
    return {column.key: getattr(row, column.key) for column in model.__table__.columns}


def _refused(gateway: Gateway, name: str, write: Callable[[Session], object]) -> None:
    """The write is refused by the rule of this name (PostgreSQL tells every name, SQLite that of checks)."""
    with pytest.raises(IntegrityError) as refused, writing(gateway.runtime.engine, EVERY_COURT) as session:
        write(session)
    told = str(refused.value.orig)
    postgres = gateway.runtime.engine.dialect.name == "postgresql"
    assert name in told or (not postgres and ("UNIQUE" in told or "FOREIGN KEY" in told))


def _copy(model: type[Base], row_id: str, **changes: object) -> Callable[[Session], object]:
    """Insert a copy of a row with another id."""

    def write(session: Session) -> None:
        values = _columns(session, model, row_id) | {"id": "x" * 26} | changes
        session.execute(insert(model).values(**values))

    return write


def _insert(model: type[Base], **values: object) -> Callable[[Session], object]:
    return lambda session: session.execute(insert(model).values(**values))


def _set(model: Any, row_id: str, **changes: object) -> Callable[[Session], object]:
    return lambda session: session.execute(update(model).where(model.id == row_id).values(**changes))


# Two persons.


def test_a_second_live_notice_of_a_line(gateway: Gateway, notice: Notice) -> None:
    for state in ("approved", "suspended"):
        _refused(gateway, "ux_notice_live", _copy(Notice, notice.id, state=state))


@pytest.mark.parametrize("by", ["submitted_by", "created_by"])
def test_an_approval_by_who_wrote_or_submitted(gateway: Gateway, notice: Notice, by: str) -> None:
    judge = gateway.people["judge"].user_id
    _refused(gateway, "ck_notice_second_person", _set(Notice, notice.id, **{by: judge}))


@pytest.mark.parametrize("state", ["approved", "suspended"])
@pytest.mark.parametrize("column", ["approved_by", "approved_at", "submitted_by"])
def test_a_live_notice_without_its_two_persons(
    gateway: Gateway, notice: Notice, state: str, column: str
) -> None:
    _refused(gateway, "ck_notice_second_person", _set(Notice, notice.id, state=state, **{column: None}))


@pytest.mark.parametrize("by", ["uploaded_by", "submitted_by"])
def test_a_recording_approved_by_who_uploaded_or_submitted_it(gateway: Gateway, by: str) -> None:
    recording, judge = gateway.recording(), gateway.people["judge"].user_id
    _refused(gateway, "ck_recording_second_person", _set(Recording, recording.id, **{by: judge}))


@pytest.mark.parametrize("column", ["approved_by", "submitted_by"])
def test_an_approved_recording_without_its_two_persons(gateway: Gateway, column: str) -> None:
    recording = gateway.recording()
    _refused(gateway, "ck_recording_second_person", _set(Recording, recording.id, **{column: None}))


def test_a_change_of_delivery_approved_by_who_proposed_it(gateway: Gateway) -> None:
    line, clerk = gateway.line(), gateway.people["clerk"].user_id
    both = {"delivery_proposed_by": clerk, "delivery_approved_by": clerk}
    _refused(gateway, "ck_line_two", _set(PhoneLine, line.id, **both))
    _refused(gateway, "ck_line_two", _set(PhoneLine, line.id, delivery_approved_by=clerk))


@pytest.mark.parametrize("approved_by", ["clerk", None])
def test_an_import_approved_by_who_submitted_it_or_by_nobody(
    gateway: Gateway, approved_by: str | None
) -> None:
    clerk = gateway.people["clerk"].user_id
    approver = gateway.people[approved_by].user_id if approved_by else None

    def write(session: Session) -> None:
        session.execute(
            insert(ImportBatch).values(
                id="i", court_id=gateway.court_a, kind="enrolment", sha256="0" * 64, rows=1, state="approved",
                submitted_by=clerk, approved_by=approver, version=1, created_at=gateway.clock.at,
            )
        )  # fmt: skip

    _refused(gateway, "ck_import_batch_second_person", write)


def test_a_second_account_of_one_person(gateway: Gateway) -> None:
    user = gateway.people["clerk"].user_id
    _refused(gateway, "uq_user_account_person_key", _copy(User, user, username="other"))


# The law.


def test_a_live_notice_without_an_end_or_a_review(gateway: Gateway, notice: Notice) -> None:
    _refused(gateway, "ck_notice_end_or_review", _set(Notice, notice.id, review_on=None, ends_on=None))


@pytest.mark.parametrize("column", ["starts_at", "approved_recordings"])
def test_a_live_notice_that_is_not_bound_to_what_was_seen(
    gateway: Gateway, notice: Notice, column: str
) -> None:
    _refused(gateway, "ck_notice_bound_to_what_was_seen", _set(Notice, notice.id, **{column: None}))


def test_a_live_notice_of_a_decision_that_is_not_complete(gateway: Gateway, notice: Notice) -> None:
    _refused(gateway, "ck_notice_served_and_signed", _set(Notice, notice.id, decision_complete=False))


def test_a_decision_that_loses_its_service_under_a_live_notice(gateway: Gateway, notice: Notice) -> None:
    _refused(gateway, "fk_notice", _set(Decision, notice.decision_id, complete=False))


@pytest.mark.parametrize("column", ["signed_by_sealed", "served_on", "service_method", "warned_on"])
def test_a_complete_decision_that_is_unsigned_unserved_or_unwarned(
    gateway: Gateway, notice: Notice, column: str
) -> None:
    _refused(gateway, "ck_decision_complete", _set(Decision, notice.decision_id, **{column: None}))


def test_a_decision_about_a_minor(gateway: Gateway, notice: Notice) -> None:
    with gateway.read() as session:
        decision = session.get_one(Decision, notice.decision_id)
        of_age_on, debtor_id = decision.debtor_of_age_on, decision.debtor_id
    the_day_before = of_age_on - timedelta(days=1)
    _refused(gateway, "ck_decision_never_a_minor", _set(Decision, notice.decision_id, made_on=the_day_before))
    with writing(gateway.runtime.engine, EVERY_COURT) as session:
        _set(Decision, notice.decision_id, made_on=of_age_on)(session)
    _refused(gateway, "fk_decision", _set(Debtor, debtor_id, of_age_on=date(1990, 1, 1)))


@pytest.mark.parametrize(
    ("grounds", "months", "reason", "name"),
    [
        ("1", 24, None, "term_by_grounds"),
        ("2", None, None, "term_by_grounds"),
        ("2", 23, None, "term_length"),
        ("2", 36, None, "term_length"),
        ("2", 61, "several_acts", "term_length"),
        ("2", 35, "several_acts", "term_length"),
    ],
)
def test_a_term_that_the_law_does_not_know(
    gateway: Gateway, notice: Notice, grounds: str, months: int | None, reason: str | None, name: str
) -> None:
    changes = {"grounds": grounds, "term_months": months, "extension_reason": reason}
    _refused(gateway, f"ck_decision_{name}", _set(Decision, notice.decision_id, **changes))


@pytest.mark.parametrize("months", [24, 36, 60])
def test_a_term_that_the_law_knows_is_taken(gateway: Gateway, notice: Notice, months: int) -> None:
    reason = None if months == 24 else "several_acts"
    changes = {"grounds": "2", "term_months": months, "extension_reason": reason}
    with writing(gateway.runtime.engine, EVERY_COURT) as session:
        _set(Decision, notice.decision_id, **changes)(session)
    with gateway.read() as session:
        assert session.get_one(Decision, notice.decision_id).term_months == months


@pytest.mark.parametrize("column", ["profile", "legal_basis"])
def test_a_court_switched_on_without_a_law(gateway: Gateway, column: str) -> None:
    _refused(gateway, "ck_court_lawful", _set(Court, gateway.court_a, **{column: None}))


@pytest.mark.parametrize("ground", [0, 8, None])
def test_a_case_closed_on_a_ground_that_does_not_exist(
    gateway: Gateway, notice: Notice, ground: int | None
) -> None:
    changes = {"state": "closed", "closed_at": gateway.clock.at, "closing_ground": ground}
    _refused(gateway, "ck_enforcement_case_closing_ground", _set(EnforcementCase, notice.case_id, **changes))


@pytest.mark.parametrize("closed", [True, False])
def test_a_case_that_is_closed_without_a_time_or_open_with_one(
    gateway: Gateway, notice: Notice, closed: bool
) -> None:
    changes = {
        "state": "closed" if closed else "open",
        "closing_ground": 1,
        "closed_at": None if closed else gateway.clock.at,
    }
    _refused(gateway, "ck_enforcement_case_closed", _set(EnforcementCase, notice.case_id, **changes))


# Lines.


@pytest.mark.parametrize("other", ["public_hash", "gateway_hash"])
def test_a_line_that_delivers_to_itself(gateway: Gateway, other: str) -> None:
    line = gateway.line()
    _refused(gateway, "ck_line_never_to_itself", _set(PhoneLine, line.id, deliver_hash=getattr(line, other)))


def test_a_public_number_twice(gateway: Gateway) -> None:
    line = gateway.line()
    _refused(gateway, "ux_line_public", _copy(PhoneLine, line.id, gateway_hash=b"another"))


def test_a_dialled_number_twice_on_one_connection(gateway: Gateway) -> None:
    line = gateway.line()
    _refused(gateway, "ux_line_dialled", _copy(PhoneLine, line.id, public_hash=b"another"))


def test_a_released_number_may_be_enrolled_again(gateway: Gateway) -> None:
    line = gateway.line()
    with writing(gateway.runtime.engine, EVERY_COURT) as session:
        _copy(PhoneLine, line.id, state="released")(session)
    with gateway.read() as session:
        assert session.query(PhoneLine).count() == 2


def test_an_active_line_whose_fallback_was_never_checked(gateway: Gateway) -> None:
    line = gateway.line()
    _refused(gateway, "ck_line_fallback_checked", _set(PhoneLine, line.id, fallback_checked_at=None))


# Courts.


@pytest.mark.parametrize("column", ["case_id", "line_id", "recording_id", "second_recording_id"])
def test_a_notice_of_one_court_about_something_of_another(
    gateway: Gateway, notice: Notice, column: str
) -> None:
    theirs = gateway.notice(who="b_clerk", state="draft")
    other = getattr(theirs, column.replace("second_", ""))
    _refused(gateway, "fk_notice", _set(Notice, notice.id, **{column: other}))


def test_a_notice_of_one_case_on_the_decision_of_another(gateway: Gateway, notice: Notice) -> None:
    other = gateway.notice(state="draft")
    _refused(gateway, "fk_notice", _set(Notice, notice.id, decision_id=other.decision_id))


def test_an_objection_of_one_court_to_the_line_of_another(gateway: Gateway, notice: Notice) -> None:
    def write(session: Session) -> None:
        remark = session.get_one(Notice, notice.id).remark_id
        session.execute(
            insert(Objection).values(
                id="o", court_id=gateway.court_b, line_id=notice.line_id, kind="removal",
                reason_remark_id=remark, state="open", suspended=False, version=1,
                recorded_by=gateway.people["b_clerk"].user_id, created_at=gateway.clock.at,
            )
        )  # fmt: skip

    _refused(gateway, "fk_objection", write)


def test_a_case_number_twice_in_a_court(gateway: Gateway, notice: Notice) -> None:
    _refused(gateway, "uq_enforcement_case", _copy(EnforcementCase, notice.case_id))


def test_a_prompt_twice_in_a_court(gateway: Gateway) -> None:
    recording = gateway.recording()
    _refused(gateway, "uq_prompt", _copy(Prompt, recording.prompt_id))


# Calls and the rest.


def _call(gateway: Gateway, **changes: object) -> Change:
    return {
        "id": "c",
        "connection_id": "unknown",
        "carrier_call_id": "CA1",
        "decision": "silent",
        "why": "no_notice",
        "shadow": False,
        "played_ms": 0,
        "outcome": "unknown",
        "received_at": gateway.clock.at,
    } | changes


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({}, "fk_call"),
        ({"decision": "maybe", "notice_id": "n"}, "ck_call_decision"),
        ({"decision": "played"}, "ck_call_played_a_notice"),
        ({"outcome": "fine"}, "ck_call_outcome"),
    ],
)
def test_a_call_that_cannot_have_been(gateway: Gateway, changes: Change, name: str) -> None:
    _refused(gateway, name, _insert(Call, **_call(gateway, **changes)))


def test_a_report_or_a_caller_counted_twice(gateway: Gateway) -> None:
    with gateway.read() as session:
        connection = session.execute(text("SELECT id FROM connection")).scalar_one()
    event = {
        "connection_id": connection,
        "carrier_call_id": "CA1",
        "kind": "status",
        "status": "busy",
        "sequence": 0,
        "at": gateway.clock.at,
    }
    heard = {"notice_id": "n", "period": "p", "caller_hash": b"h", "at": gateway.clock.at}
    with writing(gateway.runtime.engine, EVERY_COURT) as session:
        session.execute(insert(CallEvent).values(id="1", **event))
        session.execute(insert(Heard).values(**heard))
    _refused(gateway, "uq_call_event", _insert(CallEvent, id="2", **event))
    _refused(gateway, "pk_heard", _insert(Heard, **heard))


def test_a_second_platform(gateway: Gateway) -> None:
    values = {"id": 2, "change_no": 0, "created_at": gateway.clock.at}
    _refused(gateway, "ck_platform_single", _insert(Platform, **values))


def test_a_receipted_handoff_without_a_receipt(gateway: Gateway, notice: Notice) -> None:
    values = {
        "id": "h",
        "court_id": gateway.court_a,
        "case_id": notice.case_id,
        "partner": "p",
        "message_hash": b"m",
        "state": "receipted",
        "version": 1,
        "created_at": gateway.clock.at,
    }
    _refused(gateway, "ck_credit_handoff_receipt", _insert(CreditHandoff, **values))
