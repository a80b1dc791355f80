"""Reading an import's rows: the columns of its file, and what a row says in the words of an enrolment."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeVar

from gateway.jurisdictions import facts
from gateway.services.enrol_case import NewCase, NewDebtor, Obligation
from gateway.services.enrol_line import Attestation, NewLine
from gateway.services.read_csv import Layout
from gateway.services.read_numbers import Fields

COLUMNS = (
    "case_number",
    "debtor_kind",
    "debtor_name",
    "identity_number",
    "birth_date",
    "amount",
    "currency",
    "decision_number",
    "grounds",
    "reasons",
    "term_months",
    "signed_by",
    "made_on",
    "served_on",
    "service_method",
    "grace_until",
    "warned_on",
    "publication_ref",
    "public_number",
    "gateway_number",
    "deliver_to",
    "connection",
    "attestation_source",
    "attestation_reference",
    "attested_on",
    "prompt",
    "ends_on",
    "review_on",
)
TEXTS = frozenset(
    [
        "case_number",
        "debtor_name",
        "identity_number",
        "decision_number",
        "reasons",
        "signed_by",
        "publication_ref",
        "attestation_reference",
        "prompt",
    ]
)
LAYOUT = Layout(COLUMNS, TEXTS)
CASE_COLUMNS = COLUMNS[: COLUMNS.index("public_number")]
"""What a row says of its case; the rest is of its line and its notice."""

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_WHOLE = re.compile(r"[0-9]{1,4}")
_AMOUNT = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,2})?")
_GROUNDS = re.compile(r"[0-9](?: ?[;, ] ?[0-9])*")
_WIDE = re.compile("[\uff10-\uff19\uff21-\uff3a\uff41-\uff5a]")
_EXACT = ("case_number", "identity_number", "decision_number", "prompt")

Word = TypeVar("Word", bound=StrEnum)
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Declared:
    """What the clerk declares for every row of the file, as its columns have no place for it.

    `art3`: that none of the bars to a listing applies, where the law asks for that, and on what this rests.
    `not_public`: that no line of an entity in the file serves the public.
    """

    art3: facts.Art3Declarations | None = None
    not_public: bool = False

    @classmethod
    def of(cls, art3_evidence: str | None, not_public: bool = False) -> "Declared":
        """The declarations from one sentence of evidence."""
        evidence = (art3_evidence or "").strip()
        none_applies = facts.Declaration(False, evidence)
        art3 = facts.Art3Declarations(*[none_applies] * 4) if evidence else None
        return cls(art3, not_public)


@dataclass(frozen=True, slots=True)
class Entry:
    """One row, read: a case with its decision, a line, the name of a prompt, and the notice's dates."""

    case: NewCase
    line: NewLine
    prompt: str
    dates: facts.NoticeDates


class _Cells:
    """The cells of a row by type; an empty one is None, what cannot be read is refused and is None too."""

    def __init__(self, cells: dict[str, str], fields: Fields) -> None:
        self._cells, self._fields = cells, fields

    def text(self, name: str) -> str:
        return self._cells[name].strip()

    def read(
        self, name: str, shape: re.Pattern[str], read: Callable[[str], Value], wrong: tuple[str, str, str]
    ) -> Value | None:
        text = self.text(name)
        if not text:
            return None
        try:
            if shape.fullmatch(text):
                return read(text)
        except ValueError:
            pass
        self._fields.add(name, *wrong)
        return None

    def day(self, name: str) -> date | None:
        return self.read(name, _DAY, date.fromisoformat, _NO_DAY)

    def word(self, name: str, words: type[Word]) -> Word | None:
        text = self.text(name)
        if text not in words.__members__.values():
            if text:
                self._fields.add(name, *_choose(words))
            return None
        return words(text)

    def refuse_wide(self) -> None:
        for name in _EXACT:
            if _WIDE.search(self._cells[name]):
                self._fields.add(name, *_FULL_WIDTH)


def read_entry(cells: dict[str, str], fields: Fields, declared: Declared) -> Entry | None:
    """What a row says. What cannot be read is refused by column; None where nothing more can be asked."""
    row = _Cells(cells, fields)
    row.refuse_wide()
    kind = row.word("debtor_kind", facts.DebtorKind)
    if kind is None and not row.text("debtor_kind"):
        fields.add("debtor_kind", *_choose(facts.DebtorKind))
    case = _read_case(row, kind or facts.DebtorKind.PERSON)
    entry = Entry(
        case,
        _read_line(row, False if kind is facts.DebtorKind.ENTITY and declared.not_public else None),
        row.text("prompt"),
        facts.NoticeDates(None, row.day("ends_on"), row.day("review_on")),
    )
    return None if fields.refusals else entry


def _read_case(row: _Cells, kind: facts.DebtorKind) -> NewCase:
    amount = row.read("amount", _AMOUNT, str, _NO_AMOUNT)
    owes_money = amount is not None or bool(row.text("currency"))
    return NewCase(
        row.text("case_number"),
        NewDebtor(kind, row.text("debtor_name"), row.text("identity_number"), row.day("birth_date")),
        Obligation("money", amount, row.text("currency")) if owes_money else Obligation("act"),
        _read_decision(row),
    )


def _read_decision(row: _Cells) -> facts.Decision:
    grounds = row.read("grounds", _GROUNDS, _read_grounds, _NO_GROUNDS)
    return facts.Decision(
        number=row.text("decision_number"),
        grounds=grounds or frozenset(),
        reasons=row.text("reasons"),
        term_months=row.read("term_months", _WHOLE, int, _NO_TERM),
        signed_by=row.text("signed_by") or None,
        made_on=row.day("made_on"),
        served_on=row.day("served_on"),
        service_method=row.word("service_method", facts.ServiceMethod),
        grace_until=row.day("grace_until"),
        warned_on=row.day("warned_on"),
        publication_ref=row.text("publication_ref") or None,
    )


def _read_grounds(text: str) -> frozenset[int]:
    return frozenset(int(digit) for digit in text if digit.isdigit())


def _read_line(row: _Cells, serves_public: bool | None) -> NewLine:
    return NewLine(
        public_number=row.text("public_number"),
        gateway_number=row.text("gateway_number"),
        deliver_to=row.text("deliver_to"),
        connection=row.text("connection"),
        attestation=Attestation(
            row.text("attestation_source"), row.text("attestation_reference"), row.day("attested_on")
        ),
        serves_public=serves_public,
    )


def _choose(words: type[StrEnum]) -> tuple[str, str, str]:
    names = [word.value for word in words]
    return "choice", f"Choose one of: {', '.join(names)}.", f"请选择：{'、'.join(names)}。"


_NO_DAY = ("date", "Write the date as YYYY-MM-DD.", "日期应写作 YYYY-MM-DD。")
_NO_TERM = ("months", "Write the months in digits.", "请用半角数字填写月数。")
_NO_AMOUNT = (
    "amount",
    "Enter an amount above 0 with at most two decimals.",
    "请填写大于0的金额，最多两位小数。",
)
_NO_GROUNDS = (
    "grounds",
    "Write the grounds as digits with a semicolon between them, such as 1;3.",
    "请用半角数字填写纳入情形，多项以分号分隔，例如 1;3。",
)
_FULL_WIDTH = (
    "full-width",
    "Write digits and letters in ordinary width, not in full width.",
    "数字和字母须使用半角字符。",
)
