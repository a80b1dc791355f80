"""Changing a court: to the quieter side by one person and at once, to the louder side by two.

Louder is whatever makes it possible that somebody hears more: shadow mode off, approval through the API on,
objections that no longer suspend, another programme. One person proposes it, another one confirms it.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, select, update

from gateway.models import Court, CourtChange
from gateway.services.audit import Chain
from gateway.services.find_court import find_court, see_court
from gateway.services.found_court import check_profile
from gateway.services.permissions import Action
from gateway.services.read_numbers import Fields
from gateway.services.refusals import NotFound, WrongState, refuse
from gateway.services.upsert import insert_if_new
from gateway.services.work import Work, expect_version, require_reason

LOUDER = {"shadow": False, "api_approval": True, "objection_suspends": False}
"""Each policy, and the state in which callers may hear more."""
PROGRAMME = "programme"


@dataclass(frozen=True, slots=True)
class Programme:
    """The law under which a court plays notices, and the act on which its programme rests."""

    profile: str
    legal_basis: str


def set_policy(
    work: Work, court_id: str, policy: str, on: bool, reason: str, seen_version: int | None = None
) -> CourtChange | None:
    """Switch a policy: at once (None) to the quieter side, else a proposal that somebody else confirms."""
    if policy not in LOUDER:
        raise refuse("policy", "choice", "There is no such policy.", "没有此项设置。")
    if LOUDER[policy] == on:
        return propose_policy(work, court_id, policy, reason, seen_version)
    quieten(work, court_id, policy, reason, seen_version)
    return None


def quieten(work: Work, court_id: str, policy: str, reason: str, seen_version: int | None = None) -> Court:
    """Set a policy to its quieter side at once; an open proposal for the other side is withdrawn."""
    work.actor.must(Action.QUIETEN_COURT)
    court = find_court(work, court_id)
    expect_version(court, seen_version)
    remark = work.remark(require_reason(reason))
    withdrawn = _close(work, CourtChange.court_id == court.id, CourtChange.what == policy)
    if getattr(court, policy) == LOUDER[policy]:
        setattr(court, policy, not LOUDER[policy])
        court.version += 1
        work.enter(Chain(court.id), _named(policy, louder=False), "court", court.id, {}, remark)
    for change_id in withdrawn:
        work.enter(Chain(court.id), "withdrawn", "court_change", change_id, {}, remark)
    return court


def propose_policy(
    work: Work, court_id: str, policy: str, reason: str, seen_version: int | None = None
) -> CourtChange:
    """Propose the louder side of a policy; nothing changes yet."""
    work.actor.must(Action.PROPOSE_COURT_CHANGE)
    court = find_court(work, court_id)
    expect_version(court, seen_version)
    if getattr(court, policy) == LOUDER[policy]:
        raise WrongState("so-already", "This is so already.", "当前已是此设置。")
    return _propose(work, court, policy, reason)


def propose_programme(
    work: Work, court_id: str, programme: Programme, reason: str, seen_version: int | None = None
) -> CourtChange:
    """Propose another profile or legal basis; nothing changes yet."""
    work.actor.must(Action.PROPOSE_COURT_CHANGE)
    court = find_court(work, court_id)
    expect_version(court, seen_version)
    fields = Fields()
    check_profile(fields, programme.profile)
    basis = fields.text("legal_basis", programme.legal_basis)
    fields.done()
    if (court.profile, court.legal_basis) == (programme.profile, basis):
        raise WrongState("so-already", "This is so already.", "当前已是此设置。")
    return _propose(work, court, PROGRAMME, reason, profile=programme.profile, legal_basis=basis)


def confirm_change(work: Work, change_id: str, seen_version: int | None = None) -> Court:
    """Apply what another person proposed; bound to the proposal's version that was seen."""
    work.actor.must(Action.CONFIRM_COURT_CHANGE)
    change, court = _locked(work, change_id)
    expect_version(change, seen_version)
    work.actor.must_differ_from(change.proposed_by)
    if change.what == PROGRAMME:
        court.profile, court.legal_basis = change.profile, change.legal_basis
    else:
        setattr(court, change.what, LOUDER[change.what])
    court.version += 1
    _close(work, CourtChange.id == change.id, state="applied")
    action = "programme_changed" if change.what == PROGRAMME else _named(change.what, louder=True)
    work.enter(Chain(court.id), action, "court", court.id, _fields(change), change.remark_id)
    work.enter(Chain(court.id), "confirmed", "court_change", change.id)
    return court


def withdraw_change(work: Work, change_id: str, reason: str, seen_version: int | None = None) -> Court:
    """Take a proposal back, or turn it down; one person is enough, as nothing gets louder."""
    work.actor.must(Action.QUIETEN_COURT)
    change, court = _locked(work, change_id)
    expect_version(change, seen_version)
    remark = work.remark(require_reason(reason))
    _close(work, CourtChange.id == change.id)
    work.enter(Chain(court.id), "withdrawn", "court_change", change.id, {}, remark)
    return court


def _named(policy: str, *, louder: bool) -> str:
    """What the record calls it: shadow_off, api_approval_on ..."""
    return f"{policy}_{'on' if LOUDER[policy] == louder else 'off'}"


def _propose(work: Work, court: Court, what: str, reason: str, **programme: str) -> CourtChange:
    values: dict[str, Any] = {
        "id": work.new_id(),
        "court_id": court.id,
        "what": what,
        "state": "proposed",
        "version": 1,
        "proposed_by": work.actor.user_id,
        "remark_id": work.remark(require_reason(reason)),
        "created_at": work.now,
        **programme,
    }
    if not insert_if_new(work.session, CourtChange, values):
        raise WrongState(
            "proposed-already",
            "Such a change is proposed already: confirm it or withdraw it.",
            "已有同一事项待确认，请先确认或撤回。",
        )
    change = work.session.get_one(CourtChange, values["id"])
    work.enter(
        Chain(court.id), f"{what}_proposed", "court_change", change.id, _fields(change), change.remark_id
    )
    return change


def _locked(work: Work, change_id: str) -> tuple[CourtChange, Court]:
    """An open proposal with its court, the court locked first; NotFound for another court's."""
    change = work.session.get(CourtChange, change_id)
    if change is None:
        raise NotFound
    court = find_court(work, change.court_id)
    work.session.refresh(change)
    if change.state != "proposed":
        raise WrongState("decided", "This proposal was decided already.", "该变更申请已处理。")
    return change, court


def _close(work: Work, *which: ColumnElement[bool], state: str = "withdrawn") -> list[str]:
    """Close open proposals; their ids. The court's row is locked: nobody else decides at the same time."""
    closed = work.session.scalars(
        update(CourtChange)
        .where(CourtChange.state == "proposed", *which)
        .values(
            state=state,
            decided_by=work.actor.user_id,
            decided_at=work.now,
            version=CourtChange.version + 1,
        )
        .returning(CourtChange.id)
        .execution_options(synchronize_session="fetch")
    ).all()
    return sorted(closed)


def _fields(change: CourtChange) -> dict[str, object]:
    if change.what != PROGRAMME:
        return {}
    return {"profile": change.profile, "legal_basis": change.legal_basis}


def open_changes(work: Work, court_id: str) -> list[CourtChange]:
    """The proposals that wait for a second person, oldest first."""
    work.actor.must(Action.READ_COURT)
    court = see_court(work, court_id)
    query = select(CourtChange).where(CourtChange.court_id == court.id, CourtChange.state == "proposed")
    return list(work.session.scalars(query.order_by(CourtChange.id)))
