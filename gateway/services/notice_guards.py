"""What must hold before a step in a notice's life: asked by the step, and by the page that offers it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from sqlalchemy import select

from gateway.models import Notice
from gateway.services.check_activation import refuse_unlawful
from gateway.services.notice_life import Event
from gateway.services.permissions import Action
from gateway.services.refusals import WrongState
from gateway.services.work import Work


def _nobody(_notice: Notice) -> tuple[str | None, ...]:
    return ()


def _who_drafted(notice: Notice) -> tuple[str | None, ...]:
    return notice.submitted_by, notice.created_by


def _who_drafted_or_suspended(notice: Notice) -> tuple[str | None, ...]:
    return notice.suspended_by, notice.submitted_by, notice.created_by


def _nothing(_work: Work, _notice: Notice) -> None:
    return None


def refuse_second_live(work: Work, notice: Notice) -> None:
    """At most one notice of a line is approved or suspended; the others wait."""
    query = select(Notice.id).where(
        Notice.line_id == notice.line_id, Notice.state.in_(("approved", "suspended")), Notice.id != notice.id
    )
    if work.session.execute(query.limit(1)).first() is not None:
        raise WrongState(
            "line-has-notice",
            "Another notice of this line is approved; this one waits until that has ended.",
            "该线路已有生效的提示音，须待其终止后方可批准。",
        )


def _refuse_to_begin(work: Work, notice: Notice) -> None:
    refuse_unlawful(work, notice)
    refuse_second_live(work, notice)


@dataclass(frozen=True, slots=True)
class Guard:
    """`action` that a role must include, `others` from whom the person must differ, `refuse` what law and
    line say against it."""

    action: Action
    others: Callable[[Notice], tuple[str | None, ...]] = _nobody
    refuse: Callable[[Work, Notice], None] = _nothing


GUARDS: Mapping[Event, Guard] = MappingProxyType(
    {
        Event.AMEND: Guard(Action.ENROL),
        Event.SUBMIT: Guard(Action.SUBMIT, refuse=refuse_unlawful),
        Event.APPROVE: Guard(Action.APPROVE, _who_drafted, _refuse_to_begin),
        Event.REJECT: Guard(Action.REJECT),
        Event.SUSPEND: Guard(Action.SILENCE),
        Event.RESUME: Guard(Action.RESUME, _who_drafted_or_suspended, refuse_unlawful),
        Event.END: Guard(Action.SILENCE),
        Event.REVIEW: Guard(Action.REVIEW, _who_drafted),
    }
)
