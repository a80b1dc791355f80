"""Whatever the papers say, the law answers; and no answer lets a notice play longer than the rules allow."""

from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.jurisdictions.clocks import ObjectionClock
from gateway.jurisdictions.cn_spc_2017_7 import PROFILE
from gateway.jurisdictions.dates import add_months
from gateway.jurisdictions.facts import (
    Art3Declarations,
    Debtor,
    DebtorKind,
    Decision,
    DecisionKind,
    Declaration,
    Extension,
    NoticeDates,
    ServiceMethod,
)
from tests.gateway.jurisdictions.factories import ENTITY, Weekdays, a_decision, a_decision_with_term

NEAR = st.dates(date(2024, 1, 1), date(2029, 12, 31))
DAYS = st.one_of(NEAR, st.dates())
TEXTS = st.one_of(st.none(), st.just(""), st.text(max_size=5))
DECLARATIONS = st.builds(Declaration, applies=st.sampled_from([None, False, True]), evidence=TEXTS)
DECISIONS = st.builds(
    Decision,
    number=TEXTS,
    grounds=st.frozensets(st.integers(-1, 8), max_size=4),
    reasons=TEXTS,
    term_months=st.one_of(st.none(), st.integers(), st.sampled_from([24, 35, 36, 60, 61])),
    signed_by=TEXTS,
    made_on=st.none() | DAYS,
    served_on=st.none() | DAYS,
    service_method=st.none() | st.sampled_from(ServiceMethod),
    warned_on=st.none() | DAYS,
    extension=st.none() | st.sampled_from(Extension),
    grace_until=st.none() | DAYS,
    publication_ref=TEXTS,
    art3=st.none()
    | st.builds(
        Art3Declarations,
        security=DECLARATIONS,
        assets_suffice=DECLARATIONS,
        later_in_order=DECLARATIONS,
        other=DECLARATIONS,
    ),
    kind=st.sampled_from(DecisionKind),
)
CASES = st.lists(DECISIONS, max_size=4)
DEBTORS = st.builds(Debtor, kind=st.sampled_from(DebtorKind), birth_date=st.none() | DAYS)
NOTICES = st.builds(
    NoticeDates, starts_on=st.none() | DAYS, ends_on=st.none() | DAYS, review_on=st.none() | DAYS
)
CALENDARS = st.one_of(st.just(PROFILE.calendar({})), st.just(Weekdays()), st.just(Weekdays(2026)))


@settings(max_examples=150)
@given(DEBTORS, CASES, DECISIONS, NOTICES, DAYS, CALENDARS)
def test_every_check_answers_whatever_it_is_asked(
    debtor: Debtor,
    decisions: list[Decision],
    decision: Decision,
    notice: NoticeDates,
    today: date,
    calendar: Weekdays,
) -> None:
    found = (
        *PROFILE.check_enrolment(debtor, decision, today, calendar),
        *PROFILE.check_further_decision(debtor, decisions, decision, today, calendar),
        *PROFILE.check_activation(debtor, decisions, notice, today, calendar),
        *PROFILE.check_review(debtor, decisions, notice, today, calendar),
    )
    assert all(refusal.rule and refusal.en and refusal.zh for refusal in found)


@settings(max_examples=150)
@given(CASES, st.integers(), DAYS, st.sampled_from(ObjectionClock), CALENDARS)
def test_every_clock_answers_whatever_it_is_asked(
    decisions: list[Decision], ground: int, day: date, clock: ObjectionClock, calendar: Weekdays
) -> None:
    deletion = PROFILE.formal_deletion(ground, decisions, day, calendar)
    assert (deletion.status == "due") <= (deletion.due_on is not None)
    due = PROFILE.clock_due(clock, day, calendar)
    assert (due.due_on is None) == (due.status == "not_computable")
    assert PROFILE.creditor_may_ask_again_on(day) >= day
    assert PROFILE.latest_review_on(day) >= day


@settings(max_examples=200)
@given(CASES, DAYS, NOTICES)
def test_a_window_stays_inside_the_term_the_wish_and_the_review(
    decisions: list[Decision], approved_on: date, notice: NoticeDates
) -> None:
    window = PROFILE.notice_window(decisions, approved_on, notice.starts_on, notice.ends_on, notice.review_on)
    term = PROFILE.listing_term(decisions)
    if window.is_empty:
        return
    assert window.first_day >= max(approved_on, term.starts_on, notice.starts_on or date.min)
    assert window.last_day <= (term.last_day or date.max)
    assert window.last_day <= min(notice.ends_on or date.max, notice.review_on or date.max)
    assert term.last_day is not None or notice.review_on is not None


@settings(max_examples=200)
@given(CASES)
def test_no_listing_with_a_term_lasts_longer_than_five_years(decisions: list[Decision]) -> None:
    term = PROFILE.listing_term(decisions)
    if term.last_day is not None and not term.is_empty:
        assert term.last_day <= add_months(term.starts_on, 60) or term.ended_early_on is not None


@settings(max_examples=150)
@given(CASES, st.none() | NEAR)
def test_an_early_deletion_never_lengthens_a_listing(
    decisions: list[Decision], deleted_on: date | None
) -> None:
    deletion = a_decision(kind=DecisionKind.EARLY_DELETION, made_on=deleted_on)
    before = PROFILE.listing_term(decisions).last_day or date.max
    after = PROFILE.listing_term([*decisions, deletion]).last_day or date.max
    assert after <= before


@settings(max_examples=150)
@given(st.lists(DECISIONS, max_size=2), NOTICES, st.dates(date(2026, 3, 1), date(2028, 3, 9)), st.booleans())
def test_what_may_be_activated_has_a_day_on_which_it_plays(
    later: list[Decision], notice: NoticeDates, today: date, with_term: bool
) -> None:
    initial = a_decision_with_term() if with_term else a_decision()
    decisions = [initial, *(d for d in later if d.kind is not DecisionKind.INITIAL)]
    refused = PROFILE.check_activation(ENTITY, decisions, notice, today, Weekdays(*range(2024, 2035)))
    window = PROFILE.notice_window(decisions, today, notice.starts_on, notice.ends_on, notice.review_on)
    assert refused or not window.is_empty
