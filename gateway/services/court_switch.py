"""Switching a whole court off and on: off by one person and at once, on by another person only."""

from gateway.models import Court
from gateway.services.audit import Chain
from gateway.services.find_court import find_court
from gateway.services.permissions import Action
from gateway.services.refusals import WrongState
from gateway.services.work import Work, expect_version, require_reason


def disable_court(work: Work, court_id: str, reason: str, seen_version: int | None = None) -> Court:
    """No notice of the court plays from the very next call on; its lines keep forwarding."""
    work.actor.must(Action.DISABLE_COURT)
    court = find_court(work, court_id)
    expect_version(court, seen_version)
    if not court.enabled:
        return court
    remark = work.remark(require_reason(reason))
    court.enabled, court.disabled_by = False, work.actor.person
    court.version += 1
    work.enter(Chain(court.id), "disabled", "court", court.id, {}, remark)
    return court


def enable_court(work: Work, court_id: str, reason: str, seen_version: int | None = None) -> Court:
    """Let the court's notices play again; by somebody else than who switched it off."""
    work.actor.must(Action.ENABLE_COURT)
    court = find_court(work, court_id)
    expect_version(court, seen_version)
    if court.enabled:
        return court
    work.actor.must_differ_from(court.disabled_by)
    if court.profile is None or court.legal_basis is None:
        raise WrongState(
            "no-legal-basis",
            "The court has no jurisdiction profile or legal basis yet.",
            "该法院尚未设定适用的法律规则或法律依据。",
        )
    remark = work.remark(require_reason(reason))
    court.enabled, court.disabled_by = True, None
    court.version += 1
    work.enter(Chain(court.id), "enabled", "court", court.id, {}, remark)
    return court
