"""The notice page: its state as a timeline, its calls as a chart, and everything that may be done with it."""

from flask import url_for
from flask.typing import ResponseReturnValue

from gateway.services.count_calls import count_calls
from gateway.services.list_cases import read_case
from gateway.services.list_lines import read_line
from gateway.services.list_notices import read_notice
from gateway.services.notice_actions import Offer, Offered, notice_actions
from gateway.services.notice_history import notice_history
from gateway.services.notice_life import state_at
from gateway.services.permissions import Action
from gateway.services.preview_calls import preview_notice
from gateway.services.work import Work
from gateway.web.desk.frame import rendering
from gateway.web.desk.frame.door import Area, Visit
from gateway.web.desk.frame.languages import language
from gateway.web.desk.notice_forms import OFFERS, SuspendForm
from gateway.web.desk.pictures.call_chart import chart_of
from gateway.web.desk.pictures.heard_sounds import heard
from ivr.numbers import mask

AREA = Area("notices")


@AREA.page("/desk/notices/<id:notice_id>", Action.READ)
def show(here: Visit, notice_id: str) -> ResponseReturnValue:
    """Everything about one notice."""
    with here.reading() as work:
        return _page(here, work, notice_id)


def _page(here: Visit, work: Work, notice_id: str) -> ResponseReturnValue:
    file = read_notice(work, notice_id)
    notice = file.notice
    case, line = read_case(work, notice.case_id), read_line(work, notice.line_id)
    offers = notice_actions(work, notice_id)
    names = work.actor.may(Action.READ_NAMES)
    debtor = case.debtor.name_sealed
    return rendering.show(
        "notices/show.html",
        notice=notice,
        state=state_at(notice, work.now),
        case=case.case,
        debtor=work.vault.open(debtor, "person") if debtor and names else None,
        number=mask(work.vault.open(line.line.public_sealed, "number")),
        line=line.line,
        recordings=heard(here.runtime, work, file.prompts),
        chart=chart_of(count_calls(work, notice.line_id, notice.id)),
        history=list(reversed(notice_history(work, notice_id))),
        previews=preview_notice(work, notice),
        offers=offers,
        words=OFFERS,
        reasons=_reasons,
        address=lambda offer: _address(offer, notice_id, notice.case_id),
        suspend=_suspend_form(offers),
    )


def _suspend_form(offers: tuple[Offered, ...]) -> SuspendForm | None:
    allowed = {each.offer for each in offers if each.allowed}
    return SuspendForm(formdata=None) if Offer.SUSPEND in allowed else None


def _reasons(offered: Offered) -> tuple[str, ...]:
    return offered.reasons(language())


def _address(offer: Offer, notice_id: str, case_id: str) -> str:
    """The page of an action."""
    match offer:
        case Offer.APPROVE:
            return url_for("desk.approval_look", notice_id=notice_id)
        case Offer.OBJECT:
            return url_for("desk.objections_about_notice", notice_id=notice_id)
        case Offer.TEST_CALL:
            return url_for("desk.test_calls_of_notice", notice_id=notice_id)
        case Offer.CLOSE_CASE:
            return url_for("desk.cases_close", case_id=case_id)
        case _:
            return url_for("desk.notice_steps_take", notice_id=notice_id, verb=offer.value.replace("_", "-"))
