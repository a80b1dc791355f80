"""Enrolling at the desk, one thing a page: nothing typed is lost, and a draft waits as long as it must."""

from collections.abc import Iterable
from dataclasses import dataclass

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from gateway.services.enrolment_steps import (
    BY_NAME,
    CHECK,
    STEPS,
    Missed,
    Typed,
    asked,
    placed,
    step_after,
    value,
)
from gateway.services.find_duplicate import Duplicate, find_case, find_line
from gateway.services.keep_draft import (
    DraftFile,
    discard_draft,
    keep_step,
    list_drafts,
    open_draft,
    read_draft_file,
)
from gateway.services.list_rows import Wanted
from gateway.services.permissions import Action
from gateway.services.preview_calls import preview_new
from gateway.services.read_draft import read_draft
from gateway.services.read_numbers import Fields
from gateway.services.refusals import NotFound, NotValid, StaleVersion, WrongState
from gateway.services.submit_draft import WAITS, Submitted, check_draft, submit_draft
from gateway.services.work import Work
from gateway.web.desk.enrolment_choices import approved_recordings, offer
from gateway.web.desk.enrolment_forms import TITLES, StepForm, filled, typed_of
from gateway.web.desk.frame.door import Area, Visit
from gateway.web.desk.frame.forms import Form, explain, said, submit_field, text_field
from gateway.web.desk.frame.rendering import done, show
from gateway.web.desk.pictures.heard_sounds import Heard

AREA = Area("enrolment")


class LookForm(Form):
    """What is looked for before anything is typed."""

    case_number = text_field(_l("Case number"), width="20")
    public_number = text_field(
        _l("Number that callers dial"), _l("It is not kept by this search"), width="20", inputmode="tel"
    )
    go = submit_field(_l("Begin"))


@dataclass(frozen=True, slots=True)
class Held:
    """What the court has already of what was looked for."""

    case: Duplicate | None = None
    line: Duplicate | None = None


@AREA.page("/desk/enrolments", Action.ENROL)
def drafts(here: Visit) -> ResponseReturnValue:
    """The drafts of the court, and the way to a new one."""
    with here.reading() as work:
        page = list_drafts(work, Wanted(after=request.args.get("cursor")))
    return show("enrolment/drafts.html", page=page, titles=TITLES, value=value)


@AREA.form("/desk/enrolments/new", Action.ENROL)
def begin(here: Visit) -> ResponseReturnValue:
    """Look first whether the court has the case or the line already; then begin."""
    form, held = LookForm(), Held()
    if request.method == "POST":
        held = _look(here, form)
        use_case, use_line = request.form.get("use_case"), request.form.get("use_line")
        unseen = (held.case is not None and not use_case) or (held.line is not None and not use_line)
        if not form.summary and not unseen:
            begun = _begun(form, use_case, use_line)
            draft = here.change(lambda work: open_draft(work, begun)).draft
            return redirect(url_for("desk.enrolment_step", draft_id=draft.id, name=STEPS[0].name), 303)
    return show("enrolment/begin.html", form=form, held=held)


def _look(here: Visit, form: LookForm) -> Held:
    case_number, number = (form.case_number.data or "").strip(), (form.public_number.data or "").strip()
    with here.reading() as work:
        case = find_case(work, case_number) if case_number else None
        try:
            return Held(case, find_line(work, number) if number else None)
        except NotValid as refused:
            explain(form, refused)
            return Held(case)


def _begun(form: LookForm, use_case: str | None, use_line: str | None) -> Typed:
    case = {"use_case": (use_case,)} if use_case else {"case_number": (form.case_number.data or "",)}
    line = {"use_line": (use_line,)} if use_line else {"public_number": (form.public_number.data or "",)}
    return {"case": case, "line": line}


@AREA.form("/desk/enrolments/<id:draft_id>/<name>", Action.ENROL)
def step(here: Visit, draft_id: str, name: str) -> ResponseReturnValue:
    """One step: kept as it was typed, right or wrong; what is wrong is said at once."""
    if name == CHECK:
        return _check(here, draft_id)
    if name not in BY_NAME:
        raise NotFound
    if request.method == "GET":
        with here.reading() as work:
            file = read_draft_file(work, draft_id)
            return _show_step(work, file, name, filled(name, file.typed.get(name, {})))
    typed = typed_of(name, request.form)
    kept = here.change(lambda work: keep_step(work, draft_id, name, typed))
    if "later" in request.form:
        return done(
            _("The enrolment is kept. Go on with it whenever you like."), url_for("desk.enrolment_drafts")
        )
    form, missed = filled(name, typed), _missed(here, draft_id, name)
    if not missed:
        return redirect(url_for("desk.enrolment_step", draft_id=draft_id, name=_next(kept.typed, name)), 303)
    _tell(form, missed)
    with here.reading() as work:
        return _show_step(work, kept, name, form, _held(work, kept.typed, missed))


def _next(typed: Typed, name: str) -> str:
    """Back to the answers where the person came from there, else one step on."""
    return CHECK if request.args.get("back") == CHECK else step_after(typed, name)


def _missed(here: Visit, draft_id: str, name: str) -> list[Missed]:
    """What is wrong with this step, as far as it can be mended here and now."""
    every = here.change(lambda work: check_draft(work, draft_id))
    return [each for each in every if each.step == name and each.refusal.rule not in WAITS]


def _tell(form: StepForm, missed: Iterable[Missed]) -> None:
    for each in missed:
        form.refuse(each.field or "", said(each.refusal))


def _held(work: Work, typed: Typed, missed: Iterable[Missed]) -> Held:
    """The court's own case or line, where that is what stands in the way."""
    rules = {each.refusal.rule for each in missed}
    case = line = None
    if "duplicate-case" in rules:
        case = find_case(work, value(typed, "case", "case_number"))
    if "cannot-be-enrolled" in rules:
        try:
            line = find_line(work, value(typed, "line", "public_number"))
        except NotValid:
            line = None
    return Held(case, line)


def _show_step(
    work: Work, file: DraftFile, name: str, form: StepForm, held: Held | None = None
) -> ResponseReturnValue:
    offer(work, name, form)
    steps = asked(file.typed)
    return show(
        f"enrolment/{name}.html" if name in _OWN_TEMPLATE else "enrolment/step.html",
        form=form,
        file=file,
        name=name,
        title=TITLES[name],
        number=[each.name for each in steps].index(name) + 1 if BY_NAME[name] in steps else 0,
        count=len(steps),
        held=held or Held(),
        used=value(file.typed, name, f"use_{name}"),
        recordings=[Heard(each, None) for each in approved_recordings(work)] if name == "recordings" else [],
    )


_OWN_TEMPLATE = {"recordings"}


def _check(here: Visit, draft_id: str) -> ResponseReturnValue:
    """Everything once more, what callers will hear, and the button that submits it."""
    form, missed = SubmitForm(), here.change(lambda work: check_draft(work, draft_id))
    if request.method == "POST":
        submitted, missed = _submit(here, draft_id, form)
        if submitted is not None:
            return done(_submitted(submitted), url_for("desk.notices_show", notice_id=submitted.notice.id))
    with here.reading() as work:
        file = read_draft_file(work, draft_id)
        form.version.data = str(file.draft.version)
        new = read_draft(Fields(), file.typed).notice
        return show(
            "enrolment/check.html",
            form=form,
            file=file,
            steps=[_answers(work, each.name, file.typed) for each in asked(file.typed)],
            missed=missed,
            titles=TITLES,
            said=said,
            previews=preview_new(work, new),
        )


class SubmitForm(Form):
    """The version of the answers that were checked, and the button."""

    version = text_field("")
    go = submit_field(_l("Submit the enrolment"))


def _submit(here: Visit, draft_id: str, form: SubmitForm) -> tuple[Submitted | None, tuple[Missed, ...]]:
    text = form.version.data or ""
    version = int(text) if text.isascii() and text.isdigit() else 0
    try:
        return here.change(lambda work: submit_draft(work, draft_id, version)), ()
    except NotValid as refused:
        return None, tuple(placed(each) for each in refused.refusals)
    except (WrongState, StaleVersion) as refused:
        explain(form, refused)
        return None, ()


def _submitted(submitted: Submitted) -> str:
    if not submitted.waits:
        return str(_("The notice waits for a judge's approval."))
    told = _("Everything is enrolled. The notice is a draft until this is settled:")
    return " ".join([told, *(said(each) for each in submitted.waits)])


@dataclass(frozen=True, slots=True)
class Answers:
    """One step on the last page: the questions, and the answers in words."""

    name: str
    rows: list[tuple[str, str]]


def _answers(work: Work, name: str, typed: Typed) -> Answers:
    form = filled(name, typed.get(name, {}))
    offer(work, name, form)
    used = value(typed, name, f"use_{name}")
    rows = [(_("Enrolled already"), used)] if used else []
    rows += [
        (str(field.label.text), _answer(field))
        for field in form
        if field.name not in {"go", "later", "csrf_token"} and field.data
    ]
    return Answers(name, rows)


def _answer(field) -> str:  # type: ignore[no-untyped-def]
    """What was chosen, in words; else what was typed."""
    chosen = field.data if isinstance(field.data, list) else [field.data]
    words = {str(each.value): str(each.label) for each in getattr(field, "choices", None) or ()}
    return "; ".join(words.get(str(each), str(each)) for each in chosen)


@AREA.page("/desk/enrolments/<id:draft_id>/discard", Action.ENROL, ("POST",))
def discard(here: Visit, draft_id: str) -> ResponseReturnValue:
    """Give it up; what was typed is gone."""
    here.change(lambda work: discard_draft(work, draft_id))
    return done(
        _("The draft was given up, and what was typed in it is gone."), url_for("desk.enrolment_drafts")
    )
