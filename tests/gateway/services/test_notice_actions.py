"""What a notice's page offers is what can be done, and the reason beside the rest is what would be said."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.models import Notice
from gateway.services.amend_notice import amend_notice
from gateway.services.approve_notice import Seen, approve_notice
from gateway.services.change_connection import call_from
from gateway.services.close_case import close_case
from gateway.services.draft_notice import NewNotice
from gateway.services.end_notice import end_notice
from gateway.services.judge_prompt import withdraw_prompt
from gateway.services.notice_actions import Offer, Offered, notice_actions
from gateway.services.place_test_call import NewTestCall, order_test_call
from gateway.services.record_objection import NewObjection, record_objection
from gateway.services.refusals import NotAllowed, NotFound, ServiceRefused
from gateway.services.reject_notice import reject_notice
from gateway.services.resume_notice import resume_notice
from gateway.services.review_notice import review_notice
from gateway.services.submit_notice import submit_notice
from gateway.services.suspend_notice import suspend_notice
from gateway.services.work import Work
from tests.factories import Gateway, number

STAGES = ("draft", "submitted", "rejected", "approved", "suspended", "ended", "closed", "withdrawn")
ROLES = ("clerk", "clerk2", "judge", "judge2", "auditor", "administrator")


def _new(notice: Notice) -> NewNotice:
    return NewNotice(notice.case_id, notice.line_id, (notice.recording_id,), review_on=notice.review_on)


DO: dict[Offer, Callable[[Work, Notice, str], object]] = {
    Offer.AMEND: lambda work, it, _sha: amend_notice(work, it.id, _new(it)),
    Offer.SUBMIT: lambda work, it, _sha: submit_notice(work, it.id),
    Offer.APPROVE: lambda work, it, sha: approve_notice(work, it.id, "lawful", Seen(it.version, (sha,))),
    Offer.REJECT: lambda work, it, _sha: reject_notice(work, it.id, "unclear"),
    Offer.SUSPEND: lambda work, it, _sha: suspend_notice(work, it.id, "doubt"),
    Offer.RESUME: lambda work, it, _sha: resume_notice(work, it.id, "clear"),
    Offer.REVIEW: lambda work, it, _sha: review_notice(
        work, it.id, work.today() + timedelta(days=30), "still due"
    ),
    Offer.END: lambda work, it, _sha: end_notice(work, it.id, "over"),
    Offer.OBJECT: lambda work, it, _sha: record_objection(work, NewObjection("removal", "paid", it.id)),
    Offer.CLOSE_CASE: lambda work, it, _sha: close_case(work, it.case_id, 1, "paid"),
    Offer.TEST_CALL: lambda work, it, _sha: order_test_call(
        work, NewTestCall("north", number(7777), own_phone=True, notice_id=it.id)
    ),
}


def _staged(gateway: Gateway, stage: str) -> tuple[Notice, str]:
    first = stage if stage in {"draft", "submitted"} else "submitted" if stage == "rejected" else "approved"
    recording = gateway.recording()
    notice = gateway.notice(state=first, recording=recording)
    with gateway.work("judge2") as work:
        if stage == "rejected":
            reject_notice(work, notice.id, "unclear")
        if stage == "ended":
            end_notice(work, notice.id, "over")
        if stage == "suspended":
            suspend_notice(work, notice.id, "doubt")
        if stage == "closed":
            close_case(work, notice.case_id, 1, "paid")
        if stage == "withdrawn":
            suspend_notice(work, notice.id, "doubt")
            withdraw_prompt(work, recording.id, "old")
    with gateway.work() as work:
        row = work.find(Notice, notice.id)
        work.session.expunge(row)
    return row, recording.sha256


def _offers(gateway: Gateway, notice: Notice, who: str) -> dict[Offer, Offered]:
    with gateway.work(who) as work:
        return {each.offer: each for each in notice_actions(work, notice.id)}


class _Undo(Exception):
    """Takes back what a test tried."""


def _tried(gateway: Gateway, notice: Notice, sha256: str, offer: Offer, who: str) -> ServiceRefused | None:
    try:
        with gateway.work(who) as work:
            DO[offer](work, notice, sha256)
            work.session.flush()
            raise _Undo
    except ServiceRefused as refused:
        return refused
    except _Undo:
        return None


@pytest.mark.parametrize("stage", STAGES)
def test_what_is_offered_can_be_done_and_the_rest_cannot(sqlite_gateway: Gateway, stage: str) -> None:
    notice, sha256 = _staged(sqlite_gateway, stage)
    with sqlite_gateway.work("operator") as work:
        call_from(work, "north", number(9000))
    for who in ROLES:
        for offer, offered in _offers(sqlite_gateway, notice, who).items():
            said = _tried(sqlite_gateway, notice, sha256, offer, who)
            if offered.allowed:
                assert said is None, (who, offer)
            elif said is not None:
                assert vars(said).get("rule") == vars(offered.refused).get("rule"), (who, offer)
            else:
                assert (stage, offer) in HARMLESS, (who, offer)


HARMLESS = {
    ("suspended", Offer.SUSPEND),
    ("withdrawn", Offer.SUSPEND),
    ("ended", Offer.END),
    ("closed", Offer.END),
    ("closed", Offer.CLOSE_CASE),
    ("ended", Offer.OBJECT),
    ("closed", Offer.OBJECT),
    ("approved", Offer.RESUME),
    ("submitted", Offer.SUBMIT),
}
"""What changes nothing more where it is done again, and is therefore not offered."""


def test_every_offer_is_asked_for() -> None:
    assert set(DO) == set(Offer)


def test_a_suspended_notice_of_a_withdrawn_recording_says_in_both_languages_why_it_cannot_resume(
    sqlite_gateway: Gateway,
) -> None:
    notice, _ = _staged(sqlite_gateway, "withdrawn")
    resume = _offers(sqlite_gateway, notice, "judge")[Offer.RESUME]
    assert resume.reasons("en") == ("Every recording must be approved.",)
    assert resume.reasons("zh") == ("所有录音均须经审批通过。",)


def test_who_drafted_is_told_that_another_must_approve(sqlite_gateway: Gateway) -> None:
    notice, _ = _staged(sqlite_gateway, "submitted")
    clerk = sqlite_gateway.people["clerk"]
    sqlite_gateway.people["both"] = replace(clerk, roles=frozenset({"clerk", "judge"}))
    offered = _offers(sqlite_gateway, notice, "both")[Offer.APPROVE]
    assert offered.reasons("en") == ("A second person must do this: you did the step before.",)


def test_asking_changes_nothing(gateway: Gateway) -> None:
    notice, _ = _staged(gateway, "submitted")
    with gateway.read() as session:
        before = session.get_one(Notice, notice.id).version
    _offers(gateway, notice, "judge")
    with gateway.read() as session:
        assert session.get_one(Notice, notice.id).version == before


def test_nobody_asks_about_another_courts_notice_and_an_operator_asks_about_none(
    sqlite_gateway: Gateway,
) -> None:
    notice, _ = _staged(sqlite_gateway, "draft")
    with pytest.raises(NotFound):
        _offers(sqlite_gateway, notice, "b_clerk")
    with pytest.raises(NotAllowed):
        _offers(sqlite_gateway, notice, "operator")
