"""Decisions as the law reads them, from the rows in which they are kept."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache

from sqlalchemy import select

from gateway.jurisdictions import facts
from gateway.models import Debtor, Decision, EnforcementCase
from gateway.services.one_of import one_of
from gateway.services.work import Work

DECLARATIONS = ("security", "assets_suffice", "later_in_order", "other")


def debtor_of(work: Work, case: EnforcementCase) -> facts.Debtor:
    """The case's debtor, as far as the law asks about him."""
    row = work.session.get_one(Debtor, case.debtor_id)
    return facts.Debtor(facts.DebtorKind(row.kind), row.birth_date)


def decisions_of(work: Work, case: EnforcementCase) -> tuple[facts.Decision, ...]:
    """Every decision of the case, in the order in which they were made."""
    query = select(Decision).where(Decision.case_id == case.id).order_by(Decision.made_on, Decision.id)
    return tuple(read_decision(work, row) for row in work.session.scalars(query))


_DATING = select(
    Decision.case_id,
    Decision.signed_by_sealed,
    Decision.kind,
    Decision.grounds,
    Decision.term_months,
    Decision.extension_reason,
    Decision.made_on,
    Decision.served_on,
    Decision.service_method,
).order_by(Decision.made_on, Decision.id)


def datings_of(work: Work, case_ids: Sequence[str]) -> dict[str, list[facts.Decision]]:
    """Every decision of these cases in the same order, as far as a listing's term rests on it.

    The reasons and declarations, which no clock asks for, stay sealed.
    """
    found: dict[str, list[facts.Decision]] = defaultdict(list)
    dating = cache(_dating)  # Of many cases' decisions most are alike.
    for case_id, signed_by, *row in work.session.execute(_DATING.where(one_of(Decision.case_id, case_ids))):
        signature = work.vault.open(signed_by, "person") if signed_by else None
        found[case_id].append(dating(signature, *row))
    return found


def _dating(
    signed_by: str | None,
    kind: str,
    grounds: str,
    term_months: int | None,
    extension_reason: str | None,
    made_on: date | None,
    served_on: date | None,
    service_method: str | None,
) -> facts.Decision:
    return facts.Decision(
        kind=facts.DecisionKind(kind),
        number=None,
        reasons=None,
        warned_on=None,
        grounds=_read_grounds(grounds),
        term_months=term_months,
        extension=facts.Extension(extension_reason) if extension_reason else None,
        signed_by=signed_by,
        made_on=made_on,
        served_on=served_on,
        service_method=facts.ServiceMethod(service_method) if service_method else None,
    )


def _read_grounds(grounds: str) -> frozenset[int]:
    return frozenset(int(ground) for ground in grounds.split(",") if ground)


def read_decision(work: Work, row: Decision) -> facts.Decision:
    """One decision; the reasons are read where retention has not emptied them."""
    return facts.Decision(
        kind=facts.DecisionKind(row.kind),
        number=row.number,
        grounds=_read_grounds(row.grounds),
        reasons=work.read_remark(row.reasons_remark_id),
        term_months=row.term_months,
        extension=facts.Extension(row.extension_reason) if row.extension_reason else None,
        signed_by=work.vault.open(row.signed_by_sealed, "person") if row.signed_by_sealed else None,
        made_on=row.made_on,
        served_on=row.served_on,
        service_method=facts.ServiceMethod(row.service_method) if row.service_method else None,
        grace_until=row.grace_until,
        warned_on=row.warned_on,
        publication_ref=row.publication_ref,
        art3=_read_declarations(work, row.declarations_sealed),
    )


def _read_declarations(work: Work, sealed: bytes | None) -> facts.Art3Declarations | None:
    return declarations_from(json.loads(work.vault.open(sealed, "declarations"))) if sealed else None


def declarations_from(stored: Mapping[str, Mapping[str, object]]) -> facts.Art3Declarations:
    """Declarations from {name: {"applies": bool, "evidence": text}}."""
    return facts.Art3Declarations(
        **{name: facts.Declaration(**stored.get(name, {})) for name in DECLARATIONS}  # type: ignore[arg-type]
    )


def declarations_as_json(declarations: facts.Art3Declarations) -> str:
    """The declarations as they are sealed."""
    plain = {name: getattr(declarations, name) for name in DECLARATIONS}
    return json.dumps(
        {name: {"applies": each.applies, "evidence": each.evidence} for name, each in plain.items()}
    )
