"""Reading prompts: each recording, with the name and language of the template that it is a version of."""

from dataclasses import dataclass

from sqlalchemy import Select, select

from gateway.models import Notice, Prompt, Recording
from gateway.services.list_rows import (
    Page,
    Wanted,
    found,
    of_notices,
    one_of_states,
    only,
    page_of,
    texts_of,
)
from gateway.services.permissions import Action
from gateway.services.work import Work

STATES = ("draft", "submitted", "approved", "rejected", "withdrawn")


@dataclass(frozen=True, slots=True)
class PromptFile:
    """A recording as it is read; `reason` is that of the last step, where one was given."""

    recording: Recording
    prompt: Prompt
    reason: str | None


def list_prompts(work: Work, wanted: Wanted) -> Page[PromptFile]:
    """A page of the court's recordings; of a case or line: those that its notices play."""
    work.actor.must(Action.READ)
    one_of_states(wanted.state, STATES)
    played = of_notices(work, wanted, Notice.recording_id, Notice.second_recording_id)
    query = only(
        _query(work),
        (
            Recording.state == wanted.state if wanted.state else None,
            Recording.id.in_(played) if played is not None else None,
        ),
    )
    page = page_of(work, query, Recording.id, wanted)
    return Page(_files(work, page.items), page.next)


def read_prompt(work: Work, recording_id: str) -> PromptFile:
    """One recording of the court; raises NotFound."""
    work.actor.must(Action.READ)
    row = work.session.scalars(_query(work).where(Recording.id == recording_id)).one_or_none()
    return prompt_file(work, found(row))


def prompt_file(work: Work, recording: Recording) -> PromptFile:
    """What belongs to a recording that is at hand."""
    return _files(work, (recording,))[0]


def _query(work: Work) -> Select[Recording]:
    return select(Recording).where(Recording.court_id == work.actor.court)


def _files(work: Work, recordings: tuple[Recording, ...]) -> tuple[PromptFile, ...]:
    ids = {each.prompt_id for each in recordings}
    prompts = {each.id: each for each in work.session.scalars(select(Prompt).where(Prompt.id.in_(ids)))}
    texts = texts_of(work, [each.remark_id for each in recordings])
    return tuple(
        PromptFile(each, prompts[each.prompt_id], texts.get(each.remark_id or "")) for each in recordings
    )
