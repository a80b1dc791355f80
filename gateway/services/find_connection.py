"""Finding a connection by the slug that stands in its webhooks' addresses."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import CTE, Select, String, select
from sqlalchemy.orm import Session

from gateway.call_transaction import Asking
from gateway.forward_map import MappedTrunk, TrunkRow, read_trunk
from gateway.models import Connection
from gateway.prepared import Prepared, in_tables
from gateway.vault import Vault


def find_connection(session: Session, vault: Vault, slug: str) -> MappedTrunk | None:
    """The connection with its secrets opened; None where there is none of this name."""
    row = session.scalars(select(Connection).where(Connection.slug == slug)).one_or_none()
    return read_trunk(vault, row) if row is not None else None


def find_trunks(asking: Asking, vault: Vault, slugs: Sequence[str]) -> dict[str, MappedTrunk | None]:
    """The connections of these names, as calls ask for them."""
    trunks: dict[str, MappedTrunk | None] = dict.fromkeys(slugs)
    for _, part in in_tables(slugs):
        found = (TrunkRow(*row) for row in asking.rows(TRUNKS, [(slug,) for slug in part]))
        trunks |= {row.slug: read_trunk(vault, row) for row in found}
    return trunks


def _trunks(asked: CTE, _dialect: str) -> Select[*tuple[Any, ...]]:
    columns = (getattr(Connection, name) for name in TrunkRow._fields)
    return select(*columns).join_from(asked, Connection, Connection.slug == asked.c.slug)


TRUNKS = Prepared({"slug": String()}, _trunks)
