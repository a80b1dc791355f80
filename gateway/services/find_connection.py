"""Finding a connection by the slug that stands in its webhooks' addresses."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from gateway.forward_map import MappedTrunk, read_trunk
from gateway.models import Connection
from gateway.vault import Vault


def find_connection(session: Session, vault: Vault, slug: str) -> MappedTrunk | None:
    """The connection with its secrets opened; None where there is none of this name."""
    row = session.scalars(select(Connection).where(Connection.slug == slug)).one_or_none()
    return read_trunk(vault, row) if row is not None else None
