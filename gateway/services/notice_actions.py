"""What a person may do with a notice, and why not the rest: asked of the guards that the steps ask."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from gateway.models import EnforcementCase, Notice
from gateway.services.check_activation import recordings_of
from gateway.services.list_notices import read_notice
from gateway.services.notice_guards import GUARDS
from gateway.services.notice_life import LIFE, Event, refuse_out_of_turn
from gateway.services.permissions import Action
from gateway.services.place_test_call import refuse_unapproved
from gateway.services.refusals import NotAllowed, NotValid, ServiceRefused, WrongState
from gateway.services.work import Work


class Offer(StrEnum):
    """Everything that a notice's page offers, in the order in which it is shown."""

    AMEND = "amend"
    SUBMIT = "submit"
    APPROVE = "approve"
    REJECT = "reject"
    SUSPEND = "suspend"
    RESUME = "resume"
    REVIEW = "review"
    END = "end"
    OBJECT = "object"
    CLOSE_CASE = "close_case"
    TEST_CALL = "test_call"


@dataclass(frozen=True, slots=True)
class Offered:
    """One action. `refused` says what the action itself would say now; None where it may be done."""

    offer: Offer
    refused: ServiceRefused | None

    @property
    def allowed(self) -> bool:
        return self.refused is None

    def reasons(self, language: str) -> tuple[str, ...]:
        """Why not, in "zh" or "en", one sentence each."""
        match self.refused:
            case NotValid(refusals=refusals):
                return tuple(each.zh if language == "zh" else each.en for each in refusals)
            case NotAllowed() | WrongState() as said:
                return (said.zh if language == "zh" else said.en,)
            case _:
                return ()


def notice_actions(work: Work, notice_id: str) -> tuple[Offered, ...]:
    """Every action with the reason against it, if there is one; reads only. Raises NotAllowed, NotFound."""
    work.actor.must(Action.READ)
    notice = read_notice(work, notice_id).notice
    return tuple(Offered(offer, _refused(work, notice, ask)) for offer, ask in _ASKED.items())


def _refused(work: Work, notice: Notice, ask: Callable[[Work, Notice], None]) -> ServiceRefused | None:
    try:
        ask(work, notice)
    except ServiceRefused as refused:
        return refused
    return None


def _step(event: Event) -> Callable[[Work, Notice], None]:
    """Role, state, person and law, in the order in which the step asks for them."""

    def ask(work: Work, notice: Notice) -> None:
        guard = GUARDS[event]
        work.actor.must(guard.action)
        refuse_out_of_turn(notice, event)
        if event is not Event.AMEND and notice.state == LIFE[event][1]:
            raise WrongState("done", "This has been done already.", "此事项已办理。")
        work.actor.must_differ_from(*guard.others(notice))
        guard.refuse(work, notice)

    return ask


def _object(work: Work, notice: Notice) -> None:
    work.actor.must(Action.OBJECT)
    if notice.state == "ended":
        raise WrongState("ended", "The notice has ended.", "该提示音已终止。")


def _close_case(work: Work, notice: Notice) -> None:
    work.actor.must(Action.SILENCE)
    if work.session.get_one(EnforcementCase, notice.case_id).state == "closed":
        raise WrongState("closed", "The case is closed.", "案件已结。")


def _test_call(work: Work, notice: Notice) -> None:
    work.actor.must(Action.TEST_CALL)
    refuse_unapproved(recordings_of(work, notice))


_ASKED: dict[Offer, Callable[[Work, Notice], None]] = {
    **{Offer(event.value): _step(event) for event in (Event.AMEND, Event.SUBMIT, Event.APPROVE)},
    **{Offer(event.value): _step(event) for event in (Event.REJECT, Event.SUSPEND, Event.RESUME)},
    **{Offer(event.value): _step(event) for event in (Event.REVIEW, Event.END)},
    Offer.OBJECT: _object,
    Offer.CLOSE_CASE: _close_case,
    Offer.TEST_CALL: _test_call,
}
