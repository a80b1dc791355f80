"""Releasing a line: only when the carrier confirmed in writing that it no longer sends us its calls."""

from sqlalchemy import select

from gateway.models import Notice, PhoneLine
from gateway.services.change_numbers import next_change
from gateway.services.permissions import Action
from gateway.services.read_numbers import Fields
from gateway.services.refusals import WrongState
from gateway.services.work import Work, expect_version


def release_line(work: Work, line_id: str, reference: str, seen_version: int | None = None) -> PhoneLine:
    """Stop forwarding. `reference` names the carrier's written confirmation."""
    work.actor.must(Action.RELEASE)
    line = work.find(PhoneLine, line_id)
    expect_version(line, seen_version)
    fields = Fields()
    fields.text("reference", reference)
    fields.done()
    if line.state == "released":
        return line
    live = select(Notice.id).where(
        Notice.line_id == line.id, Notice.state.in_(("submitted", "approved", "suspended"))
    )
    if work.session.execute(live.limit(1)).first() is not None:
        raise WrongState("notice-live", "End the line's notices first.", "请先终止该线路上的提示音。")
    line.state, line.released_at, line.release_reference = "released", work.now, reference.strip()
    line.change_no = next_change(work.session)
    line.version += 1
    work.changed("released", line, {"reference": reference})
    return line
