"""Bringing what is kept under older keys under the current one: hashed and sealed anew, a few rows at a time.

Persons' keys and old fallback addresses cannot be rewritten, as nobody keeps what they were made of:
an older key is kept for reading as long as it is named anywhere.
"""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from gateway.models import (
    AccessLink,
    Base,
    Connection,
    CreditHandoff,
    Debtor,
    Decision,
    EnforcementCase,
    EnrolmentDraft,
    ImportJob,
    ImportPart,
    Notice,
    PhoneLine,
    ProtectedCaller,
    Remark,
    User,
)
from gateway.services.audit import PLATFORM
from gateway.services.change_numbers import next_change
from gateway.services.transactions import Transactions
from gateway.services.work import Work

CHUNK = 200
SEALED: tuple[tuple[type[Base], dict[str, str]], ...] = (
    (
        PhoneLine,
        dict.fromkeys(("public_sealed", "gateway_sealed", "deliver_sealed", "proposed_sealed"), "number"),
    ),
    (ProtectedCaller, {"number_sealed": "number"}),
    (
        Connection,
        dict.fromkeys(("secret_current_sealed", "secret_next_sealed"), "secret")
        | {"outgoing_sealed": "number"},
    ),
    (Debtor, dict.fromkeys(("name_sealed", "identity_sealed", "representative_sealed"), "person")),
    (Decision, {"signed_by_sealed": "person", "declarations_sealed": "declarations"}),
    (EnforcementCase, {"obligation_sealed": "obligation"}),
    (EnrolmentDraft, {"typed_sealed": "draft"}),
    (Notice, {"approver_declarations_sealed": "declarations"}),
    (CreditHandoff, {"message_sealed": "handoff"}),
    (Remark, {"text_sealed": "remark"}),
    (
        ImportJob,
        {
            "file_name_sealed": "upload",
            "declared_sealed": "upload",
            "errors_sealed": "upload",
            "preview_sealed": "upload",
        },
    ),
    (ImportPart, {"content_sealed": "upload"}),
    (User, {"name_sealed": "person", "totp_sealed": "totp"}),
    (AccessLink, {"totp_sealed": "totp"}),
)
"""Every sealed column with the purpose under which it is sealed; idempotency records are gone in a day,
challenges in minutes."""

HASHED: dict[type[Base], dict[str, str]] = {
    PhoneLine: {
        "public_hash": "public_sealed",
        "gateway_hash": "gateway_sealed",
        "deliver_hash": "deliver_sealed",
        "proposed_hash": "proposed_sealed",
    },
    ProtectedCaller: {"number_hash": "number_sealed"},
}
"""Every look-up hash of a number, with the sealed column from which it can be made anew."""


def rewrite_keys(transactions: Transactions) -> int:
    """Rewrite every row that is not under the current key; returns how many were. Harmless when repeated."""
    count = 0
    for model, columns in SEALED:
        for ids in _chunks(transactions, model):
            with transactions.writing() as work:
                count += sum(_rewrite(work, model, columns, row_id) for row_id in ids)
    with transactions.writing() as work:
        work.enter(PLATFORM, "rewrote_keys", "platform", "all", {"rows": count})
    return count


def _chunks(transactions: Transactions, model: type[Base]) -> Iterator[list[str]]:
    table: Any = model
    last = ""
    while True:
        with transactions.reading() as work:
            ids = list(
                work.session.scalars(select(table.id).where(table.id > last).order_by(table.id).limit(CHUNK))
            )
        if not ids:
            return
        yield ids
        last = ids[-1]


def _rewrite(work: Work, model: type[Base], columns: dict[str, str], row_id: str) -> bool:
    row: Any = work.session.get(model, row_id, with_for_update=True)
    sealed = {name: getattr(row, name) for name in columns} if row is not None else {}
    old = {
        name: value
        for name, value in sealed.items()
        if value and work.vault.key_of(value) != work.vault.current_key
    }
    if not old:
        return False
    plain = {name: work.vault.open_bytes(value, columns[name]) for name, value in sealed.items() if value}
    for name, content in plain.items():
        setattr(row, name, work.vault.seal_bytes(content, columns[name]))
    for digest, source in HASHED.get(model, {}).items():
        if source in plain:
            setattr(row, digest, work.vault.look_up_hash(plain[source].decode()))
    if isinstance(row, PhoneLine):
        row.hash_key = work.vault.current_key
    # A released line is no news: its number may be that of another line, which the forward map holds by now.
    if isinstance(row, Connection) or (isinstance(row, PhoneLine) and row.state != "released"):
        row.change_no = next_change(work.session)
    work.session.flush()
    return True
