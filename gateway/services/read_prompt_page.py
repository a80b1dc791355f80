"""A recording as the desk shows it: its template's versions, who did what, and which notices it plays in."""

from dataclasses import dataclass

from sqlalchemy import func, or_, select

from gateway.models import Notice, Recording, User
from gateway.services.list_prompts import PromptFile, read_prompt
from gateway.services.permissions import Action
from gateway.services.prompt_report import Report, report_of
from gateway.services.work import Work

VERSIONS_SHOWN = 50


@dataclass(frozen=True, slots=True)
class PromptPage:
    """`versions` are the template's recordings, newest first; `people` are user names by id."""

    file: PromptFile
    report: Report | None
    versions: tuple[Recording, ...]
    people: dict[str, str]
    live_notices: int
    """How many notices that are approved or suspended play it."""


def read_prompt_page(work: Work, recording_id: str) -> PromptPage:
    """One recording of the court with all that belongs to it; raises NotFound."""
    work.actor.must(Action.READ)
    file = read_prompt(work, recording_id)
    versions = tuple(
        work.session.scalars(
            select(Recording)
            .where(Recording.prompt_id == file.prompt.id, Recording.court_id == work.actor.court)
            .order_by(Recording.number.desc())
            .limit(VERSIONS_SHOWN)
        )
    )
    ids = {
        each
        for row in (*versions, file.recording)
        for each in (row.uploaded_by, row.submitted_by, row.approved_by)
    }
    people = work.session.execute(select(User.id, User.username).where(User.id.in_(ids - {None})))
    return PromptPage(
        file,
        report_of(file.recording),
        versions,
        {row[0]: row[1] for row in people},
        _live_notices(work, file.recording),
    )


def _live_notices(work: Work, recording: Recording) -> int:
    query = select(func.count()).where(
        Notice.court_id == work.actor.court,
        Notice.state.in_(("approved", "suspended")),
        or_(Notice.recording_id == recording.id, Notice.second_recording_id == recording.id),
    )
    return work.session.scalars(query).one()
