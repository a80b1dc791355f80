"""Finding what is taken: what of a row the database holds already."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, or_, select

from gateway.models import HELD, Decision, EnforcementCase, PhoneLine
from gateway.services.check_import import Checked, as_columns
from gateway.services.enrol_case import add_case_taken, add_decision_taken
from gateway.services.enrol_line import ON_ANY_CONNECTION, add_leads_back, add_taken
from gateway.services.one_of import one_of, one_of_hashes
from gateway.services.read_csv import RowErrors
from gateway.services.read_numbers import Fields
from gateway.services.work import Work
from gateway.sight import seeing_every_court
from gateway.vault import Vault


class Keys(NamedTuple):
    """What of a row may stand in one place only; hashes under every key that is still read."""

    line: int
    case_number: str
    decision_number: str
    connection_id: str
    public: tuple[bytes, ...]
    gateway: tuple[bytes, ...]
    deliver: tuple[bytes, ...]


def keys_of(vault: Vault, row: Checked) -> Keys:
    public, gateway, deliver = row.numbers
    hashes = vault.look_up_hashes
    number = (row.entry.case.decision.number or "").strip()
    same = hashes(public) if gateway == public else hashes(gateway)
    return Keys(
        row.line,
        row.entry.case.case_number,
        number,
        row.connection_id,
        hashes(public),
        same,
        hashes(deliver),
    )


def refuse_taken_rows(
    work: Work, rows: Sequence[Keys], errors: RowErrors, ignoring: Sequence[str] = ()
) -> None:
    """Refuse rows whose case, decision or numbers are enrolled already; `ignoring` names imports."""
    counts = _Standing(work, rows, ignoring)
    for row in rows:
        fields = Fields()
        if row.case_number in counts.cases:
            add_case_taken(fields)
        if row.decision_number in counts.decisions:
            add_decision_taken(fields)
        if counts.public.intersection(row.public) or counts.delivered.intersection(row.public + row.gateway):
            add_taken(fields, "public_number")
        if any((row.connection_id, each) in counts.gateway for each in row.gateway):
            add_taken(fields, "gateway_number")
        if (counts.public | {digest for _, digest in counts.gateway}).intersection(row.deliver):
            add_leads_back(fields)
        errors.take(row.line, as_columns(fields.refusals))


class _Standing:
    """What of these rows the database holds."""

    def __init__(self, work: Work, rows: Sequence[Keys], ignoring: Sequence[str]) -> None:
        court = work.actor.court
        dialled = {digest for row in rows for digest in (*row.public, *row.gateway)}
        every = dialled | {digest for row in rows for digest in row.deliver}
        counted = or_(EnforcementCase.import_id.is_(None), EnforcementCase.import_id.not_in(ignoring))
        cases = select(EnforcementCase.case_number).where(
            EnforcementCase.court_id == court,
            one_of(EnforcementCase.case_number, [row.case_number for row in rows]),
            counted,
        )
        decisions = (
            select(Decision.number)
            .join(EnforcementCase, EnforcementCase.id == Decision.case_id)
            .where(
                Decision.court_id == court,
                one_of(Decision.number, [row.decision_number for row in rows]),
                counted,
            )
        )
        self.cases = set(work.session.scalars(cases))
        self.decisions = set(work.session.scalars(decisions))
        self.public = {
            row[0] for row in self._lines(work, one_of_hashes(PhoneLine.public_hash, every), ignoring)
        }
        dialled_as = and_(ON_ANY_CONNECTION, one_of_hashes(PhoneLine.gateway_hash, every))
        self.gateway = {(row[2], row[1]) for row in self._lines(work, dialled_as, ignoring)}
        self.delivered = {
            row[3] for row in self._lines(work, one_of_hashes(PhoneLine.deliver_hash, dialled), ignoring)
        }

    @staticmethod
    def _lines(
        work: Work, found: ColumnElement[bool], ignoring: Sequence[str]
    ) -> list[tuple[bytes, bytes, str, bytes]]:
        query = select(
            PhoneLine.public_hash, PhoneLine.gateway_hash, PhoneLine.connection_id, PhoneLine.deliver_hash
        ).where(
            found,
            HELD,
            or_(PhoneLine.import_id.is_(None), PhoneLine.import_id.not_in(ignoring)),
        )
        with seeing_every_court(work.session):
            return [tuple(row) for row in work.session.execute(query)]  # type: ignore[misc]
