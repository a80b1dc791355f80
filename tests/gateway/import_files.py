"""Files for imports: rows of fictitious debtors with sensible cells, as text or as a file."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from gateway.models import Debtor, EnforcementCase, ImportBatch, Notice, PhoneLine, Prompt, Recording
from gateway.services.approve_import import approve_import
from gateway.services.read_csv import RowsRefused
from gateway.services.read_import import Declared
from gateway.services.stage_import import stage_import
from gateway.services.transactions import Transactions
from tests.factories import Gateway

HEADER = (
    "case_number,debtor_kind,debtor_name,identity_number,birth_date,amount,currency,decision_number,grounds,"
    "reasons,term_months,signed_by,made_on,served_on,service_method,grace_until,warned_on,publication_ref,"
    "public_number,gateway_number,deliver_to,connection,attestation_source,attestation_reference,attested_on,"
    "prompt,ends_on,review_on"
)
EVIDENCE = Declared.of("四项均已核查，结果附卷")


def transactions(gateway: Gateway, who: str = "clerk") -> Transactions:
    """Transactions of one of the people."""
    runtime, actor = gateway.runtime, gateway.people[who]
    return Transactions(runtime.engine, gateway.clock, runtime.vault, actor=actor)


def row(today: date, last: int, prompt: str) -> dict[str, str]:
    """A lawful row under ground 1, its numbers ending in `last` (below 5000) and in `last` + 5000."""
    return {
        "case_number": f"(2026)川1302执{last}号",
        "debtor_kind": "person",
        "debtor_name": f"虚构人{last}",
        "identity_number": f"51130219800101{last:04d}",
        "birth_date": "1980-01-01",
        "amount": "2951.00",
        "currency": "CNY",
        "decision_number": f"(2026)川1302执{last}号之一",
        "grounds": "1",
        "reasons": "有履行能力而拒不履行",
        "term_months": "",
        "signed_by": "院长甲",
        "made_on": str(today - timedelta(days=80)),
        "served_on": str(today - timedelta(days=78)),
        "service_method": "direct",
        "grace_until": "",
        "warned_on": str(today - timedelta(days=110)),
        "publication_ref": "",
        "public_number": f"+861710000{last:04d}",
        "gateway_number": f"+861710000{last:04d}",
        "deliver_to": f"+861710001{last:04d}",
        "connection": "north",
        "attestation_source": "carrier-letter",
        "attestation_reference": f"函{last}",
        "attested_on": str(today),
        "prompt": prompt,
        "ends_on": "",
        "review_on": str(today + timedelta(days=90)),
    }


@dataclass
class Desk:
    """A gateway with an approved prompt: where rows of files are made and imported."""

    gateway: Gateway
    prompt: str
    recording: Recording

    @classmethod
    def of(cls, gateway: Gateway) -> "Desk":
        recording = gateway.recording()
        with gateway.work() as work:
            name = work.session.get_one(Prompt, recording.prompt_id).name
        return cls(gateway, name, recording)

    @property
    def today(self) -> date:
        with self.gateway.work() as work:
            return work.today()

    def row(self, last: int, **changes: str) -> dict[str, str]:
        return row(self.today, last, self.prompt) | changes

    def rows(self, count: int) -> list[dict[str, str]]:
        today = self.today
        return [row(today, last, self.prompt) for last in range(count)]

    def stage(self, *rows: dict[str, str], declared: Declared = EVIDENCE, who: str = "clerk") -> ImportBatch:
        return stage_import(transactions(self.gateway, who), file_of(rows), declared)

    def told(self, *rows: dict[str, str], declared: Declared = EVIDENCE) -> list[tuple[int, str, str]]:
        """(line, column, rule) of everything that is refused of these rows; nothing was written."""
        with pytest.raises(RowsRefused) as refused:
            self.stage(*rows, declared=declared)
        assert not left(self.gateway)
        return [(each.line, each.field, each.rule) for each in refused.value.rows]

    def approve(self, batch: ImportBatch, who: str = "judge") -> ImportBatch:
        return approve_import(transactions(self.gateway, who), batch.id, batch.rows, batch.sha256, "lawful")


def left(gateway: Gateway) -> dict[str, int]:
    """How many rows of imports there are, by table; none where an import left nothing."""
    with gateway.read() as session:
        counts = {
            model.__tablename__: session.scalars(
                select(func.count()).select_from(model).where(model.import_id.is_not(None))
            ).one()
            for model in (EnforcementCase, PhoneLine, Notice)
        }
        counts["import_batch"] = session.scalars(select(func.count()).select_from(ImportBatch)).one()
        counts["debtor"] = session.scalars(
            select(func.count())
            .select_from(Debtor)
            .where(
                Debtor.id.not_in(select(EnforcementCase.debtor_id).where(EnforcementCase.import_id.is_(None)))
            )
        ).one()
    return {table: count for table, count in counts.items() if count}


def text_of(rows: Iterable[dict[str, str]], columns: Sequence[str] = HEADER.split(",")) -> str:
    """The rows as CSV, with CR LF."""
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def file_of(rows: Iterable[dict[str, str]]) -> io.BytesIO:
    """The rows as a file."""
    return io.BytesIO(text_of(rows).encode())
