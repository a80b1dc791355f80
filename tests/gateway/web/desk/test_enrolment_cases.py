"""Cases, lines and objections at the desk, as a browser without JavaScript uses them."""

from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.models import Decision, EnforcementCase, Objection, PhoneLine
from tests.carriers import FakeCarrier
from tests.factories import new_case, number
from tests.gateway.records import actions, rows
from tests.gateway.services.crowd import notice_row
from tests.gateway.web.desk.people import Office, errors


def test_the_case_page_masks_the_identity_number_until_it_is_asked_for(office: Office) -> None:
    case, clerk = office.gateway.case(), office.person("clerk")
    address = f"/desk/cases/{case.id}"
    assert "51130219800101" not in clerk.page(address)
    shown = clerk.post(f"{address}/identity", form=address)
    assert "51130219800101" in shown.get_data(as_text=True)
    assert "51130219800101" not in clerk.page(address)
    assert actions(office.gateway, case.id) == ["enrolled", "unmasked"]
    assert office.person("auditor").post(f"{address}/identity", form=address).status_code == 403


def test_closing_a_case_silences_before_the_page_answers(office: Office) -> None:
    line = office.gateway.line()
    notice, carrier = office.gateway.notice(line=line), FakeCarrier.of(office.gateway)
    assert carrier.voice(office.gateway.dialled(line), caller=number(8001)).plays
    clerk, address = office.person("clerk"), f"/desk/cases/{notice.case_id}/close"
    assert errors(clerk.post(address, {"reason": "paid"})) == [
        "Name one of the seven grounds of removal, 1 to 7. (法释〔2017〕7号第十条)"
    ]
    assert clerk.post(address, {"removal_ground": "1", "reason": "paid"}).status_code == 303
    assert not carrier.voice(office.gateway.dialled(line), caller=number(8002)).plays
    page = clerk.page(f"/desk/cases/{notice.case_id}")
    assert "The obligation was performed, or enforcement is complete" in page
    assert "paid" in page


def test_an_early_deletion_silences_the_notices(office: Office) -> None:
    notice, clerk = office.gateway.notice(), office.person("clerk")
    address = f"/desk/cases/{notice.case_id}/delete-early"
    assert errors(clerk.post(address, {"decision_made_on": "never"})) == ["Write the date as 2026-11-25."]
    with office.gateway.work() as work:
        today = work.today().isoformat()
    filled = {
        "decision_number": "(2026)川1302执1号之二",
        "decision_made_on": today,
        "decision_reasons": "已履行",
    }
    assert clerk.post(address, filled).status_code == 303
    assert notice_row(office.gateway, notice.id).ended_because == "deleted_early"
    assert "Early deletion (2026)川1302执1号之二" in clerk.page(f"/desk/cases/{notice.case_id}")


def test_an_extension_names_the_article_it_breaks_and_is_entered_where_it_breaks_none(
    office: Office,
) -> None:
    with office.gateway.work() as work:
        today = work.today()
        decision = replace(new_case(today, 55).decision, grounds=frozenset({2}), term_months=24, art3=None)
    case, clerk = office.gateway.case(decision=decision), office.person("clerk")
    address = f"/desk/cases/{case.id}/extend"
    filled = {
        "decision_number": "(2026)川1302执55号之三",
        "decision_made_on": today.isoformat(),
        "decision_signed_by": "院长甲",
        "decision_grounds": "2",
        "decision_term_months": "30",
        "decision_extension": "serious_violence",
        "decision_reasons": "暴力情节严重",
        "decision_warned_on": (today - timedelta(days=100)).isoformat(),
        "decision_served_on": today.isoformat(),
        "decision_service_method": "direct",
    }
    told = errors(clerk.post(address, filled))
    assert told == [
        "The whole term, counted from the decision to list, is then 36 to 60 months. (法释〔2017〕7号 Art. 2)"
    ]
    assert clerk.post(address, {**filled, "decision_term_months": "36"}).status_code == 303
    assert rows(office.gateway, Decision) == 2


# Lines.


def test_a_line_shows_its_numbers_masked_and_one_of_them_on_demand(office: Office) -> None:
    line, clerk = office.gateway.line(), office.person("clerk")
    address = f"/desk/lines/{line.id}"
    page = clerk.page(address)
    assert office.gateway.dialled(line) not in page
    shown = clerk.post(f"{address}/number/deliver_to", form=address).get_data(as_text=True)
    assert office.gateway.delivered(line) in shown
    assert office.gateway.dialled(line) not in shown
    assert actions(office.gateway, line.id)[-1] == "unmasked"
    assert clerk.post(f"{address}/number/hash_key", form=address).status_code == 404


def test_a_line_is_attested_anew_and_its_proof_is_checked(office: Office) -> None:
    line, clerk = office.gateway.line(), office.person("clerk")
    address = f"/desk/lines/{line.id}/attest"
    with office.gateway.work() as work:
        today = work.today()
    filled = {"attestation_source": "carrier-api", "attestation_reference": "ticket 7"}
    old = {**filled, "attestation_attested_on": (today - timedelta(days=31)).isoformat()}
    assert errors(clerk.post(address, old)) == ["The attestation must be of the last 30 days."]
    assert clerk.post(address, {**filled, "attestation_attested_on": today.isoformat()}).status_code == 303
    assert "ticket 7" in clerk.page(f"/desk/lines/{line.id}")


def test_another_delivery_takes_a_clerk_and_a_judge_who_saw_it(office: Office) -> None:
    line = office.gateway.line()
    clerk, judge, address = office.person("clerk"), office.person("judge"), f"/desk/lines/{line.id}"
    assert clerk.post(f"{address}/deliver-elsewhere", {"deliver_to": number(4444)}).status_code == 303
    page = judge.page(f"{address}/approve-delivery")
    seen = page.partition('name="version" value="')[2].partition('"')[0]
    clerk.post(f"{address}/deliver-elsewhere", {"deliver_to": number(4445)})
    answer = judge.post(f"{address}/approve-delivery", {"version": seen})
    assert errors(answer) == ["This has changed since you opened the page. Look again, then repeat."]
    page = judge.page(f"{address}/approve-delivery")
    seen = page.partition('name="version" value="')[2].partition('"')[0]
    assert judge.post(f"{address}/approve-delivery", {"version": seen}).status_code == 303
    with office.gateway.read() as session:
        row = session.get_one(PhoneLine, line.id)
        assert (row.state, office.gateway.runtime.vault.open(row.deliver_sealed, "number")) == (
            "enrolled",
            number(4445),
        )


def test_the_fallback_is_not_called_before_it_is_set_and_says_where_it_leads_nowhere(office: Office) -> None:
    line, clerk = office.gateway.line(active=False), office.person("clerk")
    address = f"/desk/lines/{line.id}/check-fallback"
    assert "/webhooks/north/fallback/" in clerk.page(address)
    assert errors(clerk.post(address, {"reference": "ticket"})) == [
        "Set the line&#39;s fallback address at the carrier first."
    ]


def test_a_line_is_released_with_the_carriers_word(office: Office) -> None:
    line, clerk = office.gateway.line(), office.person("clerk")
    address = f"/desk/lines/{line.id}/release"
    assert errors(clerk.post(address, {"reference": ""})) == ["Enter 1 to 200 characters."]
    assert clerk.post(address, {"reference": "letter of today"}).status_code == 303
    assert "Released" in clerk.page(f"/desk/lines/{line.id}")


# Objections.


@pytest.mark.parametrize("about", ["notice", "line"])
def test_an_objection_silences_and_shows_its_clock(office: Office, about: str) -> None:
    notice, clerk = office.gateway.notice(), office.person("clerk")
    address = {"notice": f"/desk/notices/{notice.id}/object", "line": f"/desk/lines/{notice.line_id}/object"}[
        about
    ]
    assert "Choose one of" in errors(clerk.post(address, {"reason": "x"}))[0]
    answer = clerk.post(address, {"kind": "wrong_number", "reason": "我不认识此人"})
    assert notice_row(office.gateway, notice.id).state == "suspended"
    page = clerk.page(answer.headers["Location"])
    assert "我不认识此人" in page
    assert "days left" in page
    assert "Reject the objection" in page
    assert "A judge decides this." in page


def test_a_judge_rejects_and_anybody_on_the_case_upholds(office: Office) -> None:
    notices = [office.gateway.notice() for _ in range(2)]
    clerk, judge = office.person("clerk"), office.person("judge")
    rejected, upheld = (
        clerk.post(f"/desk/notices/{each.id}/object", {"kind": "removal", "reason": "已还款"}).headers[
            "Location"
        ]
        for each in notices
    )
    assert clerk.get(f"{rejected}/reject").status_code == 403
    assert judge.post(f"{rejected}/reject", {"reason": "no payment"}).status_code == 303
    assert clerk.post(f"{upheld}/uphold", {"reason": "paid in full"}).status_code == 303
    assert "Ask the next higher court within ten days" in judge.page(rejected)
    assert "Correct within three working days" in judge.page(upheld)
    assert notice_row(office.gateway, notices[1].id).ended_because == "objection_upheld"
    assert rows(office.gateway, Objection) == 2
    assert rows(office.gateway, EnforcementCase) == 2
