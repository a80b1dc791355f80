"""Receiving a file to be imported: kept sealed, piece by piece, then handed to whatever process checks it."""

import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import PurePosixPath, PureWindowsPath
from typing import BinaryIO

from sqlalchemy import func, select

from gateway.models import ImportJob
from gateway.services.permissions import Action
from gateway.services.read_import import Declared
from gateway.services.read_numbers import Fields
from gateway.services.refusals import NotAllowed, refuse
from gateway.services.store_upload import PURPOSE, store_parts
from gateway.services.transactions import Transactions
from gateway.services.work import Work

MOST_BYTES = 24 << 20
MOST_ROWS = 250_000
MOST_OPEN = 20
"""So many of one person's files may wait at a time."""
ENDED = ("refused", "submitted", "withdrawn", "failed")
ASKS: dict[str, tuple[Action, ...]] = {
    "enrolment": (Action.ENROL, Action.SUBMIT),
    "closures": (Action.SILENCE,),
}
"""What a person must be allowed to do with each kind of file."""


@dataclass(frozen=True, slots=True)
class NewUpload:
    """What a clerk says of a file: its kind, its number of rows, and what he declares for all of them."""

    kind: str
    file_name: str
    rows: int
    art3_evidence: str | None = None
    not_public: bool = False


def receive_upload(transactions: Transactions, new: NewUpload, file: BinaryIO) -> str:
    """The id of the job, in state received; raises NotValid. A crash in between leaves what purge removes."""
    for action in ASKS.get(new.kind, tuple(Action)):
        transactions.actor.must(action)
    digest, size = _measure(file)
    _refuse(new, size)
    with transactions.writing() as work:
        _refuse_many(work)
        job = _job(work, new, digest, size)
        work.session.add(job)
    store_parts(transactions, job.court_id, job.id, "upload", file)
    with transactions.writing() as work:
        job = work.find(ImportJob, job.id)
        job.state, job.changed_at = "received", work.now
        work.changed("uploaded", job, {"sha256": digest, "rows": new.rows})
    return job.id


def declared_of(work: Work, job: ImportJob) -> Declared:
    """What the clerk declared for every row of the file."""
    said = json.loads(work.vault.open(job.declared_sealed, PURPOSE)) if job.declared_sealed else {}
    return Declared.of(said.get("art3_evidence"), said.get("not_public", False))


def clean_name(name: str) -> str:
    """A file's name as it may be shown: without folders and without what cannot be seen."""
    last = PurePosixPath(PureWindowsPath(name).name).name
    return re.sub(r"\s+", " ", "".join(each if each.isprintable() else " " for each in last)).strip()[:100]


def _measure(file: BinaryIO) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    file.seek(0)
    while block := file.read(1 << 16):
        digest.update(block)
        size += len(block)
        if size > MOST_BYTES:
            break
    return digest.hexdigest(), size


def _refuse(new: NewUpload, size: int) -> None:
    fields = Fields()
    if not size:
        fields.add("file", "file-required", "Choose a file that is not empty.", "请选择文件，文件不得为空。")
    if size > MOST_BYTES:
        most = MOST_BYTES >> 20
        fields.add(
            "file",
            "file-too-large",
            f"The file is larger than {most} MiB; divide it.",
            f"文件超过{most}MiB，请拆分。",
        )
    if not 1 <= new.rows <= MOST_ROWS:
        fields.add(
            "rows",
            "rows-required",
            f"Say how many rows the file has without its heading: 1 to {MOST_ROWS}.",
            f"请填写文件的数据行数（不含表头）：1至{MOST_ROWS}。",
        )
    if new.art3_evidence and len(new.art3_evidence.strip()) > 2000:
        fields.add("art3_evidence", "text", "Enter at most 2000 characters.", "最多填写2000个字符。")
    fields.done()


def _refuse_many(work: Work) -> None:
    query = (
        select(func.count())
        .select_from(ImportJob)
        .where(ImportJob.created_by == work.actor.user_id, ImportJob.state.not_in(ENDED))
    )
    if work.session.scalars(query).one() >= MOST_OPEN:
        raise refuse(
            "file",
            "too-many-uploads",
            "Too many of your files wait already; confirm or withdraw them first.",
            "您待处理的文件过多，请先确认或撤回。",
        )


def _job(work: Work, new: NewUpload, digest: str, size: int) -> ImportJob:
    said = {"art3_evidence": (new.art3_evidence or "").strip(), "not_public": new.not_public}
    return ImportJob(
        id=work.new_id(),
        court_id=work.actor.court,
        kind=new.kind,
        created_by=work.actor.user_id,
        file_name_sealed=work.vault.seal(clean_name(new.file_name), PURPOSE),
        file_sha256=digest,
        file_bytes=size,
        declared_rows=new.rows,
        declared_sealed=work.vault.seal(json.dumps(said), PURPOSE),
        state="receiving",
        created_at=work.now,
        changed_at=work.now,
    )


def refuse_unless_sender(work: Work, job: ImportJob) -> None:
    """Raise NotAllowed where somebody else sent the file: he knows what he meant to send."""
    if job.created_by != work.actor.user_id:
        raise NotAllowed(
            "own-upload",
            "Only the person who uploaded the file may do this.",
            "此事项只能由上传该文件的人办理。",
        )
