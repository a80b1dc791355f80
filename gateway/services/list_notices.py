"""Reading notices: each with its recordings' hashes, found also by the state that time has made of it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, or_, select

from gateway.models import Notice, Recording
from gateway.services.list_rows import Page, Wanted, found, one_of_states, only, page_of, published, texts_of
from gateway.services.permissions import Action
from gateway.services.work import Work


@dataclass(frozen=True, slots=True)
class NoticeFile:
    """A notice as it is read; `recordings` are SHA-256 in the order in which they play."""

    notice: Notice
    prompts: tuple[str, ...]
    recordings: tuple[str, ...]
    reason: str | None


def _stored(state: str) -> Callable[[datetime], ColumnElement[bool]]:
    return lambda _now: Notice.state == state


STATES: dict[str, Callable[[datetime], ColumnElement[bool]]] = {
    "draft": _stored("draft"),
    "submitted": _stored("submitted"),
    "rejected": _stored("rejected"),
    "approved": lambda now: and_(
        Notice.state == "approved",
        Notice.ends_at > now,
        or_(Notice.starts_at.is_(None), Notice.starts_at > now),
    ),
    "in_force": lambda now: and_(Notice.state == "approved", Notice.ends_at > now, Notice.starts_at <= now),
    "suspended": lambda now: and_(Notice.state == "suspended", Notice.ends_at > now),
    "ended": lambda now: or_(
        Notice.state == "ended",
        and_(Notice.state.in_(("approved", "suspended")), Notice.ends_at <= now),
    ),
}
"""Each shown state as SQL: the same as notice_life.state_at, which a test holds against it."""


def list_notices(work: Work, wanted: Wanted) -> Page[NoticeFile]:
    """A page of the court's notices."""
    work.actor.must(Action.READ)
    one_of_states(wanted.state, STATES)
    query = only(
        _query(work),
        (
            STATES[wanted.state](work.now) if wanted.state else None,
            Notice.case_id == wanted.case if wanted.case is not None else None,
            Notice.line_id == wanted.line if wanted.line is not None else None,
        ),
    )
    page = page_of(work, query, Notice.id, wanted)
    return Page(_files(work, page.items), page.next)


def read_notice(work: Work, notice_id: str) -> NoticeFile:
    """One notice of the court; raises NotFound."""
    work.actor.must(Action.READ)
    row = work.session.scalars(_query(work).where(Notice.id == notice_id)).one_or_none()
    return notice_file(work, found(row))


def notice_file(work: Work, notice: Notice) -> NoticeFile:
    """What belongs to a notice that is at hand."""
    return _files(work, (notice,))[0]


def _query(work: Work) -> Select[Notice]:
    return select(Notice).where(Notice.court_id == work.actor.court, published(Notice))


def _files(work: Work, notices: tuple[Notice, ...]) -> tuple[NoticeFile, ...]:
    plays = {
        each.id: tuple(one for one in (each.recording_id, each.second_recording_id) if one)
        for each in notices
    }
    ids = {one for each in plays.values() for one in each}
    rows = work.session.execute(select(Recording.id, Recording.sha256).where(Recording.id.in_(ids)))
    hashes = {row.id: row.sha256 for row in rows}
    texts = texts_of(work, [each.remark_id for each in notices])
    return tuple(
        NoticeFile(
            each,
            plays[each.id],
            tuple(hashes[one] for one in plays[each.id]),
            texts.get(each.remark_id or ""),
        )
        for each in notices
    )
