"""Profiles are found by name, say who confirmed them, and a second one needs nothing from the first."""

from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

import pytest

from gateway.jurisdictions import PROFILES, UnknownProfile, profile_named
from gateway.jurisdictions.clocks import ClockRow, ObjectionClock, Unit, clock_due
from gateway.jurisdictions.facts import NoticeDates
from gateway.jurisdictions.findings import DeletionStatus, Due, DueStatus, FormalDeletion, Term, Window
from gateway.jurisdictions.profile import Profile
from gateway.jurisdictions.provision import Provision
from gateway.jurisdictions.refusal import Refusal
from tests.gateway.jurisdictions.factories import PERSON, TODAY, Weekdays, a_decision


def test_the_profile_of_the_peoples_republic_is_found_by_name() -> None:
    profile = profile_named("cn-spc-2017-7")
    assert profile.name == "cn-spc-2017-7"
    assert profile.in_force_from == date(2017, 5, 1)
    assert str(profile.zone) == "Asia/Shanghai"
    assert PROFILES["cn-spc-2017-7"] is profile


@pytest.mark.parametrize("name", ["", "cn", "CN-SPC-2017-7", "atlantis-1"])
def test_another_name_is_refused(name: str) -> None:
    with pytest.raises(UnknownProfile) as refused:
        profile_named(name)
    assert refused.value.name == name
    assert "cn-spc-2017-7" in str(refused.value)


@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES.keys())
def test_a_profile_that_no_lawyer_confirmed_says_so_in_both_languages(profile: Profile) -> None:
    assert profile.confirmed_by is None
    assert "lawyer" in profile.disclaimer_en
    assert "律师" in profile.disclaimer_zh


def _atlantis() -> Profile:
    """A country with one ground, one clock, a term of seven days, and a horror of Fridays."""
    objection = ClockRow(5, Unit.WORKING_DAYS, Provision("Tide Act s. 9", "Answer within five days", "五日"))
    friday = Refusal("decision.made_on", "friday", "Tide Act s. 2", "Never on a Friday.", "星期五不得作出。")
    return Profile(
        name="atlantis-1",
        title_en="Tide Act",
        title_zh="潮汐法",
        in_force_from=date(2026, 1, 1),
        zone=ZoneInfo("Atlantic/Azores"),
        confirmed_by="A. Triton",
        disclaimer_en="",
        disclaimer_zh="",
        grounds={1: Provision("Tide Act s. 1", "Owes salt", "欠盐")},
        bars={},
        service_methods={},
        removal_grounds={1: Provision("Tide Act s. 8", "Paid", "已付")},
        objection_clocks={ObjectionClock.CORRECTION: objection},
        calendar=lambda _days: Weekdays(2026),
        check_enrolment=lambda _debtor, decision, _today, _calendar: (
            (friday,) if decision.made_on is not None and decision.made_on.weekday() == 4 else ()
        ),
        check_further_decision=lambda _debtor, _earlier, _decision, _today, _calendar: (),
        check_activation=lambda _debtor, _decisions, _notice, _today, _calendar: (),
        check_review=lambda _debtor, _decisions, _notice, _today, _calendar: (),
        of_age_on=lambda birth_date: birth_date,
        listing_term=lambda _decisions: Term(date(2026, 6, 1), date(2026, 6, 7)),
        notice_window=lambda _decisions, approved_on, _starts_on, _ends_on, _review_on: Window(
            approved_on, date(2026, 6, 7)
        ),
        latest_review_on=lambda today: today,
        formal_deletion=lambda _ground, _decisions, closed_on, _calendar: FormalDeletion(
            DeletionStatus.DUE, closed_on, "Tide Act s. 8"
        ),
        clock_due=lambda _clock, event_on, calendar: clock_due(objection, event_on, calendar),
        creditor_may_ask_again_on=lambda deleted_on: deleted_on,
    )


def test_a_second_profile_answers_by_its_own_law() -> None:
    profile = _atlantis()
    calendar = profile.calendar({})
    on_friday = a_decision(made_on=date(2026, 5, 29))
    on_thursday = a_decision(made_on=date(2026, 5, 28))
    assert [r.rule for r in profile.check_enrolment(PERSON, on_friday, TODAY, calendar)] == ["friday"]
    assert profile.check_enrolment(PERSON, on_thursday, TODAY, calendar) == ()
    assert profile.check_activation(PERSON, [on_friday], NoticeDates(), TODAY, calendar) == ()
    assert profile.clock_due(ObjectionClock.CORRECTION, TODAY, calendar) == Due(
        DueStatus.COMPUTED, date(2026, 6, 8), "Tide Act s. 9"
    )
    assert replace(profile, name="atlantis-2").name == "atlantis-2"
