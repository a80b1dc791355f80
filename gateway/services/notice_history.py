"""The history of a notice, read off the record: who did what, when and why, to it and what it rests on."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from gateway.models import AuditEntry, Decision, Notice, Objection, User
from gateway.services.actor import SYSTEM
from gateway.services.list_notices import read_notice
from gateway.services.list_rows import texts_of
from gateway.services.permissions import Action
from gateway.services.work import Work

LONGEST = 200
TOLD = {
    "because": (
        "person",
        "objection",
        "attestation",
        "review",
        "ended",
        "closed",
        "deleted_early",
        "objection_upheld",
        "delivery",
        "decision",
        "expired",
    ),
    "kind": ("correction", "removal", "wrong_person", "wrong_number"),
}
"""Words of which the record keeps digests only: each is recognised by its digest."""


@dataclass(frozen=True, slots=True)
class Happened:
    """One entry. `who` is a display name, "system", or None for readers who may not read names; `why` is a
    word ("objection"), `remark` what a person wrote, both only where they are known."""

    at: datetime
    about: str
    action: str
    who: str | None
    why: str | None
    remark: str | None


def notice_history(work: Work, notice_id: str) -> tuple[Happened, ...]:
    """The last entries about the notice, its case, decisions, line and objections, oldest first."""
    work.actor.must(Action.READ)
    notice = read_notice(work, notice_id).notice
    query = select(AuditEntry).where(
        AuditEntry.chain == work.actor.court,
        AuditEntry.subject_id.in_(_subjects(work, notice)),
        AuditEntry.action != "unmasked",
    )
    entries = work.session.scalars(query.order_by(AuditEntry.sequence.desc()).limit(LONGEST)).all()
    details = [json.loads(each.details) for each in entries]
    names = _names(work, {each.actor for each in entries})
    texts = texts_of(work, [each.get("remark") for each in details]) if _may_read(work) else {}
    told = [
        Happened(
            at=entry.at,
            about=entry.subject_kind,
            action=entry.action,
            who=names.get(entry.actor),
            why=_word(work, entry, detail),
            remark=texts.get(detail.get("remark") or ""),
        )
        for entry, detail in zip(entries, details, strict=True)
    ]
    return tuple(reversed(told))


def _subjects(work: Work, notice: Notice) -> list[str]:
    decisions = select(Decision.id).where(Decision.case_id == notice.case_id)
    objections = select(Objection.id).where(
        Objection.court_id == notice.court_id, Objection.line_id == notice.line_id
    )
    return [
        notice.id,
        notice.case_id,
        notice.line_id,
        *work.session.scalars(decisions),
        *work.session.scalars(objections),
    ]


def _may_read(work: Work) -> bool:
    return work.actor.may(Action.READ_NAMES)


def _names(work: Work, actors: set[str]) -> dict[str, str]:
    """Display names by id; of nobody but the scheduler where the reader may not read names."""
    names = {SYSTEM: SYSTEM}
    if not _may_read(work):
        return names
    rows = work.session.execute(select(User.id, User.name_sealed).where(User.id.in_(actors)))
    return names | {user_id: work.vault.open(sealed, "person") for user_id, sealed in rows}


def _word(work: Work, entry: AuditEntry, detail: dict[str, Any]) -> str | None:
    fields = detail.get("fields", {})
    return next(
        (
            word
            for name, words in TOLD.items()
            for word in words
            if fields.get(name) == work.vault.digest(word, entry.id)
        ),
        None,
    )
