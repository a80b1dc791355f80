"""What the law demands before a notice may be heard, asked at submission, approval and resumption alike."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from gateway.jurisdictions import Profile, facts
from gateway.jurisdictions.dates import end_of, start_of
from gateway.models import FAR_FUTURE, Court, Debtor, EnforcementCase, Notice, PhoneLine, Recording
from gateway.services.calendar import calendar_of
from gateway.services.enrol_case import profile_of
from gateway.services.read_decision import debtor_of, decisions_of
from gateway.services.read_numbers import Fields
from gateway.services.work import Work


@dataclass(frozen=True, slots=True)
class Span:
    """When an approved notice plays: from `starts_at`, until the earlier of the other two (left out)."""

    starts_at: datetime
    ends_at: datetime
    review_until: datetime


def refuse_unlawful(work: Work, notice: Notice) -> None:
    """Raise NotValid with everything that stands against this notice today."""
    case = work.session.get_one(EnforcementCase, notice.case_id)
    fields = Fields()
    check_court(fields, work.court())
    if case.state != "open" or case.debtor_dead:
        fields.add("case", "case-not-open", "The case is not open.", "案件不处于执行中状态。")
    profile = profile_of(work)
    fields.refusals += profile.check_activation(
        debtor_of(work, case),
        decisions_of(work, case),
        facts.NoticeDates(notice.starts_on, notice.ends_on, notice.review_on),
        work.today(),
        calendar_of(work),
    )
    _check_end(fields, notice)
    _check_line(work, fields, notice, case)
    _check_recordings(work, fields, notice)
    fields.done()


def check_court(fields: Fields, court: Court) -> None:
    """A court that is switched off puts nothing on the air."""
    if not court.enabled:
        fields.add("court", "court-disabled", "The court is switched off.", "本院的服务已停用。")


def check_serves_public(fields: Fields, kind: facts.DebtorKind, serves_public: bool | None) -> None:
    """An entity's line has been declared not to serve the public; nobody has to declare it of a person's."""
    if kind is facts.DebtorKind.ENTITY and serves_public is not False:
        fields.add(
            "line",
            "serves-public",
            "An entity's line must be declared not to serve the public.",
            "单位的线路须声明不用于对外服务。",
        )


def _check_end(fields: Fields, notice: Notice) -> None:
    """Somebody has said until when, whatever the law allows; where the law asks for it, it has said so."""
    told = any(each.field == "review_on" for each in fields.refusals)
    if notice.ends_on is None and notice.review_on is None and not told:
        fields.add(
            "review_on", "end-or-review", "Give an end date or a review date.", "请填写终止日期或复核日期。"
        )


def _check_line(work: Work, fields: Fields, notice: Notice, case: EnforcementCase) -> None:
    line = work.session.get_one(PhoneLine, notice.line_id)
    if line.state != "active":
        fields.add(
            "line",
            "fallback-unchecked",
            "The line's fallback has not been checked.",
            "该线路的备用地址尚未核验。",
        )
    if line.attested_until <= work.now:
        fields.add(
            "line", "attestation-stale", "The line's attestation has lapsed.", "该线路的号码归属证明已过期。"
        )
    kind = facts.DebtorKind(work.session.get_one(Debtor, case.debtor_id).kind)
    check_serves_public(fields, kind, line.serves_public)


def _check_recordings(work: Work, fields: Fields, notice: Notice) -> None:
    if any(each.state != "approved" for each in recordings_of(work, notice)):
        add_not_approved(fields)


def add_not_approved(fields: Fields) -> None:
    fields.add("prompts", "not-approved", "Every recording must be approved.", "所有录音均须经审批通过。")


def recordings_of(work: Work, notice: Notice) -> list[Recording]:
    """The notice's recordings in the order in which they play."""
    ids = [each for each in (notice.recording_id, notice.second_recording_id) if each]
    return [work.session.get_one(Recording, each) for each in ids]


def span_of(work: Work, notice: Notice) -> Span:
    """The court's dates as instants: never before the approval, never beyond the term."""
    case = work.session.get_one(EnforcementCase, notice.case_id)
    dates = facts.NoticeDates(notice.starts_on, notice.ends_on, notice.review_on)
    zone, approved_at = ZoneInfo(work.court().zone), notice.approved_at or work.now
    return span_between(profile_of(work), decisions_of(work, case), dates, zone, approved_at)


def span_between(
    profile: Profile,
    decisions: Sequence[facts.Decision],
    dates: facts.NoticeDates,
    zone: ZoneInfo,
    approved_at: datetime,
) -> Span:
    """The same of these decisions; only the start depends on the time of the approval."""
    window = profile.notice_window(
        decisions, approved_at.astimezone(zone).date(), dates.starts_on, dates.ends_on, dates.review_on
    )
    last_days = [day for day in (profile.listing_term(decisions).last_day, dates.ends_on) if day is not None]
    return Span(
        starts_at=max(approved_at, start_of(window.first_day, zone)),
        ends_at=end_of(min(last_days), zone) if last_days else FAR_FUTURE,
        review_until=end_of(dates.review_on, zone) if dates.review_on else FAR_FUTURE,
    )
