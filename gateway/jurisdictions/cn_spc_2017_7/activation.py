"""What must hold when a notice is submitted or approved: signature, service, warning, and its dates."""

from datetime import date

from gateway.jurisdictions.cn_spc_2017_7.listing import (
    first_day_in_force,
    is_blank,
    known_last_day,
    latest_review_on,
    listing_term,
    service_effective_on,
)
from gateway.jurisdictions.cn_spc_2017_7.sources import (
    ART_2,
    ART_5,
    CIVIL_PROCEDURE,
    COURT_POLICY,
    SPC_2017_7,
)
from gateway.jurisdictions.cn_spc_2017_7.tables import WARNING_DAYS
from gateway.jurisdictions.dates import add_days
from gateway.jurisdictions.rules import Situation, rule


def _first_day(s: Situation) -> date:
    return first_day_in_force(s.decisions, s.today, s.notice.starts_on)


def _service_is_not_complete(s: Situation) -> bool:
    effective_on = service_effective_on(s.decision)
    return effective_on is not None and s.today < effective_on


def _is_warned_too_late(s: Situation) -> bool:
    warned_on = s.decision.warned_on
    return warned_on is not None and _first_day(s) < add_days(warned_on, WARNING_DAYS)


def _listing_is_over(s: Situation) -> bool:
    last_day = known_last_day(s.decisions)
    return last_day is not None and last_day < s.today


def _starts_after_term(s: Situation) -> bool:
    last_day = known_last_day(s.decisions)
    return last_day is not None and s.today <= last_day < _first_day(s)


def _ends_after_term(s: Situation) -> bool:
    last_day, ends_on = known_last_day(s.decisions), s.notice.ends_on
    return last_day is not None and ends_on is not None and ends_on > last_day


def _has_no_term(s: Situation) -> bool:
    return listing_term(s.decisions).last_day is None


PAPERS_RULES = (
    rule(
        "signature-required",
        "decision.signed_by",
        ART_5,
        lambda s: is_blank(s.decision.signed_by),
        "Who signed the decision is missing; the court president must sign it.",
        "缺少签发人：决定书应当由院长签发。",
    ),
    rule(
        "service-date-required",
        "decision.served_on",
        ART_5,
        lambda s: s.decision.served_on is None,
        "The decision must have been served: the day of service is missing.",
        "决定书应当送达：缺少送达日期。",
    ),
    rule(
        "service-method-required",
        "decision.service_method",
        ART_5,
        lambda s: s.decision.service_method is None,
        "How the decision was served is missing.",
        "缺少送达方式。",
    ),
)

SERVICE_COMPLETE_RULES = (
    rule(
        "public-notice-not-complete",
        "decision.served_on",
        f"{CIVIL_PROCEDURE} Art. 95",
        _service_is_not_complete,
        "A decision served by public notice counts as served 30 days after publication.",
        "公告送达的，自公告之日起满三十日方视为送达。",
    ),
)

WARNING_RULES = (
    rule(
        "warning-required",
        "decision.warned_on",
        ART_5,
        lambda s: s.decision.warned_on is None,
        "The day of the risk warning in the enforcement notice is missing.",
        "缺少执行通知中风险提示的日期。",
    ),
    rule(
        "warning-too-late",
        "decision.warned_on",
        COURT_POLICY,
        _is_warned_too_late,
        "The debtor must be warned at least three days before the notice first plays.",
        "提示音启用至少三日前须向被执行人作出风险提示。",
    ),
)

DATE_RULES = (
    rule(
        "listing-is-over",
        "decision.term_months",
        ART_2,
        _listing_is_over,
        "The listing has ended; a notice never outlives it.",
        "纳入期限已经届满或已提前删除，提示音不得继续。",
    ),
    rule(
        "starts-after-term",
        "starts_on",
        ART_2,
        _starts_after_term,
        "The notice would first play after the term has ended.",
        "提示音的首日晚于纳入期限届满之日。",
    ),
    rule(
        "ends-after-term",
        "ends_on",
        ART_2,
        _ends_after_term,
        "The notice may not end later than the term of the listing.",
        "提示音的终止日期不得晚于纳入期限届满之日。",
    ),
    rule(
        "ends-before-start",
        "ends_on",
        COURT_POLICY,
        lambda s: s.notice.ends_on is not None and s.notice.ends_on < _first_day(s),
        "The notice would end before the first day on which it may play.",
        "提示音的终止日期早于可以启用的首日。",
    ),
)

REVIEW_RULES = (
    rule(
        "review-required",
        "review_on",
        COURT_POLICY,
        lambda s: _has_no_term(s) and s.notice.review_on is None,
        "A listing without a term needs a review date.",
        "不设期限的，须确定复核日期。",
    ),
    rule(
        "review-too-far",
        "review_on",
        COURT_POLICY,
        lambda s: (
            _has_no_term(s)
            and s.notice.review_on is not None
            and s.notice.review_on > latest_review_on(s.today)
        ),
        "The review date lies at most six months ahead.",
        "复核日期不得超过六个月。",
    ),
    rule(
        "review-before-start",
        "review_on",
        COURT_POLICY,
        lambda s: s.notice.review_on is not None and s.notice.review_on < _first_day(s),
        "The review date lies before the first day on which the notice may play.",
        "复核日期早于提示音可以启用的首日。",
    ),
)

CALENDAR_TODAY_RULES = (
    rule(
        "calendar-year-unknown",
        "calendar",
        SPC_2017_7,
        lambda s: not s.calendar.knows(s.today.year),
        "The court's working calendar does not hold this year, so no legal clock could be kept.",
        "法院工作日历尚无本年度数据，无法计算法定期限。",
    ),
)

CALENDAR_START_RULES = (
    rule(
        "calendar-start-year-unknown",
        "starts_on",
        SPC_2017_7,
        lambda s: _first_day(s).year != s.today.year and not s.calendar.knows(_first_day(s).year),
        "The court's working calendar does not hold the year in which the notice first plays.",
        "法院工作日历尚无提示音启用年度的数据。",
    ),
)
