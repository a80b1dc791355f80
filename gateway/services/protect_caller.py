"""Protecting callers: who never hears a notice, on the whole platform, at one court, or on one line."""

from sqlalchemy import select

from gateway.models import PhoneLine, ProtectedCaller
from gateway.services.audit import chain_of
from gateway.services.list_protected import own_protected
from gateway.services.permissions import Action
from gateway.services.read_numbers import Fields, keep_number
from gateway.services.work import Work


def protect_caller(work: Work, number: str, label: str, line_id: str | None = None) -> ProtectedCaller:
    """Protect a number; by an operator on the whole platform, by a court's people at that court."""
    work.actor.must(Action.PROTECT)
    fields = Fields()
    read = fields.number("number", number, "CN")
    trimmed = fields.text("label", label)
    fields.done()
    if line_id is not None:
        work.find(PhoneLine, line_id)
    kept = keep_number(work.vault, read)
    query = select(ProtectedCaller).where(
        ProtectedCaller.number_hash.in_(work.vault.look_up_hashes(read)),
        ProtectedCaller.court_id.is_not_distinct_from(work.actor.court_id),
        ProtectedCaller.line_id.is_not_distinct_from(line_id),
    )
    known = work.session.scalars(query).one_or_none()
    if known is not None:
        return known
    row = ProtectedCaller(
        id=work.new_id(),
        court_id=work.actor.court_id,
        line_id=line_id,
        number_hash=kept.digest,
        number_sealed=kept.sealed,
        label=trimmed,
        created_at=work.now,
    )
    work.session.add(row)
    work.enter(chain_of(work.actor.court_id), "protected", "protected_caller", row.id, {"number": read})
    return row


def stop_protecting(work: Work, row_id: str) -> None:
    """Take a number off the list; only who may see it can: the operator, or that court's people."""
    work.actor.must(Action.PROTECT)
    row = own_protected(work, row_id)
    work.session.delete(row)
    work.enter(chain_of(work.actor.court_id), "unprotected", "protected_caller", row.id)
