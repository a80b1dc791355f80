"""The way in, and the page on which a day's work begins."""

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from gateway.web.desk.door import Area, Visit, visit
from gateway.web.desk.rendering import show

AREA = Area("home")


@AREA.open_page("/")
def root() -> ResponseReturnValue:
    """The desk for who is signed in, signing in for everybody else."""
    return redirect(url_for("desk.home_work_list" if visit() else "desk.sign_in_password"))


@AREA.page("/desk", None)
def work_list(here: Visit) -> ResponseReturnValue:
    """What waits for this person."""
    return show("home/work_list.html", name=here.name)
