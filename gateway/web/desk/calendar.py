"""A court's working days at the desk: a year at a glance, single days, or a year as it was announced."""

import re
from collections.abc import Iterator
from datetime import date, timedelta

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from gateway.services.find_court import see_court
from gateway.services.permissions import Action
from gateway.services.read_numbers import Fields
from gateway.services.set_calendar import DayShown, read_calendar, set_calendar_day, set_calendar_year
from gateway.services.work import Work
from gateway.web.desk.frame.door import Area, Visit
from gateway.web.desk.frame.forms import Form, choice_field, day_field, prose_field, read_day, submit_field
from gateway.web.desk.frame.rendering import show
from gateway.web.desk.frame.steps import take

AREA = Area("calendar")
STATES = (
    ("worked", _l("The court works")),
    ("closed", _l("The court is closed")),
    ("published", _l("As the published calendar says")),
)
_WORKING = {"worked": True, "closed": False, "published": None}
LONGEST_SPAN = timedelta(days=31)


class DayForm(Form):
    """One day."""

    day = day_field(_l("Day"))
    state = choice_field(_l("On this day"), STATES)
    go = submit_field(_l("Save"))


class YearForm(Form):
    """A year as the State Council announced it."""

    closed = prose_field(
        _l("Closed on working days"),
        _l("One day or span a line, for example 2027-10-01 to 2027-10-07. Weekends are closed anyway."),
    )
    worked = prose_field(_l("Weekends worked in exchange"), _l("One day a line, for example 2027-10-09."))
    go = submit_field(_l("Save the whole year"))


@AREA.page("/desk/calendar", Action.READ_COURT)
def own(here: Visit) -> ResponseReturnValue:
    """That of one's own court; who has none chooses a court first."""
    if here.court is None:
        return redirect(url_for("desk.courts_listed"))
    return redirect(url_for("desk.calendar_year", court_id=here.court.id))


@AREA.page("/desk/courts/<id:court_id>/calendar", Action.READ_COURT)
def year(here: Visit, court_id: str) -> ResponseReturnValue:
    """The year that the address names, else the present one."""
    with here.reading() as work:
        court = see_court(work, court_id)
        present = here.runtime.clock.now().astimezone(here.zone).year
        wanted = request.args.get("year", present, type=int)
        days = read_calendar(work, court_id, wanted)
    months = [
        (format_date(date(wanted, month, 1), "LLLL"), list(_weeks(days, month))) for month in range(1, 13)
    ]
    unknown = sum(each.working is None for each in days)
    return show("courts/calendar.html", court=court, year=wanted, months=months, unknown=unknown)


def _weeks(days: tuple[DayShown, ...], month: int) -> Iterator[list[DayShown | None]]:
    """The month's weeks, Monday first, with None before its first day and after its last."""
    row: list[DayShown | None] = []
    for each in days:
        if each.day.month != month:
            continue
        row = row or [None] * each.day.weekday()
        row.append(each)
        if len(row) == 7:
            yield row
            row = []
    if row:
        yield row + [None] * (7 - len(row))


@AREA.form("/desk/courts/<id:court_id>/calendar/day", Action.SET_CALENDAR)
def set_day(here: Visit, court_id: str) -> ResponseReturnValue:
    """One day is entered."""
    with here.reading() as work:
        court = see_court(work, court_id)
    form = DayForm()

    def do(work: Work) -> object:
        fields = Fields()
        if form.day.day is None:
            fields.add("day", "date", "Enter the day.", "请填写日期。")
        if form.state.data not in _WORKING:
            fields.add("state", "choice", "Choose one.", "请选择一项。")
        fields.done()
        assert form.day.day is not None
        return set_calendar_day(work, court_id, form.day.day, _WORKING[str(form.state.data)])

    typed = read_day(request.form.get("day", ""))
    address = url_for("desk.calendar_year", court_id=court_id, year=typed.year if typed else None)
    return take(here, form, do, _("Saved."), address, "courts/calendar_day.html", court=court)


@AREA.form("/desk/courts/<id:court_id>/calendar/<int:number>", Action.SET_CALENDAR)
def set_year(here: Visit, court_id: str, number: int) -> ResponseReturnValue:
    """A whole year is entered."""
    with here.reading() as work:
        court = see_court(work, court_id)
    form = YearForm()

    def do(work: Work) -> object:
        fields = Fields()
        closed = _days(fields, "closed", form.closed.data or "")
        worked = _days(fields, "worked", form.worked.data or "")
        fields.done()
        return set_calendar_year(work, court_id, number, closed, worked)

    return take(
        here,
        form,
        do,
        _("The year is entered."),
        url_for("desk.calendar_year", court_id=court_id, year=number),
        "courts/calendar_year.html",
        court=court,
        year=number,
    )


def _days(fields: Fields, field: str, text: str) -> list[date]:
    """Every day of the lines of a text."""
    found: list[date] = []
    for line in filter(None, (each.strip() for each in text.splitlines())):
        span = _span(line)
        if span is None:
            fields.add(
                field,
                "date",
                "Enter one day or one span a line, for example 2027-10-01 to 2027-10-07.",
                "每行填写一个日期或一段日期，例如 2027-10-01 至 2027-10-07。",
            )
            return []
        found.extend(span)
    return found


def _span(line: str) -> list[date] | None:
    ends = [read_day(part) for part in re.split(r"\s+to\s+|\s*[至到~–]\s*", line)]
    first, last = ends[0], ends[-1]
    if first is None or last is None or len(ends) > 2 or not first <= last <= first + LONGEST_SPAN:
        return None
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]
