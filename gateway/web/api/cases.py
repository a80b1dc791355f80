"""Cases over the API: enrolled with their decision, extended, deleted early, closed."""

from dataclasses import replace

from gateway.jurisdictions import facts
from gateway.services.add_decision import add_decision
from gateway.services.close_case import close_case
from gateway.services.enrol_case import NewCase, NewDebtor, Obligation, enrol_case
from gateway.services.list_cases import case_file, list_cases, read_case
from gateway.services.permissions import Action
from gateway.services.refusals import NotValid
from gateway.services.work import Work
from gateway.web.api.case_shapes import (
    CaseShown,
    CloseCase,
    DecisionIn,
    EnrolCase,
    FurtherDecision,
    PersonIn,
)
from gateway.web.api.case_views import show_case
from gateway.web.api.pages import listed
from gateway.web.api.routes import Asked, act, create, listing, read
from gateway.web.api.shapes import Listed, Nothing


def _list(work: Work, asked: Asked[Nothing]) -> Listed[CaseShown]:
    return listed(list_cases(work, asked.wanted), lambda each: show_case(work, each), Listed[CaseShown])


def _read(work: Work, asked: Asked[Nothing]) -> CaseShown:
    return show_case(work, read_case(work, asked.id))


def _enrol(work: Work, asked: Asked[EnrolCase]) -> CaseShown:
    sent = asked.body
    new = NewCase(
        sent.case_number,
        _debtor(sent),
        Obligation(sent.obligation.kind, sent.obligation.amount, sent.obligation.currency),
        _decision(sent.decision, facts.DecisionKind.INITIAL),
    )
    case, _decided = enrol_case(work, new)
    return show_case(work, case_file(work, case))


def _decide(work: Work, asked: Asked[FurtherDecision]) -> CaseShown:
    decision = _decision(asked.body, facts.DecisionKind(asked.body.kind))
    try:
        case, _decided = add_decision(work, asked.id, decision, asked.seen_version)
    except NotValid as refused:
        raise NotValid(
            tuple(replace(each, field=each.field.removeprefix("decision.")) for each in refused.refusals)
        ) from None
    return show_case(work, case_file(work, case))


def _close(work: Work, asked: Asked[CloseCase]) -> CaseShown:
    case = close_case(work, asked.id, asked.body.removal_ground, asked.body.reason, asked.seen_version)
    return show_case(work, case_file(work, case))


def _debtor(sent: EnrolCase) -> NewDebtor:
    if isinstance(sent.debtor, PersonIn):
        person = sent.debtor
        return NewDebtor(facts.DebtorKind.PERSON, person.name, person.identity_number, person.birth_date)
    entity = sent.debtor
    return NewDebtor(
        facts.DebtorKind.ENTITY,
        entity.name,
        entity.credit_code,
        representative=entity.legal_representative,
    )


def _decision(sent: DecisionIn, kind: facts.DecisionKind) -> facts.Decision:
    plain = {name: getattr(sent, name) for name in _AS_SENT}
    declared = sent.art3_declarations
    return facts.Decision(
        kind=kind,
        grounds=frozenset(sent.grounds),
        extension=facts.Extension(sent.extension) if sent.extension else None,
        service_method=facts.ServiceMethod(sent.service_method) if sent.service_method else None,
        art3=facts.Art3Declarations(
            *(
                facts.Declaration(each.applies, each.evidence)
                for each in (
                    declared.security,
                    declared.assets_suffice,
                    declared.later_in_order,
                    declared.other,
                )
            )
        )
        if declared
        else None,
        **plain,
    )


_AS_SENT = (
    "number",
    "reasons",
    "term_months",
    "signed_by",
    "made_on",
    "served_on",
    "warned_on",
    "grace_until",
    "publication_ref",
)

ROUTES = (
    create("/cases", "Enrol a case", Action.ENROL, _enrol, CaseShown, EnrolCase),
    listing("/cases", "List cases", Action.READ, _list, Listed[CaseShown]),
    read("/cases/<id>", "Read a case", Action.READ, _read, CaseShown),
    create(
        "/cases/<id>/decisions",
        "Add an extension or an early deletion",
        Action.ENROL,
        _decide,
        CaseShown,
        FurtherDecision,
    ),
    act(
        "/cases/<id>/close",
        "Close a case; every notice of it is silent before the answer",
        Action.SILENCE,
        _close,
        CaseShown,
        CloseCase,
        silences=True,
    ),
)
