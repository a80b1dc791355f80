"""Two people at the desk at the same moment: one of them is first, and the other is told why not."""

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from werkzeug.test import TestResponse

from gateway.services.manage_people import change_roles, disable_person
from tests.gateway.desk import code_at
from tests.gateway.records import actions
from tests.gateway.services.crowd import notice_row, verdict
from tests.gateway.web.desk.people import Office, errors
from tests.gateway.web.desk.signing import signed

Act = Callable[[], TestResponse]


def _at_once(*acts: Act) -> list[TestResponse]:
    start = threading.Barrier(len(acts))

    def one(act: Act) -> TestResponse:
        start.wait(30)
        return act()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(one, acts))


def _sent(office: Office, who: str, address: str, filled: Mapping[str, object]) -> Act:
    """The form of somebody who has the page open already."""
    person = office.person(who)
    token = person.page("/desk").partition('name="csrf_token" value="')[2].partition('"')[0]
    assert token
    return lambda: person.client.post(
        address, data={**filled, "csrf_token": token}, headers={"Accept-Language": "en"}
    )


def test_of_two_judges_at_once_one_approves_and_the_other_is_told(office_on_each: Office) -> None:
    office = office_on_each
    notice = office.gateway.notice(state="submitted")
    address = f"/desk/notices/{notice.id}/approve"
    pages = {who: office.person(who).page(address) for who in ("judge", "judge2")}
    filled = {who: signed(office, page) for who, page in pages.items()}
    for each in filled.values():
        each["code"] = code_at(office.gateway)
    answers = _at_once(*(_sent(office, who, address, each) for who, each in filled.items()))
    assert sorted(answer.status_code for answer in answers) == [200, 303]
    late = next(answer for answer in answers if answer.status_code == 200)
    assert errors(late) == ["The notice is approved; this cannot be done now."]
    assert notice_row(office.gateway, notice.id).state == "approved"
    assert actions(office.gateway, notice.id).count("approved") == 1
    assert verdict(office.gateway).intact


def test_of_an_approval_and_an_amendment_at_once_one_happens_and_the_other_is_told(
    office_on_each: Office,
) -> None:
    office = office_on_each
    notice = office.gateway.notice(state="submitted")
    address = f"/desk/notices/{notice.id}"
    review_on = (notice.review_on or notice.created_at.date()) - timedelta(days=1)
    amended = {"prompts": notice.recording_id, "skip_key": "no", "review_on": review_on.isoformat()}
    clerk, judge = office.person("clerk"), office.person("judge")
    clerk.page(f"{address}/amend")
    approval = signed(office, judge.page(f"{address}/approve"))
    approved, changed = _at_once(
        _sent(office, "judge", f"{address}/approve", approval),
        _sent(office, "clerk", f"{address}/amend", amended),
    )
    assert sorted([approved.status_code, changed.status_code]) == [200, 303]
    row = notice_row(office.gateway, notice.id)
    if approved.status_code == 303:
        assert (row.state, row.review_on) == ("approved", notice.review_on)
        assert errors(changed) == ["The notice is approved; this cannot be done now."]
    else:
        assert (row.state, row.review_on) == ("draft", review_on)
        assert errors(approved) == ["The notice is still a draft; this cannot be done now."]
    assert verdict(office.gateway).intact


def test_who_loses_the_role_while_he_approves_has_approved_before_or_not_at_all(
    office_on_each: Office,
) -> None:
    office = office_on_each
    notice = office.gateway.notice(state="submitted")
    address, user_id = f"/desk/notices/{notice.id}/approve", office.gateway.people["judge"].user_id
    office.person("administrator")
    approval = signed(office, office.person("judge").page(address))
    code = {"roles": ["auditor"], "version": "1", "code": code_at(office.gateway)}
    approved, changed = _at_once(
        _sent(office, "judge", address, approval),
        _sent(office, "administrator", f"/desk/users/{user_id}/roles", code),
    )
    assert (changed.status_code, errors(changed)) == (303, [])
    state = notice_row(office.gateway, notice.id).state
    told = approved.status_code == 302 or errors(approved) != []
    assert (approved.status_code == 303, told, state) in {
        (True, False, "approved"),
        (False, True, "submitted"),
    }
    assert office.person("judge").get(address).status_code == 302


def test_a_page_that_was_open_when_its_role_went_approves_nothing(office: Office) -> None:
    for who, take_away in (
        ("judge", lambda work, user_id: change_roles(work, user_id, ("auditor",))),
        ("judge2", disable_person),
    ):
        notice = office.gateway.notice(state="submitted")
        address = f"/desk/notices/{notice.id}/approve"
        approve = _sent(office, who, address, signed(office, office.person(who).page(address)))
        with office.gateway.work("administrator") as work:
            take_away(work, office.gateway.people[who].user_id)
        answer = approve()
        assert (answer.status_code, answer.headers["Location"]) == (302, "/sign-in")
        assert notice_row(office.gateway, notice.id).state == "submitted"
