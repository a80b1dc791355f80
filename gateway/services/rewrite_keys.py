"""Bringing what is kept under older keys under the current one: hashed and sealed anew, a few rows at a time.

Persons' keys and old fallback addresses cannot be rewritten, as nobody keeps what they were made of:
an older key is kept for reading as long as it is named anywhere.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import func, select

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
from gateway.services.keep_pace import LEAST, SHORT, Pace
from gateway.services.one_of import one_of
from gateway.services.transactions import Transactions
from gateway.services.work import Work
from gateway.vault import LONGEST_MARK, Vault

AT_ONCE = 1000
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
    """Rewrite every row that is not under the current key; returns how many were. Harmless when repeated.

    Calls go on meanwhile, so no transaction is longer than a sweep's.
    """
    count, pace = 0, Pace(transactions, SHORT, LEAST)
    for model, columns in SEALED:
        for ids in _under_older_keys(transactions, model, columns):
            while ids:
                some, ids = ids[: pace.size], ids[pace.size :]
                with pace.writing() as work:
                    count += sum(_rewrite(work, row, columns) for row in _locked(work, model, some))
                    work.session.flush()
                    pace.written(len(some))
    with transactions.writing() as work:
        work.enter(PLATFORM, "rewrote_keys", "platform", "all", {"rows": count})
    return count


def _under_older_keys(
    transactions: Transactions, model: type[Base], columns: Iterable[str]
) -> Iterator[Sequence[str]]:
    """Ids of rows that are to be rewritten, by what their sealed values begin with: uploads are large."""
    table: Any = model
    marks = [func.substr(getattr(table, name), 1, LONGEST_MARK) for name in columns]
    last = ""
    while True:
        with transactions.reading() as work:
            query = select(table.id, *marks).where(table.id > last).order_by(table.id).limit(AT_ONCE)
            rows = work.session.execute(query).all()
            current = work.vault.current_key
        if not rows:
            return
        yield [row[0] for row in rows if any(mark and Vault.key_of(mark) != current for mark in row[1:])]
        last = rows[-1][0]


def _locked(work: Work, model: type[Base], ids: Sequence[str]) -> Sequence[Any]:
    table: Any = model
    query = select(table).where(one_of(table.id, ids)).order_by(table.id).with_for_update(key_share=True)
    return work.session.scalars(query).all()


def _rewrite(work: Work, row: Any, columns: dict[str, str]) -> bool:
    sealed = {name: getattr(row, name) for name in columns}
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
    for digest, source in HASHED.get(type(row), {}).items():
        if source in plain:
            setattr(row, digest, work.vault.look_up_hash(plain[source].decode()))
    if isinstance(row, PhoneLine):
        row.hash_key = work.vault.current_key
    # A released line is no news: its number may be that of another line, which the forward map holds by now.
    if isinstance(row, Connection) or (isinstance(row, PhoneLine) and row.state != "released"):
        row.change_no = next_change(work.session)
    return True
