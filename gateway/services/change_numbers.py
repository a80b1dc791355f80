"""The number of each change to lines and connections, by which local forward maps follow them."""

from sqlalchemy import update
from sqlalchemy.orm import Session

from gateway.models import Platform


def next_change(session: Session) -> int:
    """The next number. The platform's row stays locked until the commit: numbers show in order."""
    query = update(Platform).values(change_no=Platform.change_no + 1).returning(Platform.change_no)
    number: int = session.execute(query.execution_options(synchronize_session=False)).scalar_one()
    return number
