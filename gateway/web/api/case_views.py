"""A case as it is answered: seals opened for those who may read them."""

from gateway.models import Debtor, Decision, EnforcementCase
from gateway.services.list_cases import CaseFile
from gateway.services.permissions import Action
from gateway.services.work import Work
from gateway.web.api.case_shapes import CaseShown, DebtorShown, DecisionShown, ObligationShown
from ivr.numbers import mask


def show_case(work: Work, file: CaseFile) -> CaseShown:
    case, named = file.case, work.actor.may(Action.READ_NAMES)
    return CaseShown(
        id=case.id,
        state=case.state,
        version=case.version,
        created_at=case.created_at,
        case_number=case.case_number,
        debtor=_debtor(work, file.debtor, named),
        obligation=_obligation(work, case),
        decisions=tuple(_decision(work, each, file.texts, named) for each in file.decisions),
        debtor_dead=case.debtor_dead,
        closing_ground=case.closing_ground,
        closing_reason=file.texts.get(case.closing_remark_id or "") if named else None,
        closed_at=case.closed_at,
        formal_deletion=case.formal_deletion,
        formal_deletion_due_on=case.formal_deletion_due_on,
    )


def _debtor(work: Work, debtor: Debtor, named: bool) -> DebtorShown:
    identity = _open(work, debtor.identity_sealed, "person")
    return DebtorShown(
        kind=debtor.kind,
        name=_open(work, debtor.name_sealed, "person") if named else None,
        identity=mask(identity) if identity else None,
        birth_date=debtor.birth_date if named else None,
        legal_representative=_open(work, debtor.representative_sealed, "person") if named else None,
    )


def _obligation(work: Work, case: EnforcementCase) -> ObligationShown:
    amount, _, currency = (_open(work, case.obligation_sealed, "obligation") or "").partition(" ")
    return ObligationShown(kind=case.obligation_kind, amount=amount or None, currency=currency or None)


def _decision(work: Work, row: Decision, texts: dict[str, str], named: bool) -> DecisionShown:
    return DecisionShown(
        id=row.id,
        kind=row.kind,
        number=row.number,
        grounds=tuple(int(each) for each in row.grounds.split(",") if each),
        reasons=texts.get(row.reasons_remark_id) if named else None,
        term_months=row.term_months,
        extension=row.extension_reason,
        signed_by=_open(work, row.signed_by_sealed, "person") if named else None,
        made_on=row.made_on,
        served_on=row.served_on,
        service_method=row.service_method,
        grace_until=row.grace_until,
        warned_on=row.warned_on,
        publication_ref=row.publication_ref,
        complete=row.complete,
        created_at=row.created_at,
    )


def _open(work: Work, sealed: bytes | None, purpose: str) -> str | None:
    return work.vault.open(sealed, purpose) if sealed is not None else None
