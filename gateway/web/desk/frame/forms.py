"""The kit of which the desk's forms are made: fields in the design system's looks, refusals put onto them.

Forms check shape only. What is required, and what the law allows, services say; their refusals come back
here.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any, TypeVar

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from govuk_frontend_wtf import wtforms_widgets as govuk
from wtforms import (
    BooleanField,
    Field,
    FileField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    SubmitField,
    TextAreaField,
)
from wtforms.fields import SelectChoice
from wtforms.validators import ValidationError

from gateway.jurisdictions.refusal import Refusal
from gateway.services.refusals import NotAllowed, NotValid, ServiceRefused, StaleVersion, WrongState
from gateway.services.work import Work
from gateway.web.desk.frame.door import Visit
from gateway.web.desk.frame.languages import language

Result = TypeVar("Result")
Text = Any
"""A string, lazy or not."""
_DATE = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")


class Form(FlaskForm):  # type: ignore[misc]
    """A form of the desk. `form_errors` holds what belongs to no single field."""

    def refuse(self, field: str, message: str) -> None:
        """Put a message onto a field, found by its name or by the last words of a dotted path."""
        found = self._find(field)
        if found is None:
            self.form_errors.append(message)
        else:
            found.errors = [*found.errors, message]

    def _find(self, dotted: str) -> Field | None:
        words = dotted.replace("-", "_").split(".")
        names = ("_".join(words[start:]) for start in range(len(words)))
        return next((self[name] for name in names if name in self), None)

    @property
    def summary(self) -> list[dict[str, str]]:
        """Every error for the summary at the top, each leading to its field."""
        own = [{"text": message} for message in self.form_errors]
        return own + [
            {"text": message, "href": f"#{_first_id(field)}"} for field in self for message in field.errors
        ]


def _first_id(field: Field) -> str:
    """The id of what can be focused: a group of choices is reached by its first one."""
    return str(field.id)


class DayField(StringField):  # type: ignore[misc]
    """A day, typed as 2026-11-25, 2026/11/25 or 2026年11月25日; `day` is None for an empty or wrong one."""

    day: date | None = None

    def pre_validate(self, _form: Any) -> None:
        self.day = read_day(self.data or "")
        if (self.data or "").strip() and self.day is None:
            raise ValidationError(_("Enter a real date, for example 2026-11-25."))

    def process_data(self, value: date | str | None) -> None:
        self.data = value.isoformat() if isinstance(value, date) else value


def read_day(text: str) -> date | None:
    """The day that a person wrote; None where it is none."""
    found = _DATE.fullmatch(text.strip())
    try:
        return date(*(int(each) for each in found.groups())) if found else None
    except ValueError:
        return None


def text_field(label: Text, hint: Text = None, *, width: str = "", **more: Any) -> StringField:
    """One line. `width`: 2, 3, 4, 5, 10, 20 or 30 characters; empty for the whole measure."""
    classes = f"govuk-input--width-{width}" if width else ""
    params = {"classes": classes, "spellcheck": False, **more}
    return StringField(label, description=hint, widget=govuk.GovTextInput(), render_kw={"params": params})


def secret_field(label: Text, hint: Text = None, autocomplete: str = "current-password") -> StringField:
    """A line that is not shown while it is typed, and never sent back to the browser."""
    params = {"autocomplete": autocomplete, "showPasswordText": _l("Show"), "hidePasswordText": _l("Hide")}
    return StringField(label, description=hint, widget=govuk.GovPasswordInput(), render_kw={"params": params})


def prose_field(label: Text, hint: Text = None, rows: int = 5) -> TextAreaField:
    """Several lines."""
    params = {"rows": rows}
    return TextAreaField(label, description=hint, widget=govuk.GovTextArea(), render_kw={"params": params})


def day_field(label: Text, hint: Text = None) -> DayField:
    """A day, typed."""
    params = {"classes": "govuk-input--width-10", "inputmode": "numeric"}
    hint = hint or _l("For example 2026-11-25")
    return DayField(label, description=hint, widget=govuk.GovTextInput(), render_kw={"params": params})


def choices_of(choices: Iterable[tuple[str, Text]]) -> list[SelectChoice]:
    """(value, label) pairs as WTForms takes them."""
    return [SelectChoice(value, label) for value, label in choices]


def choice_field(
    label: Text, choices: Sequence[tuple[str, Text]], hint: Text = None, *, inline: bool = False
) -> RadioField:
    """One of a few, none chosen beforehand."""
    params = {"classes": "govuk-radios--inline" if inline else ""}
    return RadioField(
        label,
        choices=choices_of(choices),
        description=hint or "",
        validate_choice=False,
        widget=govuk.GovRadioInput(),
        render_kw={"params": params},
    )


def choices_field(label: Text, choices: Sequence[tuple[str, Text]], hint: Text = None) -> SelectMultipleField:
    """Any of a few."""
    return SelectMultipleField(
        label,
        choices=choices_of(choices),
        description=hint or "",
        validate_choice=False,
        widget=govuk.GovCheckboxesInput(),
        option_widget=None,
    )


def select_field(label: Text, choices: Iterable[tuple[str, Text]], hint: Text = None) -> SelectField:
    """One of many."""
    return SelectField(
        label,
        choices=choices_of(choices),
        description=hint or "",
        validate_choice=False,
        widget=govuk.GovSelect(),
    )


def tick_field(label: Text, hint: Text = None) -> BooleanField:
    """A statement that is ticked or not."""
    return BooleanField(label, description=hint or "", widget=govuk.GovCheckboxInput())


def file_field(label: Text, hint: Text = None, accept: str = "") -> FileField:
    """A file to send."""
    params = {"attributes": {"accept": accept}} if accept else {}
    return FileField(label, description=hint, widget=govuk.GovFileInput(), render_kw={"params": params})


def submit_field(label: Text, *, warning: bool = False, secondary: bool = False) -> SubmitField:
    """The button."""
    classes = "govuk-button--warning" if warning else "govuk-button--secondary" if secondary else ""
    params = {"classes": classes, "preventDoubleClick": True}
    return SubmitField(label, widget=govuk.GovSubmitInput(), render_kw={"params": params})


class ReasonForm(Form):
    """Why something is done; every change of what callers hear has a reason."""

    reason = prose_field(_l("Reason"), _l("It is kept in the record, where the court's people can read it."))


def attempt(visit: Visit, form: Form, do: Callable[[Work], Result]) -> Result | None:
    """Do it in one transaction; None where it was refused, and the form then says why at its fields."""
    try:
        return visit.change(do)
    except (NotValid, WrongState, StaleVersion) as refused:
        explain(form, refused)
        return None


def explain(form: Form, refused: ServiceRefused) -> None:
    """Put what a service says no with onto the form."""
    match refused:
        case NotValid():
            for each in refused.refusals:
                form.refuse(each.field, said(each))
        case NotAllowed():
            form.form_errors.append(getattr(refused, language()))
        case WrongState():
            form.form_errors.append(getattr(refused, language()))
            form.form_errors.extend(f"{name}: {seen} → {now}" for name, seen, now in refused.difference)
        case _:
            form.form_errors.append(_("This has changed since you opened the page. Look again, then repeat."))


def said(refusal: Refusal) -> str:
    """A refusal in the reader's language, with the article that it rests on."""
    text: str = getattr(refusal, language())
    return f"{text} ({refusal.article})" if refusal.article else text
