"""What callers will hear of a notice, or of one that is still being typed."""

from collections.abc import Sequence
from datetime import time

from sqlalchemy import select

from gateway.models import Notice, PhoneLine, Recording
from gateway.services.check_activation import recordings_of
from gateway.services.draft_notice import MOST_RECORDINGS, NewNotice
from gateway.services.permissions import Action
from gateway.services.work import Work
from ivr import facts
from ivr.preview import Preview, previews

_NUMBERS = ("preview:dialled", "preview:dialled", "preview:delivered")
"""A preview needs no number: whoever calls it is none of these."""


def preview_new(work: Work, new: NewNotice) -> tuple[Preview, ...]:
    """What a notice that is not yet kept would do; empty where no recording of the court is chosen."""
    work.actor.must(Action.READ)
    query = select(Recording).where(
        Recording.id.in_(new.prompts[:MOST_RECORDINGS]), Recording.court_id == work.actor.court
    )
    by_id = {each.id: each for each in work.session.scalars(query)}
    chosen = [by_id[each] for each in new.prompts if each in by_id]
    return _previews(chosen, new.hours, skip_key=new.skip_key, line=None)


def preview_notice(work: Work, notice: Notice) -> tuple[Preview, ...]:
    """What callers of this notice's line hear while it is in force."""
    hours = (notice.hours_from, notice.hours_to) if notice.hours_from and notice.hours_to else None
    line = work.session.get_one(PhoneLine, notice.line_id)
    return _previews(recordings_of(work, notice), hours, skip_key=notice.skip_key, line=line)


def _previews(
    recordings: Sequence[Recording], hours: tuple[str, str] | None, *, skip_key: bool, line: PhoneLine | None
) -> tuple[Preview, ...]:
    if not recordings:
        return ()
    notice = facts.Notice(
        "preview", tuple(facts.Recording(each.sha256, each.duration_ms) for each in recordings), skip_key
    )
    through = facts.CallerIdPolicy.pass_through
    seconds = (line.ring_seconds, line.time_limit_seconds) if line is not None else ()
    return previews(facts.Line("preview", *_NUMBERS, through, *seconds), notice, _window(hours))


def _window(hours: tuple[str, str] | None) -> tuple[time, time] | None:
    """The hours as times; None where they are not typed right yet."""
    try:
        return (time.fromisoformat(hours[0]), time.fromisoformat(hours[1])) if hours else None
    except ValueError:
        return None
