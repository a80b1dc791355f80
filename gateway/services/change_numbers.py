"""The number of each change to lines and connections, by which local forward maps follow them."""

from sqlalchemy import update
from sqlalchemy.orm import Session

from gateway.models import Platform
from gateway.models.base import table_of


def next_change(session: Session) -> int:
    """The next number. The platform's row stays locked until the commit: numbers show in order."""
    number: int = session.connection().execute(_NEXT).scalar_one()
    return number


_PLATFORM = table_of(Platform)
_NEXT = update(_PLATFORM).values(change_no=_PLATFORM.c.change_no + 1).returning(_PLATFORM.c.change_no)
