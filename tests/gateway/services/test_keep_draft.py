"""An enrolment while it is typed: nothing typed is lost, and nothing typed is left once it is over."""

from datetime import timedelta

import pytest

from gateway.jurisdictions.cn_spc_2017_7 import checks
from gateway.models import EnrolmentDraft
from gateway.services.enrolment_steps import CHECK, STEPS, asked, placed, step_after
from gateway.services.keep_draft import discard_draft, keep_step, list_drafts, open_draft, read_draft_file
from gateway.services.list_rows import Wanted
from gateway.services.purge import purge
from gateway.services.refusals import NotAllowed, NotFound, NotValid
from tests.factories import Gateway
from tests.gateway.records import actions, rows


def _open(gateway: Gateway, who: str = "clerk") -> str:
    with gateway.work(who) as work:
        return open_draft(work).draft.id


def test_what_was_typed_is_kept_as_it_was_right_or_wrong(gateway: Gateway) -> None:
    draft = _open(gateway)
    with gateway.work() as work:
        keep_step(
            work, draft, "case", {"case_number": (" （2026）川1302执1号 ",), "obligation.amount": ("lots",)}
        )
    with gateway.work("clerk2") as work:
        keep_step(work, draft, "debtor", {"debtor.birth_date": ("31 February",)})
    with gateway.work() as work:
        file = read_draft_file(work, draft)
    assert file.typed == {
        "case": {"case_number": (" （2026）川1302执1号 ",), "obligation.amount": ("lots",)},
        "debtor": {"debtor.birth_date": ("31 February",)},
    }
    assert (file.draft.step, file.draft.version) == ("decision", 3)
    assert file.draft.changed_by == gateway.people["clerk2"].user_id


def test_typing_a_step_again_replaces_it_and_does_not_lead_back(sqlite_gateway: Gateway) -> None:
    draft = _open(sqlite_gateway)
    with sqlite_gateway.work() as work:
        keep_step(work, draft, "debtor", {"debtor.name": ("虚构人甲",)})
        file = keep_step(work, draft, "case", {"case_number": ("1",)})
        assert file.draft.step == "decision"
        assert keep_step(work, draft, "case", {}).typed["case"] == {}


def test_what_was_typed_does_not_lie_open_in_the_database(gateway: Gateway) -> None:
    draft = _open(gateway)
    with gateway.work() as work:
        keep_step(work, draft, "debtor", {"debtor.name": ("虚构人甲",)})
    with gateway.read() as session:
        sealed = session.get_one(EnrolmentDraft, draft).typed_sealed or b""
    assert sealed
    assert "虚构人甲".encode() not in sealed
    assert b"debtor.name" not in sealed


@pytest.mark.parametrize(
    ("step", "typed"),
    [
        ("nonsense", {}),
        ("case", {"debtor.name": ("a",)}),
        ("case", {"case_number": ("a" * 5001,)}),
        ("decision", {"decision.grounds": ("1",) * 21}),
    ],
)
def test_what_no_form_sends_is_refused(
    sqlite_gateway: Gateway, step: str, typed: dict[str, tuple[str, ...]]
) -> None:
    draft = _open(sqlite_gateway)
    with pytest.raises(NotValid), sqlite_gateway.work() as work:
        keep_step(work, draft, step, typed)


def test_a_discarded_draft_is_empty_and_gone(gateway: Gateway) -> None:
    draft = _open(gateway)
    with gateway.work() as work:
        keep_step(work, draft, "case", {"case_number": ("1",)})
        discard_draft(work, draft)
        discard_draft(work, draft)
    with gateway.read() as session:
        assert session.get_one(EnrolmentDraft, draft).typed_sealed is None
    for use in (read_draft_file, lambda work, one: keep_step(work, one, "case", {})):
        with pytest.raises(NotFound), gateway.work() as work:
            use(work, draft)
    assert actions(gateway, draft) == ["opened", "kept", "discarded"]


def test_drafts_are_the_courts_clerks_and_nobody_elses(sqlite_gateway: Gateway) -> None:
    draft = _open(sqlite_gateway)
    with sqlite_gateway.work("clerk2") as work:
        assert [each.draft.id for each in list_drafts(work, Wanted()).items] == [draft]
    with sqlite_gateway.work("b_clerk") as work:
        assert list_drafts(work, Wanted()).items == ()
    for who, error in (("b_clerk", NotFound), ("judge", NotAllowed), ("operator", NotAllowed)):
        for use in (read_draft_file, discard_draft, lambda work, one: keep_step(work, one, "case", {})):
            with pytest.raises(error), sqlite_gateway.work(who) as work:
                use(work, draft)


@pytest.mark.parametrize(("days", "left"), [(29, 1), (30, 0)])
def test_a_draft_that_nobody_touched_for_thirty_days_is_purged(
    gateway: Gateway, days: int, left: int
) -> None:
    _open(gateway)
    purge(gateway.runtime, gateway.clock.now() + timedelta(days=days))
    assert rows(gateway, EnrolmentDraft) == left


# The steps.


def test_an_enrolment_on_another_ground_skips_the_bars_of_article_3() -> None:
    grounds = {"decision": {"decision.grounds": ("4",)}}
    assert step_after(grounds, "service") == "line"
    assert step_after({"decision": {"decision.grounds": ("1", "4")}}, "service") == "declarations"


def test_an_existing_case_and_line_are_not_typed_again() -> None:
    typed = {"case": {"use_case": ("an id",)}, "line": {"use_line": ("an id",)}}
    assert [step.name for step in asked(typed)] == ["case", "line", "recordings", "times"]
    assert step_after(typed, "case") == "line"
    assert step_after(typed, "times") == CHECK
    assert step_after(typed, "debtor") == "case"


def test_no_field_is_asked_for_twice() -> None:
    fields = [field for step in STEPS for field in step.fields]
    assert len(fields) == len(set(fields))


def test_every_rule_of_the_law_has_its_place_in_the_form() -> None:
    homeless = {row.refusal.field for row in checks.ACTIVATION if placed(row.refusal).step is None}
    assert homeless == {"calendar"}


def test_a_declaration_that_lacks_evidence_is_told_at_the_evidence() -> None:
    told = {
        row.refusal.rule: placed(row.refusal).field
        for row in checks.ACTIVATION
        if row.refusal.field == "decision.art3_declarations.security"
    }
    assert told == {
        "art3-answer-required": "decision.art3_declarations.security.applies",
        "art3-evidence-required": "decision.art3_declarations.security.evidence",
        "art3-bars-listing": "decision.art3_declarations.security.applies",
    }
