"""Lines whose fallback has to be set and checked, and what exactly is pasted at the carrier for each."""

from flask import request
from flask.typing import ResponseReturnValue

from gateway.models import PhoneLine
from gateway.services.carrier_settings import line_settings
from gateway.services.list_connections import list_unchecked, needs_check
from gateway.services.list_lines import read_line
from gateway.services.list_rows import Wanted
from gateway.services.permissions import Action
from gateway.services.work import Work
from gateway.web.desk.frame.door import Area, Visit
from gateway.web.desk.frame.rendering import show
from ivr.numbers import mask

AREA = Area("fallbacks")


@AREA.page("/desk/fallbacks", Action.ENROL)
def listed(here: Visit) -> ResponseReturnValue:
    """Lines whose check is missing, or older than a change."""
    with here.reading() as work:
        page = list_unchecked(work, Wanted(after=request.args.get("cursor")))
        numbers = {each.line.id: _masked(work, each.line) for each in page.items}
    return show("fallbacks/listed.html", page=page, numbers=numbers)


@AREA.page("/desk/fallbacks/<id:line_id>", Action.ENROL)
def paste(here: Visit, line_id: str) -> ResponseReturnValue:
    """What to paste for this line, and the way to the check."""
    with here.reading() as work:
        file, settings = read_line(work, line_id), line_settings(work, line_id)
        number = _masked(work, file.line)
    return show("fallbacks/paste.html", file=file, settings=settings, number=number, is_due=needs_check(file))


def _masked(work: Work, line: PhoneLine) -> str:
    return mask(work.vault.open(line.public_sealed, "number"))
