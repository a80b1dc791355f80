"""Alerts at the desk: what is open, who is at it, and why one was closed."""

from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from gateway.services.handle_alerts import (
    AlertFile,
    acknowledge_alert,
    dismiss_alert,
    list_alerts,
    read_alert,
)
from gateway.services.name_people import names_of
from gateway.services.permissions import Action
from gateway.web.desk.frame.asked import ROWS, Asked
from gateway.web.desk.frame.door import Area, Visit
from gateway.web.desk.frame.forms import Form, ReasonForm, attempt, submit_field
from gateway.web.desk.frame.rendering import done, show

AREA = Area("alerts")


class SeenForm(Form):
    """Nothing to fill in."""

    go = submit_field(_l("I am at it"), secondary=True)


class CloseForm(ReasonForm):
    """Why nothing more is to be done."""

    go = submit_field(_l("Close the alert"))


@AREA.page("/desk/alerts", None)
def listed(here: Visit) -> ResponseReturnValue:
    """The alerts that concern this person."""
    asked = Asked()
    every = asked.text("state") == "all"
    with here.reading() as work:
        page = asked.attempt(lambda: list_alerts(work, not every, asked.cursor, ROWS))
    return show("alerts/listed.html", asked.status, asked=asked, form=asked.form, page=page, every=every)


@AREA.form("/desk/alerts/<id:alert_id>", None)
def one(here: Visit, alert_id: str) -> ResponseReturnValue:
    """One alert, and closing it."""
    form = CloseForm()
    if form.validate_on_submit():
        here.actor.must(Action.CLOSE_ALERT)
        if attempt(here, form, lambda work: dismiss_alert(work, alert_id, form.reason.data or "")):
            return done(_("The alert is closed."), url_for("desk.alerts_listed"))
    with here.reading() as work:
        alert = read_alert(work, alert_id)
        people = names_of(work, [alert.acknowledged_by, alert.closed_by])
    return show(
        "alerts/one.html",
        422 if form.summary else 200,
        form=form,
        seen=SeenForm(),
        alert=alert,
        people=people,
        may_close=here.may(Action.CLOSE_ALERT) and alert.state != "closed",
    )


@AREA.page("/desk/alerts/<id:alert_id>/seen", Action.CLOSE_ALERT, ("POST",))
def seen(here: Visit, alert_id: str) -> ResponseReturnValue:
    """Somebody is at it."""
    alert: AlertFile = here.change(lambda work: acknowledge_alert(work, alert_id))
    return done(_("Others can see that somebody is at it."), url_for("desk.alerts_one", alert_id=alert.id))
