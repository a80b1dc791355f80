"""Notices over the API: drafted, submitted, approved by another person, silenced, resumed, reviewed."""

from collections.abc import Callable
from typing import Annotated

from pydantic import Field, StringConstraints

from gateway.models import FAR_FUTURE, Notice
from gateway.services.approve_notice import Seen, approve_notice
from gateway.services.draft_notice import NewNotice, draft_notice
from gateway.services.end_notice import end_notice
from gateway.services.list_notices import NoticeFile, list_notices, notice_file, read_notice
from gateway.services.notice_life import state_at
from gateway.services.permissions import Action
from gateway.services.reject_notice import reject_notice
from gateway.services.resume_notice import resume_notice
from gateway.services.review_notice import review_notice
from gateway.services.submit_notice import submit_notice
from gateway.services.suspend_notice import suspend_notice
from gateway.services.work import Work
from gateway.web.api.pages import listed
from gateway.web.api.routes import Asked, act, create, listing, read
from gateway.web.api.shapes import (
    Day,
    Listed,
    Moment,
    Nothing,
    OptionalReason,
    Prose,
    Reason,
    Ref,
    Resource,
    Sha256,
    Shape,
    Shown,
    Whole,
)

LocalTime = Annotated[str, StringConstraints(pattern="^([01][0-9]|2[0-3]):[0-5][0-9]$")]


class HoursIn(Shape):
    """The hours of the court's day in which the notice may play, the end left out."""

    start: LocalTime = Field(alias="from")
    end: LocalTime = Field(alias="to")


class DraftNotice(Shape):
    """A notice: which recordings callers of which line are to hear, for which case."""

    case: Ref
    line: Ref
    prompts: Annotated[tuple[Ref, ...], Field(max_length=10)]
    starts_on: Day | None = None
    ends_on: Day | None = None
    review_on: Day | None = None
    cap_days: Whole = 1
    hours: HoursIn | None = None
    skip_key: bool = True


class SeenIn(Shape):
    """What the judge saw and heard."""

    version: Whole
    recordings: Annotated[tuple[Sha256, ...], Field(max_length=10)]


class ApproveNotice(Shape):
    """Why, and what was seen: where the notice differs from it, nothing is approved."""

    reason: Prose
    seen: SeenIn


class ReviewNotice(Shape):
    """Until when the notice is still due, and why."""

    review_on: Day
    reason: Prose


class HoursShown(Shown):
    """The hours of the court's day in which the notice may play, the end left out."""

    start: str = Field(alias="from")
    end: str = Field(alias="to")


class NoticeShown(Resource):
    """A notice. `recordings` and `version` are what an approval names as seen."""

    case: str
    line: str
    decision: str
    prompts: tuple[str, ...]
    recordings: tuple[str, ...]
    starts_on: Day | None
    ends_on: Day | None
    review_on: Day | None
    starts_at: Moment | None
    ends_at: Moment | None
    cap_days: int
    hours: HoursShown | None
    skip_key: bool
    submitted_by: str | None
    approved_by: str | None
    approved_at: Moment | None
    suspended_by: str | None
    suspended_because: str | None
    ended_at: Moment | None
    ended_because: str | None
    reason: str | None


def _list(work: Work, asked: Asked[Nothing]) -> Listed[NoticeShown]:
    return listed(list_notices(work, asked.wanted), lambda each: _show(work, each), Listed[NoticeShown])


def _read(work: Work, asked: Asked[Nothing]) -> NoticeShown:
    return _show(work, read_notice(work, asked.id))


def _draft(work: Work, asked: Asked[DraftNotice]) -> NoticeShown:
    sent = asked.body
    new = NewNotice(
        sent.case,
        sent.line,
        sent.prompts,
        sent.starts_on,
        sent.ends_on,
        sent.review_on,
        sent.cap_days,
        (sent.hours.start, sent.hours.end) if sent.hours else None,
        sent.skip_key,
    )
    return _show(work, notice_file(work, draft_notice(work, new)))


def _submit(work: Work, asked: Asked[OptionalReason]) -> NoticeShown:
    notice = submit_notice(work, asked.id, asked.body.reason, asked.seen_version)
    return _show(work, notice_file(work, notice))


def _approve(work: Work, asked: Asked[ApproveNotice]) -> NoticeShown:
    seen = Seen(asked.body.seen.version, asked.body.seen.recordings)
    notice = approve_notice(work, asked.id, asked.body.reason, seen)
    return _show(work, notice_file(work, notice))


def _review(work: Work, asked: Asked[ReviewNotice]) -> NoticeShown:
    sent = asked.body
    notice = review_notice(work, asked.id, sent.review_on, sent.reason, asked.seen_version)
    return _show(work, notice_file(work, notice))


def _with_reason(
    verb: Callable[[Work, str, str, int | None], Notice],
) -> Callable[[Work, Asked[Reason]], NoticeShown]:
    """The handler of a verb that takes a reason and nothing else."""

    def handle(work: Work, asked: Asked[Reason]) -> NoticeShown:
        notice = verb(work, asked.id, asked.body.reason, asked.seen_version)
        return _show(work, notice_file(work, notice))

    return handle


def _show(work: Work, file: NoticeFile) -> NoticeShown:
    row = file.notice
    return NoticeShown(
        id=row.id,
        state=state_at(row, work.now),
        version=row.version,
        created_at=row.created_at,
        case=row.case_id,
        line=row.line_id,
        decision=row.decision_id,
        prompts=file.prompts,
        recordings=file.recordings,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        review_on=row.review_on,
        starts_at=row.starts_at,
        ends_at=row.ends_at if row.ends_at < FAR_FUTURE else None,
        cap_days=row.cap_days,
        hours=HoursShown(**{"from": row.hours_from, "to": row.hours_to})
        if row.hours_from and row.hours_to
        else None,
        skip_key=row.skip_key,
        submitted_by=row.submitted_by,
        approved_by=row.approved_by,
        approved_at=row.approved_at,
        suspended_by=row.suspended_by,
        suspended_because=row.suspended_because,
        ended_at=row.ended_at,
        ended_because=row.ended_because,
        reason=file.reason if work.actor.may(Action.READ_NAMES) else None,
    )


ROUTES = (
    create("/notices", "Draft a notice", Action.ENROL, _draft, NoticeShown, DraftNotice),
    listing("/notices", "List notices", Action.READ, _list, Listed[NoticeShown]),
    read("/notices/<id>", "Read a notice", Action.READ, _read, NoticeShown),
    act("/notices/<id>/submit", "Submit for approval", Action.SUBMIT, _submit, NoticeShown, OptionalReason),
    act(
        "/notices/<id>/approve", "Approve what was seen", Action.APPROVE, _approve, NoticeShown, ApproveNotice
    ),
    act("/notices/<id>/reject", "Send back", Action.REJECT, _with_reason(reject_notice), NoticeShown, Reason),
    act(
        "/notices/<id>/suspend",
        "Silence until a judge resumes",
        Action.SILENCE,
        _with_reason(suspend_notice),
        NoticeShown,
        Reason,
        silences=True,
    ),
    act(
        "/notices/<id>/resume", "Speak again", Action.RESUME, _with_reason(resume_notice), NoticeShown, Reason
    ),
    act(
        "/notices/<id>/end",
        "Silence for good",
        Action.SILENCE,
        _with_reason(end_notice),
        NoticeShown,
        Reason,
        silences=True,
    ),
    act("/notices/<id>/review", "Set the next review", Action.REVIEW, _review, NoticeShown, ReviewNotice),
)
