"""The work list: each person's own, what he may not decide left out, in the order in which it is due."""

from datetime import timedelta

import pytest

from gateway.models import AccessLink, CourtChange, EnforcementCase, ImportBatch, Notice, Objection, PhoneLine
from gateway.services.change_court import propose_policy, quieten, withdraw_change
from gateway.services.change_delivery import propose_delivery
from gateway.services.close_case import close_case
from gateway.services.describe_tasks import Task
from gateway.services.keep_draft import open_draft
from gateway.services.list_courts import list_proposals
from gateway.services.list_rows import Wanted
from gateway.services.list_work import list_sections, list_tasks
from gateway.services.record_deletion import record_deletion
from gateway.services.record_objection import NewObjection, record_objection
from gateway.services.refusals import NotAllowed, NotFound, NotValid, WrongState
from gateway.services.suspend_notice import suspend_notice
from gateway.services.work_sections import SECTIONS, Narrowed
from tests.factories import Gateway, number
from tests.gateway.desk import add_president
from tests.gateway.records import actions, change


def _tasks(gateway: Gateway, who: str, section: str, narrowed: Narrowed | None = None) -> list[Task]:
    with gateway.work(who) as work:
        return list(list_tasks(work, section, narrowed or Narrowed(), None, 50).items)


def _ids(gateway: Gateway, who: str, section: str, narrowed: Narrowed | None = None) -> list[str]:
    return [each.id for each in _tasks(gateway, who, section, narrowed)]


def _counts(gateway: Gateway, who: str, narrowed: Narrowed | None = None) -> dict[str, str]:
    with gateway.work(who) as work:
        return {each.name: str(each.count) for each in list_sections(work, narrowed or Narrowed())}


def test_each_role_has_its_own_sections(gateway: Gateway) -> None:
    assert list(_counts(gateway, "clerk")) == [
        "objections",
        "objections_without_clock",
        "deletions",
        "deletions_without_clock",
        "notices_rejected",
        "notices_lapsed",
        "attestations",
        "files_to_confirm",
        "enrolments_begun",
        "drafts",
        "running_out",
        "alerts",
    ]
    assert list(_counts(gateway, "judge"))[:7] == [
        "notices_to_approve",
        "recordings_to_approve",
        "imports_to_approve",
        "deliveries_to_approve",
        "recoveries",
        "notices_to_review",
        "notices_to_resume",
    ]
    assert list(_counts(gateway, "auditor")) == ["running_out", "alerts"]


def test_a_section_of_another_role_is_not_there(sqlite_gateway: Gateway) -> None:
    with sqlite_gateway.work("clerk") as work, pytest.raises(NotFound):
        list_tasks(work, "notices_to_approve", Narrowed(), None, 10)
    with sqlite_gateway.work("judge") as work, pytest.raises(NotFound):
        list_tasks(work, "no_such_section", Narrowed(), None, 10)


def test_an_operator_has_no_work_list(sqlite_gateway: Gateway) -> None:
    with sqlite_gateway.work("operator") as work, pytest.raises(NotAllowed):
        list_sections(work, Narrowed())


def test_a_submitted_notice_waits_for_the_judges_of_its_court(gateway: Gateway) -> None:
    notice = gateway.notice(state="submitted")
    assert _ids(gateway, "judge", "notices_to_approve") == [notice.id]
    assert _ids(gateway, "b_judge", "notices_to_approve") == []
    assert _counts(gateway, "judge")["notices_to_approve"] == "1"


def test_nobody_is_shown_what_he_submitted_himself(gateway: Gateway) -> None:
    notice = gateway.notice(state="submitted")
    change(gateway, Notice, notice.id, submitted_by=gateway.people["judge"].user_id)
    assert _ids(gateway, "judge", "notices_to_approve") == []
    assert _ids(gateway, "judge2", "notices_to_approve") == [notice.id]


def test_a_row_tells_the_case_the_masked_number_and_the_last_day(gateway: Gateway) -> None:
    case, line = gateway.case(), gateway.line()
    notice = gateway.notice(state="submitted", case=case, line=line)
    task = _tasks(gateway, "judge", "notices_to_approve")[0]
    assert (task.kind, task.id, task.state) == ("notice", notice.id, "submitted")
    assert task.case_number == case.case_number
    assert task.number == f"…{gateway.dialled(line)[-2:]}"
    assert gateway.dialled(line) not in repr(task)


def test_recordings_and_changes_of_delivery_wait_for_a_second_person(gateway: Gateway) -> None:
    recording = gateway.recording(approved=False)
    line = gateway.line()
    with gateway.work("clerk") as work:
        propose_delivery(work, line.id, number(8888), None)
    assert _ids(gateway, "judge", "recordings_to_approve") == [recording.id]
    assert _ids(gateway, "judge", "deliveries_to_approve") == [line.id]


def test_a_change_of_the_court_waits_for_its_president_and_not_for_who_proposed_it(gateway: Gateway) -> None:
    add_president(gateway)
    with gateway.work("administrator") as work:
        quieten(work, gateway.court_a, "shadow", "a trial first")
        change_id = propose_policy(work, gateway.court_a, "shadow", "the trial is over").id
    task = _tasks(gateway, "president", "court_changes")[0]
    assert (task.kind, task.id, task.state, task.detail) == ("court_change", change_id, "proposed", "shadow")
    with gateway.work("judge") as work, pytest.raises(NotFound):
        list_tasks(work, "court_changes", Narrowed(), None, 10)
    change(gateway, CourtChange, change_id, proposed_by=gateway.people["president"].user_id)
    assert _ids(gateway, "president", "court_changes") == []
    with gateway.work("operator") as work:
        court_b = propose_policy(work, gateway.court_b, "objection_suspends", "the courts' decision").id
    assert _ids(gateway, "president", "court_changes") == []
    with gateway.work("operator") as work:
        both = {each.change.id for _, each in list_proposals(work, Wanted()).items}
    assert both == {court_b, change_id}
    with gateway.work("president") as work:
        assert [each.change.id for _, each in list_proposals(work, Wanted()).items] == [change_id]
        withdraw_change(work, change_id, "not yet")
        assert list_proposals(work, Wanted()).items == ()


def test_a_suspended_notice_waits_for_a_judge_who_did_not_suspend_it(gateway: Gateway) -> None:
    notice = gateway.notice()
    with gateway.work("judge") as work:
        suspend_notice(work, notice.id, "to be looked at")
    assert _ids(gateway, "judge", "notices_to_resume") == []
    assert _ids(gateway, "judge2", "notices_to_resume") == [notice.id]


def test_a_notice_with_an_open_objection_is_not_ready_to_be_resumed(gateway: Gateway) -> None:
    notice = gateway.notice()
    with gateway.work("clerk2") as work:
        objection = record_objection(work, NewObjection("removal", "paid", notice=notice.id))
    assert _ids(gateway, "judge", "notices_to_resume") == []
    assert _ids(gateway, "clerk", "objections") == [objection.id]
    task = _tasks(gateway, "clerk", "objections")[0]
    assert (task.detail, task.due_on) == ("removal", objection.decide_by)


def test_a_lapsed_attestation_is_the_clerks_and_then_the_judges(gateway: Gateway) -> None:
    notice = gateway.notice()
    change(gateway, Notice, notice.id, state="suspended", suspended_because="attestation", suspended_by=None)
    change(gateway, PhoneLine, notice.line_id, attested_until=gateway.clock.now())
    assert _ids(gateway, "clerk", "notices_lapsed") == [notice.id]
    assert _ids(gateway, "judge", "notices_to_resume") == []
    change(gateway, PhoneLine, notice.line_id, attested_until=gateway.clock.now() + timedelta(days=1))
    assert _ids(gateway, "clerk", "notices_lapsed") == []
    assert _ids(gateway, "judge", "notices_to_resume") == [notice.id]


def test_a_passed_review_is_the_judges(gateway: Gateway) -> None:
    notice = gateway.notice()
    change(gateway, Notice, notice.id, state="suspended", suspended_because="review")
    change(gateway, Notice, notice.id, review_until=gateway.clock.now())
    assert _ids(gateway, "judge", "notices_to_review") == [notice.id]
    assert _ids(gateway, "judge", "notices_to_resume") == []


def test_a_clock_that_cannot_be_computed_is_a_task_of_its_own(gateway: Gateway) -> None:
    line = gateway.line()
    with gateway.work("clerk") as work:
        objection = record_objection(work, NewObjection("correction", "no", line=line.id))
    change(gateway, Objection, objection.id, decide_by=None)
    assert _ids(gateway, "clerk", "objections") == []
    assert _ids(gateway, "clerk", "objections_without_clock") == [objection.id]


@pytest.mark.parametrize(("days", "shown"), [(14, True), (15, False)])
def test_what_runs_out_is_shown_fourteen_days_before(gateway: Gateway, days: int, shown: bool) -> None:
    notice = gateway.notice()
    change(gateway, Notice, notice.id, review_until=gateway.clock.now() + timedelta(days=days))
    assert _ids(gateway, "clerk", "running_out") == ([notice.id] if shown else [])
    assert _ids(gateway, "clerk", "running_out", Narrowed(days)) == [notice.id]
    assert _ids(gateway, "clerk", "running_out", Narrowed(days - 1)) == []


def test_ends_and_reviews_come_in_the_order_of_their_day_page_by_page(gateway: Gateway) -> None:
    now, made = gateway.clock.now(), []
    for days in (3, 1, 2, 4):
        notice = gateway.notice()
        name = "ends_at" if days % 2 else "review_until"
        change(gateway, Notice, notice.id, **{name: now + timedelta(days=days)})
        made.append((days, notice.id))
    seen: list[str] = []
    after: str | None = None
    with gateway.work("clerk") as work:
        for _ in range(4):
            page = list_tasks(work, "running_out", Narrowed(), after, 1)
            seen += [each.id for each in page.items]
            after = page.next
    assert seen == [notice_id for _, notice_id in sorted(made)]
    assert after is None


def _import(gateway: Gateway, name: str, state: str) -> str:
    with gateway.work() as work:
        work.session.add(
            ImportBatch(
                id=name.ljust(26, "0"),
                court_id=gateway.court_a,
                kind="enrolment",
                sha256="1" * 64,
                rows=1,
                state=state,
                submitted_by=work.actor.user_id,
                approved_by=gateway.people["judge"].user_id if state == "approved" else None,
                created_at=work.now,
            )
        )
    return name.ljust(26, "0")


def test_what_approved_imports_left_over_stands_among_what_was_entered_alone_page_by_page(
    gateway: Gateway,
) -> None:
    one, other, waiting = (
        _import(gateway, "one", "approved"),
        _import(gateway, "two", "approved"),
        _import(gateway, "three", "submitted"),
    )
    made = [gateway.notice(state="submitted").id for _ in range(6)]
    for place, batch in enumerate((one, None, other, one, waiting, None)):
        if batch:
            change(gateway, Notice, made[place], import_id=batch)
    del made[4]
    seen: list[str] = []
    after: str | None = None
    with gateway.work("judge") as work:
        for _ in range(3):
            page = list_tasks(work, "notices_to_approve", Narrowed(), after, 2)
            seen += [each.id for each in page.items]
            after = page.next
    assert (sorted(seen), seen, after) == (sorted(made), sorted(made), None)
    assert _counts(gateway, "judge")["notices_to_approve"] == "5"


@pytest.mark.parametrize(("days", "shown"), [(7, True), (8, False), (0, False)])
def test_an_attestation_is_shown_in_its_last_seven_days(gateway: Gateway, days: int, shown: bool) -> None:
    line = gateway.line()
    change(gateway, PhoneLine, line.id, attested_until=gateway.clock.now() + timedelta(days=days))
    assert _ids(gateway, "clerk", "attestations") == ([line.id] if shown else [])


def test_the_work_list_is_narrowed_to_a_connection(gateway: Gateway) -> None:
    notice = gateway.notice(state="draft")
    assert _ids(gateway, "clerk", "drafts", Narrowed(connection="north")) == [notice.id]
    with gateway.work("clerk") as work, pytest.raises(NotValid):
        list_tasks(work, "drafts", Narrowed(connection="south"), None, 10)


@pytest.mark.parametrize("cursor", ["", "x~y~z", "2026-01-01~abc", "ü", "2026-01-01T00:00:00~abc"])
def test_a_cursor_that_no_list_gave_is_refused(sqlite_gateway: Gateway, cursor: str) -> None:
    with sqlite_gateway.work("clerk") as work, pytest.raises(NotValid):
        list_tasks(work, "running_out", Narrowed(), cursor, 10)


@pytest.mark.parametrize("days", [0, 367, -1])
def test_a_span_of_no_or_too_many_days_is_refused(sqlite_gateway: Gateway, days: int) -> None:
    with sqlite_gateway.work("clerk") as work, pytest.raises(NotValid):
        list_sections(work, Narrowed(days))


def test_a_closed_case_is_a_task_until_its_deletion_is_recorded(gateway: Gateway) -> None:
    case = gateway.case()
    with gateway.work("judge") as work:
        due_on = close_case(work, case.id, 1, "performed").formal_deletion_due_on
        today = work.today()
    task = _tasks(gateway, "clerk", "deletions")[0]
    assert (task.id, task.case_number, task.due_on) == (case.id, case.case_number, due_on)
    with gateway.work("clerk") as work:
        record_deletion(work, case.id, today, "receipt 12")
    assert _ids(gateway, "clerk", "deletions") == []
    assert actions(gateway, case.id)[-1] == "deletion_recorded"
    with gateway.read() as session:
        kept = session.get_one(EnforcementCase, case.id)
        assert (kept.formal_deletion, kept.formal_deletion_done_on) == ("done", today)


def test_a_deletion_is_recorded_of_a_closed_case_and_not_of_the_future(sqlite_gateway: Gateway) -> None:
    gateway, case = sqlite_gateway, sqlite_gateway.case()
    with gateway.work("clerk") as work, pytest.raises(WrongState):
        record_deletion(work, case.id, work.today(), "too early")
    with gateway.work("judge") as work:
        close_case(work, case.id, 1, "performed")
    for days in (-1, 1):
        with gateway.work("clerk") as work, pytest.raises(NotValid):
            record_deletion(work, case.id, work.today() + timedelta(days=days), "wrong day")


def test_a_recovery_waits_for_another_person_than_who_asked_and_who_lost(gateway: Gateway) -> None:
    people = gateway.people
    link = AccessLink(
        id="1" * 26,
        user_id=people["clerk"].user_id,
        kind="recovery",
        state="requested",
        made_by=people["administrator"].user_id,
        created_at=gateway.clock.now(),
        expires_at=gateway.clock.now() + timedelta(hours=1),
    )
    with gateway.work() as work:
        work.session.add(link)
    assert _ids(gateway, "judge", "recoveries") == ["1" * 26]
    assert _ids(gateway, "administrator", "recoveries") == []
    assert _ids(gateway, "b_judge", "recoveries") == []
    gateway.clock.forward(hours=1)
    assert _ids(gateway, "judge", "recoveries") == []


def test_what_was_begun_or_uploaded_waits_for_a_clerk(gateway: Gateway) -> None:
    with gateway.work("clerk") as work:
        draft = open_draft(work).draft
    task = _tasks(gateway, "clerk2", "enrolments_begun")[0]
    assert (task.kind, task.id, task.detail) == ("enrolment_draft", draft.id, draft.step)
    assert _ids(gateway, "clerk", "files_to_confirm") == []


def test_every_section_has_a_name_of_its_own() -> None:
    assert len({each.name for each in SECTIONS}) == len(SECTIONS)
