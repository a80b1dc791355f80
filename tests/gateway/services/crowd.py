"""Many notices at once, and work done by several threads at the same moment."""

import hashlib
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from sqlalchemy import insert, select

from gateway.database import writing
from gateway.ids import new_id
from gateway.models import Base, Notice, PhoneLine
from gateway.services.audit import Verdict, verify_chains
from gateway.services.transactions import Transactions
from gateway.sight import EVERY_COURT
from tests.factories import Gateway

Result = TypeVar("Result")


def transactions(gateway: Gateway) -> Transactions:
    """What a job is handed, without a lease."""
    runtime = gateway.runtime
    return Transactions(runtime.engine, runtime.clock, runtime.vault)


def crowd(gateway: Gateway, notice: Notice, size: int) -> list[str]:
    """So many more notices like this one, each on a line of its own; their ids."""
    with writing(gateway.runtime.engine, EVERY_COURT) as session:
        like = _columns(session.get_one(Notice, notice.id))
        line = _columns(session.get_one(PhoneLine, notice.line_id))
        ids = [(new_id(gateway.clock.now()), new_id(gateway.clock.now())) for _ in range(size)]
        hashes = ("public_hash", "gateway_hash", "deliver_hash")
        lines = [
            line | {"id": line_id} | {name: _hash(name, line_id) for name in hashes} for line_id, _ in ids
        ]
        session.execute(insert(PhoneLine), lines)
        notices = [like | {"id": notice_id, "line_id": line_id} for line_id, notice_id in ids]
        session.execute(insert(Notice), notices)
    return [notice_id for _, notice_id in ids]


def _columns(row: Base) -> dict[str, Any]:
    return {column.key: getattr(row, column.key) for column in row.__table__.columns}


def _hash(name: str, line_id: str) -> bytes:
    return hashlib.sha256(f"{name} {line_id}".encode()).digest()[:16]


def at_once(work: Callable[[], Result], times: int = 2) -> list[Result]:
    """Do the same in several threads that begin together."""
    start = threading.Barrier(times)

    def one(_: int) -> Result:
        start.wait(30)
        return work()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(one, range(times)))


def notice_row(gateway: Gateway, notice_id: str) -> Notice:
    """The notice as it stands in the database."""
    with gateway.read() as session:
        row = session.get_one(Notice, notice_id)
        session.expunge(row)
        return row


def quiet_because(gateway: Gateway, notice: Notice) -> str | None:
    """The word left on the notice's line."""
    with gateway.read() as session:
        return session.scalars(select(PhoneLine.quiet_because).where(PhoneLine.id == notice.line_id)).one()


def verdict(gateway: Gateway) -> Verdict:
    """What a check of every audit chain says."""
    with gateway.read() as session:
        return verify_chains(session)
