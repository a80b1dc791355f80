"""Reading what was typed into an enrolment: never fails, and says of each field that cannot be read why."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import TypeVar

from gateway.jurisdictions import facts
from gateway.services.draft_notice import NewNotice
from gateway.services.enrol_case import NewCase, NewDebtor, Obligation
from gateway.services.enrol_line import Attestation, NewLine
from gateway.services.enrolment_steps import Typed
from gateway.services.read_decision import DECLARATIONS
from gateway.services.read_numbers import Fields

_DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?", re.ASCII)
_ANSWERS: Mapping[str, bool | None] = MappingProxyType({"yes": True, "no": False, "": None})
Word = TypeVar("Word", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Entered:
    """An enrolment as it was read. A case or line that is there already is named by its id."""

    case: NewCase | str
    line: NewLine | str
    notice: NewNotice
    """Its case and line are still empty."""


def read_draft(fields: Fields, typed: Typed) -> Entered:
    """The commands that were meant; what cannot be read is refused in `fields` and left empty."""
    form = Form(fields, typed)
    return Entered(
        form.text("use_case") or _case(form),
        form.text("use_line") or _line(form),
        _notice(form),
    )


class Form:
    """The fields of all steps by their names, read one by one."""

    def __init__(self, fields: Fields, typed: Typed) -> None:
        self._fields = fields
        self._typed = {field: values for step in typed.values() for field, values in step.items()}

    def all(self, field: str) -> tuple[str, ...]:
        return tuple(each.strip() for each in self._typed.get(field, ()) if each.strip())

    def text(self, field: str) -> str:
        return next(iter(self.all(field)), "")

    def maybe(self, field: str) -> str | None:
        return self.text(field) or None

    def day(self, field: str) -> date | None:
        """A day, written as 2026-11-25, 2026/11/25 or 2026年11月25日."""
        text = self.text(field)
        found = _DAY.fullmatch(text)
        try:
            return date(*(int(each) for each in found.groups())) if found else self._no_day(field, text)
        except ValueError:
            return self._no_day(field, text)

    def whole(self, field: str) -> int | None:
        text = self.text(field)
        if not text:
            return None
        if not text.isascii() or not text.isdigit() or len(text) > 6:
            self._fields.add(field, "whole-number", "Write a whole number.", "请填写整数。")
            return None
        return int(text)

    def word(self, field: str, words: type[Word]) -> Word | None:
        text = self.text(field)
        if text and text not in set(words):
            self._no_choice(field)
            return None
        return words(text) if text else None

    def answer(self, field: str) -> bool | None:
        """Yes, no, or not answered."""
        return _ANSWERS.get(self.text(field))

    def must_choose(self, field: str) -> None:
        if not self.text(field):
            self._no_choice(field)

    def grounds(self, field: str) -> frozenset[int]:
        chosen = self.all(field)
        if any(not each.isascii() or not each.isdigit() or len(each) > 2 for each in chosen):
            self._no_choice(field)
            return frozenset()
        return frozenset(int(each) for each in chosen)

    def _no_choice(self, field: str) -> None:
        self._fields.add(field, "choice", "Choose one of the answers.", "请选择其中一项。")

    def _no_day(self, field: str, text: str) -> None:
        if text:
            self._fields.add(
                field, "date", "Write the date as 2026-11-25.", "日期应写作2026-11-25，且须为真实日期。"
            )


def _case(form: Form) -> NewCase:
    form.must_choose("debtor.kind")
    form.must_choose("obligation.kind")
    kind = form.word("debtor.kind", facts.DebtorKind) or facts.DebtorKind.PERSON
    money = form.text("obligation.kind") == "money"
    return NewCase(
        form.text("case_number"),
        _debtor(form, kind),
        Obligation(
            form.text("obligation.kind"),
            form.text("obligation.amount").replace(",", "") if money else None,
            (form.text("obligation.currency") or "CNY").upper() if money else None,
        ),
        decision_of(form, facts.DecisionKind.INITIAL),
    )


def _debtor(form: Form, kind: facts.DebtorKind) -> NewDebtor:
    name = form.text("debtor.name")
    if kind is facts.DebtorKind.PERSON:
        return NewDebtor(
            kind, name, form.text("debtor.identity_number").upper(), form.day("debtor.birth_date")
        )
    credit_code, representative = form.text("debtor.credit_code"), form.maybe("debtor.legal_representative")
    return NewDebtor(kind, name, credit_code.upper(), representative=representative)


def decision_of(form: Form, kind: facts.DecisionKind) -> facts.Decision:
    """A decision from the fields that begin with "decision."."""
    grounds = form.grounds("decision.grounds")
    return facts.Decision(
        kind=kind,
        number=form.maybe("decision.number"),
        grounds=grounds,
        reasons=form.maybe("decision.reasons"),
        term_months=form.whole("decision.term_months"),
        extension=form.word("decision.extension", facts.Extension),
        signed_by=form.maybe("decision.signed_by"),
        made_on=form.day("decision.made_on"),
        served_on=form.day("decision.served_on"),
        service_method=form.word("decision.service_method", facts.ServiceMethod),
        grace_until=form.day("decision.grace_until"),
        warned_on=form.day("decision.warned_on"),
        publication_ref=form.maybe("decision.publication_ref"),
        art3=declarations_of(form),
    )


def declarations_of(form: Form) -> facts.Art3Declarations | None:
    """The declarations on the bars of Art. 3; None where none was answered."""
    declared = {
        bar: facts.Declaration(
            form.answer(f"decision.art3_declarations.{bar}.applies"),
            form.maybe(f"decision.art3_declarations.{bar}.evidence"),
        )
        for bar in DECLARATIONS
    }
    unanswered = facts.Declaration()
    return facts.Art3Declarations(**declared) if set(declared.values()) != {unanswered} else None


def _line(form: Form) -> NewLine:
    public = form.text("public_number")
    return NewLine(
        public_number=public,
        gateway_number=form.text("gateway_number") or public,
        deliver_to=form.text("deliver_to"),
        connection=form.text("connection"),
        attestation=attestation_of(form),
        serves_public=form.answer("serves_public"),
        caller_id_policy=form.text("caller_id_policy") or "pass_through",
    )


def attestation_of(form: Form) -> Attestation:
    return Attestation(
        form.text("attestation.source"),
        form.text("attestation.reference"),
        form.day("attestation.attested_on"),
    )


def _notice(form: Form) -> NewNotice:
    hours = form.text("hours.from"), form.text("hours.to")
    cap_days = form.whole("cap_days")
    return NewNotice(
        case="",
        line="",
        prompts=form.all("prompts"),
        starts_on=form.day("starts_on"),
        ends_on=form.day("ends_on"),
        review_on=form.day("review_on"),
        cap_days=1 if cap_days is None else cap_days,
        hours=hours if any(hours) else None,
        skip_key=form.answer("skip_key") is not False,
    )
