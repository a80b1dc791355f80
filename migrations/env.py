"""How Alembic runs: over the connection that the program hands in, one transaction for each migration."""

from typing import Literal

from alembic import context
from sqlalchemy import TypeDecorator
from sqlalchemy.types import TypeEngine

from gateway.models import Base


def plain_type(kind: str, item: object, _context: object) -> str | Literal[False]:
    """Write our own column types as the plain SQLAlchemy types under them."""
    if kind == "type" and isinstance(item, TypeDecorator):
        plain: TypeEngine[object] = item.impl_instance
        return f"sa.{plain!r}"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_item=plain_type,
    render_as_batch=True,
    transaction_per_migration=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
