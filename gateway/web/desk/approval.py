"""Approving at the desk: hear that very recording, see what is signed, declare, confirm, sign."""

from flask import request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from gateway.models import Notice
from gateway.services.enrolment_steps import placed
from gateway.services.list_notices import read_notice
from gateway.services.notice_actions import Offer, notice_actions
from gateway.services.permissions import Action
from gateway.services.preview_calls import preview_notice
from gateway.services.read_draft import Form as Answers
from gateway.services.read_draft import declarations_of
from gateway.services.read_numbers import Fields
from gateway.services.refusals import NotAllowed, NotValid, WrongState
from gateway.services.see_notice import Sight, read_sight, seal_sight
from gateway.services.sign_notice import Declared, asks_for_bars, purpose_of, sign_notice
from gateway.services.work import Work
from gateway.web.desk.enrolment_choices import bars
from gateway.web.desk.enrolment_forms import DECLARED, YES_NO, typed_of
from gateway.web.desk.frame.confirming import ConfirmedForm, confirmed
from gateway.web.desk.frame.door import Area, Visit
from gateway.web.desk.frame.forms import choice_field, prose_field, said, submit_field, text_field, tick_field
from gateway.web.desk.frame.languages import language
from gateway.web.desk.frame.rendering import done, show
from gateway.web.desk.notice_forms import OFFERS
from gateway.web.desk.pictures.heard_sounds import heard
from gateway.web.desk.words.sights import rows_of, told_changes

AREA = Area("approval")
Difference = tuple[tuple[str, str, str], ...]


class SignForm(ConfirmedForm):
    """What the judge declares, why he approves, and that he heard it."""

    seen = text_field("")
    heard = tick_field(_l("I have listened to every recording to its end"))
    conflict_of_interest = choice_field(
        _l("Have you an interest in this case, or are you close to somebody who has?"), YES_NO, inline=True
    )
    reason = prose_field(_l("Reason for the approval"), rows=3)
    go = submit_field(_l("Approve"))


class SignWithBarsForm(SignForm):
    """The same where the listing rests on ground 1: the bars of Art. 3 are declared on once more."""


for _name, _field in DECLARED.items():
    setattr(SignWithBarsForm, _name, _field)


@AREA.form("/desk/notices/<id:notice_id>/approve", Action.APPROVE)
def look(here: Visit, notice_id: str) -> ResponseReturnValue:
    """What is signed, and the signature."""
    with here.reading() as work:
        notice, sight = read_sight(work, notice_id)
        form = (SignWithBarsForm if asks_for_bars(work, notice) else SignForm)()
        sealed = seal_sight(work, notice_id, sight)
    changed: Difference = ()
    if request.method == "POST":
        try:
            signed = _sign(here, notice_id, form)
        except WrongState as refused:
            signed, changed = None, refused.difference
            form.form_errors.append(getattr(refused, language()))
        if signed is not None:
            return done(str(OFFERS[Offer.APPROVE].done), url_for("desk.notices_show", notice_id=notice_id))
    with here.reading() as work:
        return _page(here, work, notice_id, form, sealed, sight, changed)


def _sign(here: Visit, notice_id: str, form: SignForm) -> Notice | None:
    """Sign; None where something is missing, and the form says what. Raises WrongState."""
    if not form.heard.data:
        form.refuse("heard", _("Listen to every recording first."))
        return None
    purpose = purpose_of(notice_id)
    proves = any(request.form.get(name) for name in ("code", "by_key", "key_answer"))
    known = here.signed_in.session.confirmed_for == purpose and not proves
    if not known and not confirmed(here, form, purpose):
        return None
    declared = _declared(form)
    sealed, reason = form.seen.data or "", form.reason.data or ""
    session_id = here.signed_in.session.id
    try:
        return here.change(lambda work: sign_notice(work, notice_id, reason, sealed, declared, session_id))
    except NotValid as refused:
        _explain(form, refused)
    except NotAllowed as refused:
        if refused.rule != "confirm":
            raise
        form.refuse("code", getattr(refused, language()))
    return None


def _declared(form: SignForm) -> Declared:
    """The judge's own answers; nothing is taken over from the clerk's."""
    typed = {"declarations": typed_of("declarations", request.form)}
    conflict = {"yes": True, "no": False}.get(form.conflict_of_interest.data or "")
    return Declared(conflict, declarations_of(Answers(Fields(), typed)))


def _explain(form: SignForm, refused: NotValid) -> None:
    """Put each refusal where it is mended: a bar of Art. 3 at its answer or its evidence."""
    for each in refused.refusals:
        form.refuse(placed(each).field or each.field, said(each))


def _page(
    here: Visit,
    work: Work,
    notice_id: str,
    form: SignForm,
    sealed: str,
    sight: Sight,
    changed: Difference,
) -> ResponseReturnValue:
    file = read_notice(work, notice_id)
    if isinstance(form, SignWithBarsForm):
        bars(work, form)
    offers = {each.offer: each for each in notice_actions(work, notice_id)}
    return show(
        "notices/approve.html",
        form=form,
        notice_id=notice_id,
        sealed=sealed,
        rows=rows_of(work, sight),
        changes=told_changes(work, changed),
        recordings=heard(here.runtime, work, file.prompts),
        previews=preview_notice(work, file.notice),
        refused=offers[Offer.APPROVE].reasons(language()),
    )
