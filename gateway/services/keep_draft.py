"""Keeping an enrolment while it is typed: nothing that was typed is lost, right or wrong, step by step."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Select, select

from gateway.models import EnrolmentDraft
from gateway.services.enrolment_steps import BY_NAME, CHECK, STEPS, Typed, step_after
from gateway.services.list_rows import Page, Wanted, found, page_of
from gateway.services.permissions import Action
from gateway.services.refusals import NotFound, WrongState, refuse
from gateway.services.work import Work

LONGEST_FIELD = 5000
MOST_VALUES = 20


@dataclass(frozen=True, slots=True)
class DraftFile:
    """A draft as it is read, with what was typed so far."""

    draft: EnrolmentDraft
    typed: Typed


def open_draft(work: Work, typed: Typed | None = None) -> DraftFile:
    """Begin an enrolment; `typed` is what is known of it already, such as the number that was looked up."""
    work.actor.must(Action.ENROL)
    draft = EnrolmentDraft(
        id=work.new_id(),
        court_id=work.actor.court,
        created_by=work.actor.user_id,
        changed_by=work.actor.user_id,
        step=STEPS[0].name,
        typed_sealed=_seal(work, typed or {}),
        changed_at=work.now,
        created_at=work.now,
    )
    work.session.add(draft)
    work.session.flush()
    work.changed("opened", draft)
    return DraftFile(draft, typed or {})


def keep_step(work: Work, draft_id: str, step: str, typed: Mapping[str, tuple[str, ...]]) -> DraftFile:
    """Keep what was typed in a step, in place of what was typed there before; other steps stay as they are.

    Only what no form of ours sends is refused: an unknown step or field, or more than a field holds.
    """
    work.actor.must(Action.ENROL)
    draft = lock_draft(work, draft_id)
    if step not in BY_NAME or not set(typed) <= set(BY_NAME[step].fields):
        raise refuse("step", "unknown-step", "There is no such step.", "没有此步骤。")
    for field, values in typed.items():
        if len(values) > MOST_VALUES or any(len(each) > LONGEST_FIELD for each in values):
            raise refuse(field, "too-long", "This is too long.", "内容过长。")
    kept = {**read_typed(work, draft), step: dict(typed)}
    draft.typed_sealed = _seal(work, kept)
    draft.step = _furthest(draft.step, step_after(kept, step))
    draft.changed_by, draft.changed_at = work.actor.user_id, work.now
    draft.version += 1
    work.changed("kept", draft, {"step": step})
    return DraftFile(draft, kept)


def read_draft_file(work: Work, draft_id: str) -> DraftFile:
    """An open draft of the court, not locked. Raises NotFound."""
    work.actor.must(Action.ENROL)
    draft = found(work.session.scalars(_query(work).where(EnrolmentDraft.id == draft_id)).one_or_none())
    return DraftFile(draft, read_typed(work, draft))


def list_drafts(work: Work, wanted: Wanted) -> Page[DraftFile]:
    """A page of the court's open drafts: one clerk may go on with what another has begun."""
    work.actor.must(Action.ENROL)
    page = page_of(work, _query(work), EnrolmentDraft.id, wanted)
    return page.shown(lambda draft: DraftFile(draft, read_typed(work, draft)))


def discard_draft(work: Work, draft_id: str) -> EnrolmentDraft:
    """Give a draft up: what was typed is gone. Discarding twice is discarding once."""
    work.actor.must(Action.ENROL)
    draft = work.find(EnrolmentDraft, draft_id)
    if draft.state == "discarded":
        return draft
    _refuse_submitted(draft)
    draft.state, draft.typed_sealed = "discarded", None
    draft.changed_by, draft.changed_at = work.actor.user_id, work.now
    draft.version += 1
    work.changed("discarded", draft)
    return draft


def lock_draft(work: Work, draft_id: str) -> EnrolmentDraft:
    """An open draft, locked for change; raises WrongState where it was submitted, NotFound where given up."""
    draft = work.find(EnrolmentDraft, draft_id)
    _refuse_submitted(draft)
    if draft.state != "open":
        raise NotFound
    return draft


def read_typed(work: Work, draft: EnrolmentDraft) -> Typed:
    """What was typed so far."""
    stored = json.loads(work.vault.open(draft.typed_sealed, "draft")) if draft.typed_sealed else {}
    return {
        step: {field: tuple(values) for field, values in fields.items()} for step, fields in stored.items()
    }


def _refuse_submitted(draft: EnrolmentDraft) -> None:
    if draft.state == "submitted":
        raise WrongState("submitted", "This enrolment was submitted already.", "该登记已提交。")


def _query(work: Work) -> Select[EnrolmentDraft]:
    return select(EnrolmentDraft).where(
        EnrolmentDraft.court_id == work.actor.court, EnrolmentDraft.state == "open"
    )


def _seal(work: Work, typed: Typed) -> bytes:
    return work.vault.seal(json.dumps(typed, ensure_ascii=False), "draft")


_ORDER = (*(step.name for step in STEPS), CHECK)


def _furthest(one: str, other: str) -> str:
    return max(one, other, key=_ORDER.index)
