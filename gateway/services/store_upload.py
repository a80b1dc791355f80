"""Keeping an uploaded file in the database while it is needed: sealed, a piece at a time, and soon gone."""

from typing import BinaryIO

from sqlalchemy import insert, select

from gateway.models import ImportPart
from gateway.services.purge_rows import delete_rows
from gateway.services.transactions import Transactions
from gateway.spreadsheets.read_workbook import memory_file

PART_BYTES = 128 << 10
"""So much is written in one transaction, which keeps the lock short."""
PURPOSE = "upload"


def store_parts(transactions: Transactions, court_id: str, job_id: str, content: str, file: BinaryIO) -> None:
    """Keep the whole of a file as the `content` of a job: upload or rows; an earlier one is replaced."""
    forget_parts(transactions, job_id, content)
    file.seek(0)
    for number, piece in enumerate(iter(lambda: file.read(PART_BYTES), b"")):
        sealed = transactions.vault.seal_bytes(piece, PURPOSE)
        with transactions.writing() as work:
            row = {
                "id": work.new_id(),
                "court_id": court_id,
                "job_id": job_id,
                "content": content,
                "number": number,
                "content_sealed": sealed,
            }
            work.session.execute(insert(ImportPart).values(row))


def open_parts(transactions: Transactions, job_id: str, content: str) -> BinaryIO:
    """The file again, in memory, from its start."""
    file, number = memory_file(content), 0
    wanted = (ImportPart.job_id == job_id, ImportPart.content == content)
    while True:
        with transactions.reading() as work:
            query = select(ImportPart.content_sealed).where(*wanted, ImportPart.number == number)
            sealed = work.session.scalars(query).one_or_none()
        if sealed is None:
            file.seek(0)
            return file
        file.write(transactions.vault.open_bytes(sealed, PURPOSE))
        number += 1


def forget_parts(transactions: Transactions, job_id: str, *contents: str) -> None:
    """Delete what is kept of a job: these contents, or all."""
    wanted = [ImportPart.job_id == job_id]
    if contents:
        wanted.append(ImportPart.content.in_(contents))
    delete_rows(transactions, ImportPart, *wanted)
