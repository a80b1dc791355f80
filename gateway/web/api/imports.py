"""Imports over the API: a CSV file of enrolments, staged whole, approved as one by a second person."""

import io
from typing import Annotated

from pydantic import Field

from gateway.models import ImportBatch
from gateway.services.approve_import import approve_import
from gateway.services.list_imports import read_import_batch
from gateway.services.permissions import Action
from gateway.services.read_import import Declared
from gateway.services.stage_import import stage_import
from gateway.services.work import Work, expect_version
from gateway.web.api.routes import Asked, Preparation, Sends, act, create, read
from gateway.web.api.shapes import Nothing, Prose, Resource, Sha256, Shape, Whole


class ImportFile(Shape):
    """What the clerk declares for every row, and how many rows he believes to be there."""

    art3_evidence: Prose | None = None
    not_public: Annotated[bool, Field(strict=False)] = False
    rows: Annotated[Whole, Field(strict=False)] | None = None


class ApproveImport(Shape):
    """The file that was seen: its number of rows and the SHA-256 of its bytes."""

    rows: Whole
    sha256: Sha256
    reason: Prose | None = None


class ImportShown(Resource):
    """An import."""

    kind: str
    rows: int
    sha256: str
    submitted_by: str
    approved_by: str | None


def _stage(preparation: Preparation) -> str:
    """Write the file's rows, in many short transactions of their own."""
    sent: ImportFile = preparation.asked.body
    file, declared = io.BytesIO(preparation.asked.upload), Declared.of(sent.art3_evidence, sent.not_public)
    return stage_import(preparation.transactions, file, declared, sent.rows).id


def _approve(preparation: Preparation) -> str:
    asked, sent = preparation.asked, preparation.asked.body
    with preparation.transactions.reading() as work:
        expect_version(read_import_batch(work, asked.id), asked.seen_version)
    return approve_import(preparation.transactions, asked.id, sent.rows, sent.sha256, sent.reason).id


def _read_prepared(work: Work, asked: Asked[Shape]) -> ImportShown:
    return _show(read_import_batch(work, asked.prepared))


def _read(work: Work, asked: Asked[Nothing]) -> ImportShown:
    return _show(read_import_batch(work, asked.id))


def _show(row: ImportBatch) -> ImportShown:
    return ImportShown(
        id=row.id,
        state=row.state,
        version=row.version,
        created_at=row.created_at,
        kind=row.kind,
        rows=row.rows,
        sha256=row.sha256,
        submitted_by=row.submitted_by,
        approved_by=row.approved_by,
    )


ROUTES = (
    create(
        "/imports",
        "Import a file of enrolments, all or nothing",
        Action.ENROL,
        _read_prepared,
        ImportShown,
        ImportFile,
        sends=Sends.CSV,
        upload="file",
        prepare=_stage,
    ),
    read("/imports/<id>", "Read an import", Action.READ, _read, ImportShown),
    act(
        "/imports/<id>/approve",
        "Approve an import as one",
        Action.APPROVE,
        _read_prepared,
        ImportShown,
        ApproveImport,
        prepare=_approve,
    ),
)
