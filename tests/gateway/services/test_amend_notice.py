"""Amending: what is not approved yet may still be put right, and is submitted and looked at anew."""

from dataclasses import replace

import pytest

from gateway.models import Notice
from gateway.services.amend_notice import amend_notice
from gateway.services.draft_notice import NewNotice
from gateway.services.refusals import NotAllowed, NotFound, NotValid, StaleVersion, WrongState
from gateway.services.reject_notice import reject_notice
from tests.factories import Gateway
from tests.gateway.records import actions
from tests.gateway.services.crowd import notice_row


def _new(notice: Notice, **changes: object) -> NewNotice:
    new = NewNotice(notice.case_id, notice.line_id, (notice.recording_id,), review_on=notice.review_on)
    return replace(new, **changes)  # type: ignore[arg-type]


def test_a_rejected_notice_is_put_right_and_is_a_draft_again(gateway: Gateway) -> None:
    notice = gateway.notice(state="submitted")
    with gateway.work("judge") as work:
        reject_notice(work, notice.id, "too late in the evening")
    with gateway.work("clerk2") as work:
        amend_notice(work, notice.id, _new(notice, hours=("09:00", "20:00")))
    row = notice_row(gateway, notice.id)
    assert (row.state, row.hours_from, row.hours_to) == ("draft", "09:00", "20:00")
    assert (row.created_by, row.submitted_by) == (gateway.people["clerk2"].user_id, None)
    assert actions(gateway, notice.id) == ["drafted", "submitted", "rejected", "amended"]


def test_each_amendment_counts_also_of_a_draft(sqlite_gateway: Gateway) -> None:
    notice = sqlite_gateway.notice(state="draft")
    with sqlite_gateway.work() as work:
        amend_notice(work, notice.id, _new(notice, cap_days=7), seen_version=notice.version)
    assert notice_row(sqlite_gateway, notice.id).version == notice.version + 1
    with pytest.raises(StaleVersion), sqlite_gateway.work() as work:
        amend_notice(work, notice.id, _new(notice), seen_version=notice.version)


@pytest.mark.parametrize(
    ("changes", "field"), [({"cap_days": 31}, "cap_days"), ({"prompts": ("0" * 26,)}, "prompts")]
)
def test_what_cannot_be_drafted_cannot_be_amended(
    sqlite_gateway: Gateway, changes: dict[str, object], field: str
) -> None:
    notice = sqlite_gateway.notice(state="draft")
    with pytest.raises(NotValid) as refused, sqlite_gateway.work() as work:
        amend_notice(work, notice.id, _new(notice, **changes))
    assert [each.field for each in refused.value.refusals] == [field]


def test_an_approved_notice_is_not_amended_nor_by_a_judge_nor_by_another_court(
    sqlite_gateway: Gateway,
) -> None:
    notice = sqlite_gateway.notice()
    for who, error in (("clerk", WrongState), ("judge", NotAllowed), ("b_clerk", NotFound)):
        with pytest.raises(error), sqlite_gateway.work(who) as work:
            amend_notice(work, notice.id, _new(notice))


def test_a_notice_that_was_amended_is_no_longer_part_of_its_import(sqlite_gateway: Gateway) -> None:
    notice = sqlite_gateway.notice(state="submitted")
    with sqlite_gateway.work() as work:
        amended = amend_notice(work, notice.id, _new(notice))
    assert amended.import_id is None
