"""The clocks that run after a listing: correction, reconsideration, and the creditor's wait.

Art. 9-12. The day of the event is not counted, and a last day on a holiday moves to the next working day:
Civil Procedure Law Art. 85.
"""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from gateway.jurisdictions import clocks
from gateway.jurisdictions.calendar import WorkingCalendar
from gateway.jurisdictions.clocks import ClockRow, ObjectionClock, Unit
from gateway.jurisdictions.cn_spc_2017_7.sources import ART_9, ART_11, ART_12
from gateway.jurisdictions.cn_spc_2017_7.tables import CREDITOR_WAITS_MONTHS
from gateway.jurisdictions.dates import add_days, add_months
from gateway.jurisdictions.findings import Due
from gateway.jurisdictions.provision import Provision


def _days(days: int, article: str, en: str, zh: str) -> ClockRow:
    return ClockRow(days, Unit.CALENDAR_DAYS, Provision(article, en, zh))


def _working_days(days: int, article: str, en: str, zh: str) -> ClockRow:
    return ClockRow(days, Unit.WORKING_DAYS, Provision(article, en, zh))


OBJECTION_CLOCKS: Mapping[ObjectionClock, ClockRow] = MappingProxyType(
    {
        ObjectionClock.CORRECTION: _days(
            15,
            ART_12,
            "Decide within 15 days of the written request",
            "自收到书面纠正申请之日起十五日内审查",
        ),
        ObjectionClock.REMOVAL: _days(
            15,
            f"{ART_11}(3), Art. 12",
            "Decide within 15 days of the written request to delete",
            "自收到书面删除申请之日起十五日内审查",
        ),
        # Stricter than the law, which counts the three days from the finding: who is held by mistake should
        # not wait for the finding either.
        ObjectionClock.WRONG_PERSON: _working_days(
            3,
            ART_9,
            "Decide within three working days of the report that the wrong person is held",
            "自收到非本人反映之日起三个工作日内处理",
        ),
        ObjectionClock.WRONG_NUMBER: _working_days(
            3,
            ART_9,
            "Decide within three working days of the report that the number is wrong",
            "自收到号码有误反映之日起三个工作日内处理",
        ),
        ObjectionClock.WRONGLY_LISTED: _working_days(
            3, ART_9, "Withdraw a wrong listing within three working days", "三个工作日内撤销失信信息"
        ),
        ObjectionClock.INACCURATE: _working_days(
            3, ART_9, "Correct inaccurate information within three working days", "三个工作日内更正失信信息"
        ),
        ObjectionClock.UPHELD: _working_days(
            3,
            ART_12,
            "Correct within three working days of finding the request well-founded",
            "申请理由成立的，三个工作日内纠正",
        ),
        ObjectionClock.RECONSIDERATION_REQUEST: _days(
            10,
            ART_12,
            "Ask the next higher court within ten days of service of the rejection",
            "自驳回决定书送达之日起十日内向上一级人民法院申请复议",
        ),
        ObjectionClock.RECONSIDERATION_DECISION: _days(
            15,
            ART_12,
            "The higher court decides within 15 days of receiving the request",
            "上一级人民法院自收到复议申请之日起十五日内作出决定",
        ),
    }
)


def clock_due(clock: ObjectionClock, event_on: date, calendar: WorkingCalendar) -> Due:
    """The last day of one of these clocks, counted from the court's day on which its event happened."""
    return clocks.clock_due(OBJECTION_CLOCKS[clock], event_on, calendar)


def correction_due(requested_on: date, calendar: WorkingCalendar) -> Due:
    """By when a written request for correction must be decided."""
    return clock_due(ObjectionClock.CORRECTION, requested_on, calendar)


def reconsideration_due(served_on: date, calendar: WorkingCalendar) -> Due:
    """By when a rejected party may ask the next higher court, from service of the rejection."""
    return clock_due(ObjectionClock.RECONSIDERATION_REQUEST, served_on, calendar)


def creditor_may_ask_again_on(deleted_on: date) -> date:
    """The first day on which a creditor whose request led to a deletion may ask for a new listing.

    Six months, the corresponding day included, must have passed since the deletion (Art. 10 para. 4).
    """
    return add_days(add_months(deleted_on, CREDITOR_WAITS_MONTHS), 1)
