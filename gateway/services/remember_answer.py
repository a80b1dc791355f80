"""Remembering what a request with an Idempotency-Key was answered, in the transaction of its effect."""

import hashlib
import json
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from gateway.models import IdempotencyRecord
from gateway.services.refusals import refuse
from gateway.services.upsert import insert_if_new
from gateway.services.work import Work
from gateway.vault import Vault

_PURPOSE = "answer"


@dataclass(frozen=True, slots=True)
class Keyed:
    """A request that may be repeated: whose it is, its key, and a digest of everything that was asked."""

    user_id: str
    key: str
    request_hash: bytes

    @property
    def key_hash(self) -> bytes:
        return hashlib.sha256(self.key.encode()).digest()


@dataclass(frozen=True, slots=True)
class Remembered:
    """What a request was answered."""

    status: int
    location: str | None
    body: bytes


def recall_answer(session: Session, vault: Vault, keyed: Keyed) -> Remembered | None:
    """What this request was answered before; None where it is new.

    Raises NotValid where the person has used the key for another request.
    """
    query = select(IdempotencyRecord).where(
        IdempotencyRecord.user_id == keyed.user_id, IdempotencyRecord.key_hash == keyed.key_hash
    )
    row = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if row is None or row.status is None or row.body_sealed is None:
        return None
    if row.request_hash != keyed.request_hash:
        raise refuse(
            "Idempotency-Key",
            "idempotency-key-reused",
            "This key was used for another request.",
            "该幂等键已用于另一请求。",
        )
    return Remembered(row.status, row.location, vault.open(row.body_sealed, _PURPOSE).encode())


def claim_key(work: Work, keyed: Keyed) -> Remembered | None:
    """Take the key for this transaction; the earlier answer where there is one.

    Whoever comes second with the same key waits here for the first to commit, or takes over where the first
    was rolled back: a failed request may be sent again.
    """
    row = {
        "user_id": keyed.user_id,
        "key_hash": keyed.key_hash,
        "request_hash": keyed.request_hash,
        "state": "running",
        "created_at": work.now,
    }
    if insert_if_new(work.session, IdempotencyRecord, row):
        return None
    return recall_answer(work.session, work.vault, keyed)


def remember_answer(work: Work, keyed: Keyed, answer: Remembered) -> None:
    """Keep the answer; it becomes durable together with the effect that it tells of."""
    work.session.execute(
        update(IdempotencyRecord)
        .where(IdempotencyRecord.user_id == keyed.user_id, IdempotencyRecord.key_hash == keyed.key_hash)
        .values(
            state="answered",
            status=answer.status,
            location=answer.location,
            body_sealed=work.vault.seal(answer.body.decode(), _PURPOSE),
        )
        .execution_options(synchronize_session=False)
    )


def digest_of(*parts: object) -> bytes:
    """A digest of what was asked; equal for the same JSON in whatever spacing and order."""
    plain = json.dumps(parts, sort_keys=True, ensure_ascii=True, default=str)
    return hashlib.sha256(plain.encode()).digest()
