"""Finding a connection by the slug that stands in its webhooks' addresses."""

from collections.abc import Collection
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Dialect, String, bindparam, select
from sqlalchemy.orm import Session

from gateway.database import Transaction
from gateway.forward_map import MappedTrunk, read_trunk
from gateway.models import Connection
from gateway.prepared import Prepared
from gateway.vault import Vault

_READ = (
    Connection.id,
    Connection.slug,
    Connection.kind,
    Connection.account,
    Connection.secret_current_sealed,
    Connection.secret_next_sealed,
    Connection.public_base_url,
    Connection.country,
    Connection.default_route,
)
_PREPARED: dict[str, Prepared] = {}


def find_connection(session: Session, vault: Vault, slug: str) -> MappedTrunk | None:
    """The connection with its secrets opened; None where there is none of this name."""
    row = session.scalars(select(Connection).where(Connection.slug == slug)).one_or_none()
    return read_trunk(vault, row) if row is not None else None


def find_trunks(
    transaction: Transaction, vault: Vault, slugs: Collection[str]
) -> dict[str, MappedTrunk | None]:
    """The connections of these names, as a call asks for them."""
    answers = transaction.rows(_prepared(transaction.dialect), [{"asked": slug} for slug in slugs])
    return {
        slug: _opened(vault, rows[0]) if rows else None for slug, rows in zip(slugs, answers, strict=True)
    }


def _opened(vault: Vault, values: dict[str, Any]) -> MappedTrunk:
    row: Any = SimpleNamespace(**values)
    return read_trunk(vault, row)


def _prepared(dialect: Dialect) -> Prepared:
    if dialect.name not in _PREPARED:
        asked = bindparam("asked", type_=String())
        _PREPARED[dialect.name] = Prepared(select(*_READ).where(Connection.slug == asked), dialect)
    return _PREPARED[dialect.name]
