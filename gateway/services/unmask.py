"""Showing a number in full: to who needs it for his work, and never without an entry in the record."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from sqlalchemy import select

from gateway.models import Debtor, EnforcementCase, PhoneLine
from gateway.services.list_rows import found, published
from gateway.services.permissions import Action
from gateway.services.refusals import NotFound
from gateway.services.work import Work


@dataclass(frozen=True, slots=True)
class Masked:
    """Of which row a value is, where it is sealed, and for what."""

    model: type[PhoneLine] | type[EnforcementCase]
    sealed: Callable[[Work, Any], bytes | None]
    purpose: str


def _identity(work: Work, case: EnforcementCase) -> bytes | None:
    return work.session.get_one(Debtor, case.debtor_id).identity_sealed


MASKED: Mapping[str, Masked] = MappingProxyType(
    {
        "public_number": Masked(PhoneLine, lambda _work, line: line.public_sealed, "number"),
        "gateway_number": Masked(PhoneLine, lambda _work, line: line.gateway_sealed, "number"),
        "deliver_to": Masked(PhoneLine, lambda _work, line: line.deliver_sealed, "number"),
        "proposed_deliver_to": Masked(PhoneLine, lambda _work, line: line.proposed_sealed, "number"),
        "identity_number": Masked(EnforcementCase, _identity, "person"),
    }
)


def unmask(work: Work, field: str, row_id: str) -> str:
    """The plain value of a line's number or of a case's identity number; raises NotAllowed, NotFound."""
    work.actor.must(Action.UNMASK)
    masked = MASKED.get(field)
    if masked is None:
        raise NotFound
    model: Any = masked.model
    query = select(model).where(
        model.id == row_id, model.court_id == work.actor.court, published(masked.model)
    )
    row = found(work.session.scalars(query).one_or_none())
    sealed = masked.sealed(work, row)
    if sealed is None:
        raise NotFound
    work.changed("unmasked", row, {"field": field})
    return work.vault.open(sealed, masked.purpose)
