"""Enrolling a case: its debtor, what he owes, and the decision to list him, checked against the law."""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from gateway.case_numbers import case_key
from gateway.jurisdictions import Profile, facts, profile_named
from gateway.models import ALWAYS_OF_AGE, Debtor, Decision, EnforcementCase
from gateway.services.calendar import calendar_of
from gateway.services.permissions import Action
from gateway.services.read_decision import declarations_as_json
from gateway.services.read_numbers import Fields
from gateway.services.refusals import WrongState
from gateway.services.work import Making, Work

_AMOUNT = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,2})?")
_CURRENCY = re.compile(r"[A-Za-z]{3}")


@dataclass(frozen=True, slots=True)
class NewDebtor:
    """Who is listed. `identity` is the identity number of a person, the credit code of an entity."""

    kind: facts.DebtorKind
    name: str
    identity: str
    birth_date: date | None = None
    representative: str | None = None


@dataclass(frozen=True, slots=True)
class Obligation:
    """What is owed: money with an amount, or another act."""

    kind: str
    amount: str | None = None
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class NewCase:
    """What a clerk enters for a case."""

    case_number: str
    debtor: NewDebtor
    obligation: Obligation
    decision: facts.Decision


def enrol_case(work: Work, new: NewCase, import_id: str | None = None) -> tuple[EnforcementCase, Decision]:
    """The case and its initial decision; raises NotValid with everything that breaks a rule."""
    work.actor.must(Action.ENROL)
    profile = profile_of(work)
    fields = Fields()
    check_case(fields, new)
    check_representative(fields, new.debtor)
    _refuse_case_taken(work, fields, new)
    debtor = facts.Debtor(new.debtor.kind, new.debtor.birth_date)
    fields.refusals += profile.check_enrolment(debtor, new.decision, work.today(), calendar_of(work))
    fields.refusals += _number_taken(work, new.decision)
    fields.done()
    row = Debtor(**debtor_columns(work, new.debtor, profile))
    work.session.add(row)
    work.session.flush()
    case = EnforcementCase(**case_columns(work, new, row.id, import_id))
    work.session.add(case)
    work.session.flush()
    work.changed(
        "enrolled", case, {"debtor.name": new.debtor.name, "debtor.identity_number": new.debtor.identity}
    )
    return case, insert_decision(work, case, new.decision)


def profile_of(work: Work) -> Profile:
    """The jurisdiction profile of the court; without one nothing can be enrolled."""
    court = work.court()
    if court.profile is None or court.legal_basis is None:
        raise WrongState(
            "no-legal-basis",
            "The court has no jurisdiction profile or legal basis yet.",
            "本院尚未设定适用的法律规则或法律依据。",
        )
    return profile_named(court.profile)


def check_case(fields: Fields, new: NewCase) -> None:
    """The shape of what is entered for a case; asks neither the law nor the database."""
    fields.text("case_number", new.case_number, 100)
    fields.text("debtor.name", new.debtor.name, 100)
    person = new.debtor.kind is facts.DebtorKind.PERSON
    fields.text("debtor.identity_number" if person else "debtor.credit_code", new.debtor.identity, 40)
    for field in ("number", "publication_ref"):
        if (text := getattr(new.decision, field)) and text.strip():
            fields.text(f"decision.{field}", text)
    _check_obligation(fields, new.obligation)


def check_representative(fields: Fields, debtor: NewDebtor) -> None:
    """An entity is named with its legal representative."""
    if debtor.kind is facts.DebtorKind.ENTITY:
        fields.text("debtor.legal_representative", debtor.representative or "", 100)


def _refuse_case_taken(work: Work, fields: Fields, new: NewCase) -> None:
    taken = select(EnforcementCase.id).where(
        EnforcementCase.court_id == work.actor.court, EnforcementCase.case_number == new.case_number.strip()
    )
    if work.session.execute(taken).first() is not None:
        add_case_taken(fields)


def add_case_taken(fields: Fields) -> None:
    fields.add("case_number", "duplicate-case", "This case is enrolled already.", "该案件已登记。")


def add_decision_taken(fields: Fields) -> None:
    fields.add(
        "decision.number", "duplicate-decision", "This decision is entered already.", "该决定书已登记。"
    )


def _check_obligation(fields: Fields, obligation: Obligation) -> None:
    if obligation.kind not in {"money", "act"}:
        fields.add("obligation.kind", "obligation-kind", "Choose money or act.", "请选择金钱给付或行为义务。")
    if obligation.kind != "money":
        return
    amount = obligation.amount or ""
    if not _AMOUNT.fullmatch(amount) or not Decimal(amount):
        fields.add(
            "obligation.amount",
            "amount",
            "Enter an amount above 0 with at most two decimals.",
            "请填写大于0的金额，最多两位小数。",
        )
    if not _CURRENCY.fullmatch(obligation.currency or ""):
        fields.add(
            "obligation.currency",
            "currency",
            "Enter a currency of three letters.",
            "请填写三位字母币种代码。",
        )


def _number_taken(work: Work, decision: facts.Decision) -> tuple:  # type: ignore[type-arg]
    fields = Fields()
    query = select(Decision.id).where(
        Decision.court_id == work.actor.court, Decision.number == decision.number
    )
    if decision.number and work.session.execute(query).first() is not None:
        add_decision_taken(fields)
    return tuple(fields.refusals)


def debtor_columns(making: Making, new: NewDebtor, profile: Profile) -> dict[str, Any]:
    """The row of a debtor that has been checked."""
    representative = (new.representative or "").strip()
    return {
        "id": making.new_id(),
        "court_id": making.actor.court,
        "kind": new.kind.value,
        "name_sealed": making.vault.seal(new.name.strip(), "person"),
        "identity_sealed": making.vault.seal(new.identity.strip(), "person"),
        "identity_hash": making.vault.look_up_hash(f"identity {new.identity.strip()}"),
        "representative_sealed": making.vault.seal(representative, "person") if representative else None,
        "birth_date": new.birth_date,
        "of_age_on": profile.of_age_on(new.birth_date) if new.birth_date else ALWAYS_OF_AGE,
        "created_at": making.now,
    }


def case_columns(making: Making, new: NewCase, debtor_id: str, import_id: str | None) -> dict[str, Any]:
    """The row of a case that has been checked."""
    return {
        "id": making.new_id(),
        "court_id": making.actor.court,
        "case_number": new.case_number.strip(),
        "number_key": case_key(new.case_number),
        "debtor_id": debtor_id,
        "obligation_kind": new.obligation.kind,
        "obligation_sealed": _seal_obligation(making, new.obligation),
        "created_by": making.actor.user_id,
        "import_id": import_id,
        "created_at": making.now,
    }


def _seal_obligation(making: Making, obligation: Obligation) -> bytes | None:
    if obligation.kind != "money":
        return None
    return making.vault.seal(f"{obligation.amount} {obligation.currency}", "obligation")


def insert_decision(work: Work, case: EnforcementCase, decision: facts.Decision) -> Decision:
    """Keep a decision that has been checked."""
    debtor = work.session.get_one(Debtor, case.debtor_id)
    reasons = work.remark(decision.reasons or "")
    row = Decision(**decision_columns(work, decision, case.id, debtor.id, debtor.of_age_on, reasons))
    work.session.add(row)
    work.session.flush()
    work.changed("decided", row, {"number": row.number})
    return row


def decision_columns(
    making: Making, decision: facts.Decision, case_id: str, debtor_id: str, of_age_on: date, reasons_id: str
) -> dict[str, Any]:
    """The row of a decision that has been checked. `complete`: signed, served and warned of."""
    signed = (decision.signed_by or "").strip()
    return {
        "id": making.new_id(),
        "court_id": making.actor.court,
        "case_id": case_id,
        "debtor_id": debtor_id,
        "debtor_of_age_on": of_age_on,
        "kind": decision.kind.value,
        "number": (decision.number or "").strip(),
        "grounds": ",".join(str(ground) for ground in sorted(decision.grounds)),
        "reasons_remark_id": reasons_id,
        "term_months": decision.term_months,
        "extension_reason": decision.extension.value if decision.extension else None,
        "signed_by_sealed": making.vault.seal(signed, "person") if signed else None,
        "made_on": decision.made_on,
        "served_on": decision.served_on,
        "service_method": decision.service_method.value if decision.service_method else None,
        "grace_until": decision.grace_until,
        "warned_on": decision.warned_on,
        "publication_ref": decision.publication_ref,
        "declarations_sealed": (
            making.vault.seal(declarations_as_json(decision.art3), "declarations") if decision.art3 else None
        ),
        "complete": bool(signed and decision.served_on and decision.service_method and decision.warned_on),
        "created_by": making.actor.user_id,
        "created_at": making.now,
    }
