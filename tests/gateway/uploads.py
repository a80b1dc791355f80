"""Uploaded files of tests: sent by one of the people, and worked on in this very thread."""

import io
from dataclasses import dataclass

from gateway.models import ImportBatch, ImportJob
from gateway.services.claim_job import next_due_job
from gateway.services.confirm_upload import confirm_upload
from gateway.services.preview_import import Preview, read_preview, read_refusals
from gateway.services.read_csv import RowRefusal
from gateway.services.receive_upload import NewUpload, receive_upload
from gateway.services.store_upload import PURPOSE
from gateway.services.transactions import Transactions
from gateway.services.work_on_import import work_on_import
from tests.factories import Gateway
from tests.gateway.import_files import text_of, transactions
from tests.gateway.workbooks import workbook

EVIDENCE = "四项均已核查，结果附卷"


@dataclass
class Counter:
    """Where files are handed in, and where somebody works on them."""

    gateway: Gateway

    def send(
        self, file: bytes, rows: int, *, kind: str = "enrolment", name: str = "rows.csv", who: str = "clerk"
    ) -> str:
        new = NewUpload(kind, name, rows, EVIDENCE)
        return receive_upload(transactions(self.gateway, who), new, io.BytesIO(file))

    def work(self, worker: str = "worker") -> bool:
        """Do what is due next; False where nothing is."""
        job_id = next_due_job(self.system)
        return job_id is not None and work_on_import(self.system, job_id, worker)

    def checked(self, file: bytes, rows: int, **sent: str) -> ImportJob:
        """The job of this file after its check."""
        job_id = self.send(file, rows, **sent)
        self.work()
        return self.job(job_id)

    def confirm(self, job: ImportJob, who: str = "clerk") -> ImportJob:
        """Confirmed as it stands, and written."""
        with self.gateway.work(who) as work:
            confirm_upload(work, job.id, job.rows or 0, job.version)
        self.work()
        return self.job(job.id)

    @property
    def system(self) -> Transactions:
        runtime = self.gateway.runtime
        return Transactions(runtime.engine, self.gateway.clock, runtime.vault)

    def job(self, job_id: str) -> ImportJob:
        with self.gateway.read() as session:
            job = session.get_one(ImportJob, job_id)
            session.expunge(job)
            return job

    def batch(self, job: ImportJob) -> ImportBatch:
        with self.gateway.read() as session:
            batch = session.get_one(ImportBatch, job.import_id)
            session.expunge(batch)
            return batch

    def refusals(self, job: ImportJob) -> tuple[RowRefusal, ...]:
        with self.gateway.work() as work:
            return read_refusals(work, job.errors_sealed, PURPOSE)

    def told(self, job: ImportJob) -> list[tuple[int, str, str]]:
        """(line, column, rule) of everything that was refused."""
        return [(each.line, each.field, each.rule) for each in self.refusals(job)]

    def preview(self, job: ImportJob) -> Preview:
        assert job.preview_sealed is not None
        stored = self.gateway.runtime.vault.open(job.preview_sealed, PURPOSE)
        return read_preview(stored, self.refusals(job))


def csv_of(*rows: dict[str, str]) -> bytes:
    """The rows as CSV in UTF-8."""
    return text_of(rows).encode()


def xlsx_of(*rows: dict[str, str]) -> bytes:
    """The rows as a workbook in which every cell is a text."""
    return workbook([list(rows[0]), *(list(row.values()) for row in rows)]).getvalue()
