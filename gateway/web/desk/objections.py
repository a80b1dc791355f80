"""Objections at the desk: recorded about a notice or a line, with their clocks, upheld or rejected."""

from collections.abc import Callable

from flask import request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from gateway.models import Objection
from gateway.services.decide_objection import reject_objection, uphold_objection
from gateway.services.list_lines import read_line
from gateway.services.list_notices import read_notice
from gateway.services.list_objections import read_objection
from gateway.services.objection_clocks import objection_clocks
from gateway.services.permissions import Action
from gateway.services.record_objection import KINDS, NewObjection, record_objection
from gateway.services.work import Work
from gateway.web.desk.enrolment_choices import told
from gateway.web.desk.frame.door import Area, Visit
from gateway.web.desk.frame.forms import Form, ReasonForm, attempt, choice_field, prose_field, submit_field
from gateway.web.desk.frame.rendering import done
from gateway.web.desk.frame.rendering import show as show_page
from gateway.web.desk.words.notices import NOTICE_WORDS
from ivr.numbers import mask

AREA = Area("objections")


class RecordForm(Form):
    """What is said against the notice."""

    kind = choice_field(
        _l("What is asked for"), [(kind, NOTICE_WORDS["objection_kind"][kind]) for kind in KINDS]
    )
    reason = prose_field(_l("What was said"), _l("As the person said it; it is kept in the record."))
    go = submit_field(_l("Record the objection"))


class DecideForm(ReasonForm):
    """Why it is decided so."""

    go = submit_field(_l("Confirm"))


@AREA.form("/desk/notices/<id:notice_id>/object", Action.OBJECT)
def about_notice(here: Visit, notice_id: str) -> ResponseReturnValue:
    """Record an objection about a notice."""
    with here.reading() as work:
        read_notice(work, notice_id)
    way_back = url_for("desk.notices_show", notice_id=notice_id)
    return _record(here, way_back, lambda kind, said: NewObjection(kind, said, notice=notice_id))


@AREA.form("/desk/lines/<id:line_id>/object", Action.OBJECT)
def about_line(here: Visit, line_id: str) -> ResponseReturnValue:
    """Record an objection about a line, where the notice is not known."""
    with here.reading() as work:
        read_line(work, line_id)
    way_back = url_for("desk.lines_show", line_id=line_id)
    return _record(here, way_back, lambda kind, said: NewObjection(kind, said, line=line_id))


def _record(here: Visit, way_back: str, new: Callable[[str, str], NewObjection]) -> ResponseReturnValue:
    form = RecordForm()

    def do(work: Work) -> Objection:
        return record_objection(work, new(form.kind.data or "", form.reason.data or ""))

    recorded = attempt(here, form, do) if request.method == "POST" else None
    if recorded is not None:
        said = _("The objection is recorded.")
        if recorded.suspended:
            said = _("The objection is recorded, and the notice is silent until it is decided and resumed.")
        return done(said, url_for("desk.objections_show", objection_id=recorded.id))
    return show_page("objections/record.html", form=form, way_back=way_back)


@AREA.page("/desk/objections/<id:objection_id>", Action.READ)
def show(here: Visit, objection_id: str) -> ResponseReturnValue:
    """One objection with its clocks, and the forms that decide it for those who may."""
    with here.reading() as work:
        file = read_objection(work, objection_id)
        line = read_line(work, file.objection.line_id).line
        return show_page(
            "objections/show.html",
            objection=file.objection,
            reason=file.reason if work.actor.may(Action.READ_NAMES) else None,
            clocks=objection_clocks(work, objection_id),
            told=told,
            line=line,
            number=mask(work.vault.open(line.public_sealed, "number")),
            may=work.actor.may,
            actions=Action,
        )


@AREA.form("/desk/objections/<id:objection_id>/uphold", Action.SILENCE)
def uphold(here: Visit, objection_id: str) -> ResponseReturnValue:
    """Uphold: the notice ends at once."""
    follows = _("The notice ends at once: the next call is silent.")
    return _decide(here, objection_id, uphold_objection, _("Uphold the objection"), follows)


@AREA.form("/desk/objections/<id:objection_id>/reject", Action.DECIDE_OBJECTION)
def reject(here: Visit, objection_id: str) -> ResponseReturnValue:
    """Reject: nothing speaks again by this alone."""
    follows = _("A judge resumes the notice in a step of its own.")
    return _decide(here, objection_id, reject_objection, _("Reject the objection"), follows)


def _decide(
    here: Visit, objection_id: str, decide: Callable[[Work, str, str], Objection], title: str, follows: str
) -> ResponseReturnValue:
    form = DecideForm()
    decided = (
        attempt(here, form, lambda work: decide(work, objection_id, form.reason.data or ""))
        if request.method == "POST"
        else None
    )
    if decided is not None:
        return done(
            _("The objection is decided."), url_for("desk.objections_show", objection_id=objection_id)
        )
    with here.reading() as work:
        objection = read_objection(work, objection_id).objection
    return show_page("objections/decide.html", form=form, objection=objection, title=title, follows=follows)
