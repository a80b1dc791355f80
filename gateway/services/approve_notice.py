"""Approving a notice: a judge who did not submit it, bound to the version and the recordings that he saw."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import select

from gateway.models import EnforcementCase, Notice, PhoneLine
from gateway.services.check_activation import end_with_the_term, recordings_of, span_of
from gateway.services.notice_guards import GUARDS
from gateway.services.notice_life import Event, step
from gateway.services.refusals import NotAllowed, NotFound, WrongState
from gateway.services.submit_notice import bind_decision
from gateway.services.work import Work, require_reason


@dataclass(frozen=True, slots=True)
class Seen:
    """What the judge saw and heard: the notice's version, the SHA-256 of each recording in order."""

    version: int
    recordings: tuple[str, ...]


class Waiting(NamedTuple):
    """A notice with all that its approval reads, locked."""

    case: EnforcementCase
    notice: Notice
    line: PhoneLine


def approve_notice(work: Work, notice_id: str, reason: str, seen: Seen) -> Notice:
    """Approve. From then on the notice plays whenever the law says that it may; nothing is switched on."""
    work.actor.must(GUARDS[Event.APPROVE].action)
    refuse_unless_allowed_here(work)
    return approve(work, lock_waiting(work, notice_id), reason, seen, {})


def approve(work: Work, waiting: Waiting, reason: str, seen: Seen, declared: Mapping[str, object]) -> Notice:
    """Approve what is locked; `declared` is entered into the record beside the recordings."""
    notice = waiting.notice
    work.actor.must_differ_from(*GUARDS[Event.APPROVE].others(notice))
    _refuse_changed(work, notice, seen)
    if not step(notice, Event.APPROVE):
        return notice
    bind_decision(work, notice)
    GUARDS[Event.APPROVE].refuse(work, notice)
    end_with_the_term(work, notice)
    remark = work.remark(require_reason(reason))
    notice.approved_by, notice.approved_at = work.actor.user_id, work.now
    notice.approved_recordings = " ".join(each.sha256 for each in recordings_of(work, notice))
    span = span_of(work, notice)
    notice.starts_at, notice.ends_at, notice.review_until = span.starts_at, span.ends_at, span.review_until
    notice.remark_id = remark
    waiting.line.quiet_because = None
    work.changed("approved", notice, {"recordings": notice.approved_recordings, **declared}, remark)
    return notice


def lock_waiting(work: Work, notice_id: str) -> Waiting:
    """The notice with its case and line, locked in the order in which closing locks them."""
    case_id = work.session.scalars(
        select(Notice.case_id).where(Notice.id == notice_id, Notice.court_id == work.actor.court)
    ).one_or_none()
    if case_id is None:
        raise NotFound
    case = work.find(EnforcementCase, case_id)
    notice = work.find(Notice, notice_id)
    return Waiting(case, notice, work.find(PhoneLine, notice.line_id))


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
        raise changed_since_seen(difference)


def changed_since_seen(difference: tuple[tuple[str, str, str], ...]) -> WrongState:
    return WrongState(
        "changed-since-seen",
        "The notice has changed since you saw it.",
        "该提示音在您查看之后已有变动。",
        difference,
    )
