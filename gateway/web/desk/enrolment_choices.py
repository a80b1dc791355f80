"""What can be chosen in an enrolment: grounds and bars in the law's words, connections, recordings."""

from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from gateway.jurisdictions.provision import Provision
from gateway.models import Connection
from gateway.services.enrol_case import profile_of
from gateway.services.list_prompts import PromptFile, list_prompts
from gateway.services.list_rows import Wanted
from gateway.services.work import Work
from gateway.web.desk.frame.forms import choices_of
from gateway.web.desk.frame.languages import language

MOST_RECORDINGS = 200


def told(provision: Provision) -> str:
    """A provision in the reader's language, with its article."""
    text: str = getattr(provision, language())
    return f"{text} ({provision.article})"


def offer(work: Work, step: str, form: Any) -> None:
    """Fill in what this step's form has to choose from."""
    fill = _FILL.get(step)
    if fill is not None:
        fill(work, form)


def approved_recordings(work: Work) -> tuple[PromptFile, ...]:
    """The court's approved recordings, newest first."""
    return list_prompts(work, Wanted(limit=MOST_RECORDINGS, state="approved")).items


def name_of(file: PromptFile) -> str:
    """A recording as a person chooses it: name, language, version, length."""
    recording, prompt = file.recording, file.prompt
    seconds = _("%(number)s s", number=f"{recording.duration_ms / 1000:.1f}")
    return (
        f"{prompt.name} · {prompt.language} · {_('version %(number)s', number=recording.number)} · {seconds}"
    )


def service_methods(work: Work) -> list[tuple[str, str]]:
    methods = profile_of(work).service_methods
    return [("", _("Not served yet")), *((each.value, told(law)) for each, law in methods.items())]


def _grounds(work: Work, form: Any) -> None:
    form.decision_grounds.choices = choices_of(
        (str(number), f"{number}. {told(law)}") for number, law in profile_of(work).grounds.items()
    )


def _methods(work: Work, form: Any) -> None:
    form.decision_service_method.choices = choices_of(service_methods(work))


def bars(work: Work, form: Any) -> None:
    """The law's own words become the questions."""
    for bar, law in profile_of(work).bars.items():
        form[f"decision_art3_declarations_{bar}_applies"].label.text = told(law)


def _connections(work: Work, form: Any) -> None:
    slugs = work.session.scalars(select(Connection.slug).order_by(Connection.slug)).all()
    form.connection.choices = choices_of([("", _("Choose")), *((slug, slug) for slug in slugs)])


def _recordings(work: Work, form: Any) -> None:
    named = [(each.recording.id, name_of(each)) for each in approved_recordings(work)]
    form.prompts.choices = choices_of([("", _("Choose")), *named])
    form.prompts_second.choices = choices_of([("", _("None")), *named])


_FILL: Mapping[str, Callable[[Work, Any], None]] = {
    "decision": _grounds,
    "service": _methods,
    "declarations": bars,
    "line": _connections,
    "recordings": _recordings,
}
