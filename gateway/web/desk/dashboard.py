"""The dashboard: charts drawn here, each with its numbers as a table; it refreshes itself for a while.

It stops after ten minutes, and at once where somebody says so: a page that moves must be stoppable, and one
that nobody looks at must not keep a session from ending.
"""

from babel.dates import format_skeleton
from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import format_decimal, get_locale
from flask_babel import gettext as _
from markupsafe import Markup

from gateway.charts import Series, bars, columns
from gateway.services.list_notices import STATES
from gateway.services.read_dashboard import SPANS, Dashboard, read_dashboard
from gateway.web.desk.frame import rendering
from gateway.web.desk.frame.asked import Asked
from gateway.web.desk.frame.door import Area, Visit
from gateway.web.desk.words import word

AREA = Area("dashboard")
EVERY_SECONDS, TIMES = 60, 10


@AREA.page("/desk/dashboard", None)
def show(here: Visit) -> ResponseReturnValue:
    """The figures of the last days."""
    asked = Asked()
    span = asked.whole("span") or SPANS[0]
    left = asked.whole("left") if "left" in request.args else TIMES
    with here.reading() as work:
        found = read_dashboard(work, span)
        now = work.now
    return rendering.show(
        "dashboard/show.html",
        found=found,
        span=len(found.days),
        spans=SPANS,
        now=now,
        every=EVERY_SECONDS,
        left=min(left or 0, TIMES) if request.args.get("refresh") != "off" else 0,
        notices=_notices(found),
        calls=_calls(found),
        plans=_plans(found),
        plan_ms=None if found.median_plan_ms is None else format_decimal(found.median_plan_ms),
        totals={name: sum(day.counts[name] for day in found.days) for name in found.days[0].counts},
    )


def _notices(found: Dashboard) -> Markup:
    rows = [(word("notice", state), state, found.notices.get(state, 0)) for state in STATES]
    return bars("notices", _("Notices by state"), _("The numbers follow in a table."), rows)


def _calls(found: Dashboard) -> Markup:
    series = [
        Series(_("heard"), "heard", [each.counts["heard"] for each in found.days]),
        Series(_("connected"), "connected", [each.counts["connected"] for each in found.days]),
        Series(_("failed"), "failed", [each.counts["failed"] for each in found.days]),
    ]
    return columns("calls", _("Calls by day"), _summary(found), _labels(found), series)


def _summary(found: Dashboard) -> str:
    """What the chart shows, in a sentence."""
    total = {name: sum(each.counts[name] for each in found.days) for name in ("heard", "connected", "failed")}
    text: str = _(
        "In %(days)s days %(heard)s calls heard the notice, %(connected)s were connected, %(failed)s failed.",
        days=len(found.days),
        **{name: format_decimal(number) for name, number in total.items()},
    )
    return text


def _plans(found: Dashboard) -> Markup:
    values = [each.median_plan_ms or 0 for each in found.days]
    text = _("Median milliseconds from the carrier's request until the call plan stood, by day.")
    return columns("plans", _("Plan time"), text, _labels(found), [Series("ms", "plan", values)])


def _labels(found: Dashboard) -> list[str]:
    return [format_skeleton("MMMd", each.day, locale=get_locale()) for each in found.days]
