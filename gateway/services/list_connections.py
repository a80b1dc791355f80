"""Reading connections, and which lines' fallbacks are unchecked or were checked before a change."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, or_, select

from gateway.models import HELD, Connection, PhoneLine
from gateway.services.list_lines import LineFile, line_file
from gateway.services.list_rows import Page, Wanted, page_of, published
from gateway.services.permissions import Action
from gateway.services.refusals import NotFound
from gateway.services.work import Work


@dataclass(frozen=True, slots=True)
class ConnectionFile:
    """A connection with how many lines it has, and how many of those need their fallback checked."""

    connection: Connection
    lines: int
    unchecked: int


def list_connections(work: Work, wanted: Wanted) -> Page[ConnectionFile]:
    """A page of the connections, the newest first."""
    work.actor.must(Action.MANAGE_CONNECTIONS)
    page = page_of(work, select(Connection), Connection.id, wanted)
    return page.shown(lambda row: _file(work, row))


def read_connection(work: Work, slug: str) -> ConnectionFile:
    """One connection by its name; raises NotFound."""
    work.actor.must(Action.MANAGE_CONNECTIONS)
    row = work.session.scalars(select(Connection).where(Connection.slug == slug)).one_or_none()
    if row is None:
        raise NotFound
    return _file(work, row)


def list_unchecked(work: Work, wanted: Wanted) -> Page[LineFile]:
    """A page of the court's lines whose fallback is unchecked, or was checked before the last change."""
    work.actor.must(Action.ENROL)
    query = (
        select(PhoneLine)
        .join(Connection, Connection.id == PhoneLine.connection_id)
        .where(PhoneLine.court_id == work.actor.court, published(PhoneLine), _unchecked())
    )
    return page_of(work, query, PhoneLine.id, wanted).shown(lambda line: line_file(work, line))


def needs_check(file: LineFile) -> bool:
    """The same question of a line that is at hand."""
    checked, moved = file.line.fallback_checked_at, file.connection.moved_at
    if file.line.state == "released":
        return False
    return checked is None or (moved is not None and checked < moved)


def _file(work: Work, row: Connection) -> ConnectionFile:
    held = select(func.count()).where(PhoneLine.connection_id == row.id, HELD)
    unchecked = (
        select(func.count())
        .select_from(PhoneLine)
        .join(Connection, Connection.id == PhoneLine.connection_id)
        .where(Connection.id == row.id, _unchecked())
    )
    count = work.session.execute
    return ConnectionFile(row, count(held).scalar_one(), count(unchecked).scalar_one())


def _unchecked() -> ColumnElement[bool]:
    """A change of delivery empties the time of the check; a moved connection leaves it behind."""
    checked = PhoneLine.fallback_checked_at
    return HELD & or_(checked.is_(None), checked < Connection.moved_at)
