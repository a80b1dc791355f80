"""Approving a notice: a judge who did not submit it, bound to the version and the recordings that he saw."""

from dataclasses import dataclass

from sqlalchemy import select

from gateway.models import EnforcementCase, Notice, PhoneLine
from gateway.services.check_activation import (
    end_with_the_term,
    recordings_of,
    refuse_unlawful,
    span_of,
)
from gateway.services.notice_life import Event, step
from gateway.services.permissions import Action
from gateway.services.refusals import NotAllowed, NotFound, WrongState
from gateway.services.submit_notice import bind_decision
from gateway.services.work import Work, require_reason


@dataclass(frozen=True, slots=True)
class Seen:
    """What the judge saw and heard: the notice's version, the SHA-256 of each recording in order."""

    version: int
    recordings: tuple[str, ...]


def approve_notice(work: Work, notice_id: str, reason: str, seen: Seen) -> Notice:
    """Approve. From then on the notice plays whenever the law says that it may; nothing is switched on."""
    work.actor.must(Action.APPROVE)
    refuse_unless_allowed_here(work)
    notice = _locked(work, notice_id)
    work.actor.must_differ_from(notice.submitted_by, notice.created_by)
    _refuse_changed(work, notice, seen)
    if not step(notice, Event.APPROVE):
        return notice
    bind_decision(work, notice)
    line = work.find(PhoneLine, notice.line_id)
    refuse_unlawful(work, notice)
    end_with_the_term(work, notice)
    _refuse_second_live(work, notice)
    remark = work.remark(require_reason(reason))
    notice.approved_by, notice.approved_at = work.actor.user_id, work.now
    notice.approved_recordings = " ".join(each.sha256 for each in recordings_of(work, notice))
    span = span_of(work, notice)
    notice.starts_at, notice.ends_at, notice.review_until = span.starts_at, span.ends_at, span.review_until
    notice.remark_id = remark
    line.quiet_because = None
    work.changed("approved", notice, {"recordings": notice.approved_recordings}, remark)
    return notice


def _locked(work: Work, notice_id: str) -> Notice:
    """The notice, locked after its case: the order in which closing locks them."""
    case_id = work.session.scalars(
        select(Notice.case_id).where(Notice.id == notice_id, Notice.court_id == work.actor.court)
    ).one_or_none()
    if case_id is None:
        raise NotFound
    work.find(EnforcementCase, case_id)
    return work.find(Notice, notice_id)


def refuse_unless_allowed_here(work: Work) -> None:
    """Through a program only where the court's policy allows it."""
    if work.actor.scopes is not None and not work.court().api_approval:
        raise NotAllowed(
            "api-approval", "The court does not approve through the API.", "本院未开通通过接口审批。"
        )


def _refuse_changed(work: Work, notice: Notice, seen: Seen) -> None:
    """Raise WrongState, with the difference, where the notice is not what the judge saw."""
    recordings = tuple(each.sha256 for each in recordings_of(work, notice))
    compared = (
        ("version", str(seen.version), str(notice.version)),
        ("recordings", " ".join(seen.recordings), " ".join(recordings)),
    )
    difference = tuple(each for each in compared if each[1] != each[2])
    if difference:
        raise WrongState(
            "changed-since-seen",
            "The notice has changed since you saw it.",
            "该通知在您查看之后已有变动。",
            difference,
        )


def _refuse_second_live(work: Work, notice: Notice) -> None:
    """At most one notice of a line is approved or suspended; the others wait."""
    query = select(Notice.id).where(
        Notice.line_id == notice.line_id, Notice.state.in_(("approved", "suspended")), Notice.id != notice.id
    )
    if work.session.execute(query.limit(1)).first() is not None:
        raise WrongState(
            "line-has-notice",
            "Another notice of this line is approved; this one waits until that has ended.",
            "该线路已有生效的通知，须待其终止后方可批准。",
        )
