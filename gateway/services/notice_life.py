"""The life of a notice as a table: which state each event starts from and leads to."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from gateway.models import Notice
from gateway.services.refusals import WrongState


class Event(StrEnum):
    """What happens to a notice."""

    AMEND = "amend"
    SUBMIT = "submit"
    APPROVE = "approve"
    REJECT = "reject"
    SUSPEND = "suspend"
    RESUME = "resume"
    END = "end"
    REVIEW = "review"


LIFE = {
    Event.AMEND: ({"draft", "submitted", "rejected"}, "draft"),
    Event.SUBMIT: ({"draft", "rejected"}, "submitted"),
    Event.APPROVE: ({"submitted"}, "approved"),
    Event.REJECT: ({"submitted"}, "rejected"),
    Event.SUSPEND: ({"approved", "suspended"}, "suspended"),
    Event.RESUME: ({"suspended"}, "approved"),
    Event.END: ({"draft", "submitted", "rejected", "approved", "suspended", "ended"}, "ended"),
    Event.REVIEW: ({"approved", "suspended"}, None),
}
"""Event -> (states from which it may happen, state after it; None where the state stays)."""

_DONE = {
    "draft": ("still a draft", "仍为草稿"),
    "submitted": ("waiting for approval", "待审批"),
    "rejected": ("rejected", "已退回"),
    "approved": ("approved", "已批准"),
    "suspended": ("suspended", "已暂停"),
    "ended": ("ended", "已终止"),
}


def step(notice: Notice, event: Event) -> bool:
    """Take the step; False where the notice is already where it leads. Raises WrongState."""
    refuse_out_of_turn(notice, event)
    after = LIFE[event][1]
    if after is not None and notice.state == after:
        return False
    notice.state = after or notice.state
    notice.version += 1
    return True


def refuse_out_of_turn(notice: Notice, event: Event) -> None:
    """Raise WrongState where this cannot happen to a notice in its present state."""
    if notice.state in LIFE[event][0]:
        return
    en, zh = _DONE[notice.state]
    raise WrongState(
        "wrong-state", f"The notice is {en}; this cannot be done now.", f"该提示音{zh}，现在不能办理此事项。"
    )


@dataclass(frozen=True, slots=True)
class Times:
    """The times of a notice on which its shown state depends."""

    state: str
    starts_at: datetime | None
    ends_at: datetime


def state_at(times: Times | Notice, now: datetime) -> str:
    """The state that a person is shown: what was decided, with what time has made of it since."""
    if times.state in {"approved", "suspended"} and times.ends_at <= now:
        return "ended"
    if times.state == "approved" and times.starts_at is not None and times.starts_at <= now:
        return "in_force"
    return times.state
