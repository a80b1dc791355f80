"""A person's work list: what waits for him, counted to a bound, and each section a page at a time."""

from dataclasses import dataclass

from sqlalchemy import select

from gateway.models import Connection
from gateway.services.describe_tasks import Task, describe
from gateway.services.keyset import Count, count_rows, read_slice
from gateway.services.list_rows import Page
from gateway.services.permissions import Action
from gateway.services.refusals import NotFound, refuse
from gateway.services.work import Work
from gateway.services.work_sections import SECTIONS, Narrowed, Section

LONGEST_SPAN = 366


@dataclass(frozen=True, slots=True)
class Counted:
    """A section of this person's list and how much is in it."""

    name: str
    count: Count


def list_sections(work: Work, narrowed: Narrowed) -> tuple[Counted, ...]:
    """The sections that this person has, also the empty ones, in the order in which they are shown."""
    work.actor.must(Action.READ)
    checked = _check(work, narrowed)
    return tuple(
        Counted(each.name, count_rows(work.session, each.listing(work, checked)))
        for each in SECTIONS
        if work.actor.may(each.action)
    )


def list_tasks(work: Work, section: str, narrowed: Narrowed, after: str | None, limit: int) -> Page[Task]:
    """A page of a section; NotFound for one that this person does not have."""
    work.actor.must(Action.READ)
    found = _section(work, section)
    page = read_slice(work.session, found.listing(work, _check(work, narrowed)), after, limit)
    return Page(describe(work, page.rows), page.next)


def _section(work: Work, name: str) -> Section:
    for each in SECTIONS:
        if each.name == name and work.actor.may(each.action):
            return each
    raise NotFound


def _check(work: Work, narrowed: Narrowed) -> Narrowed:
    """`connection` is entered as its name and asked for as its id."""
    if narrowed.within_days is not None and not 1 <= narrowed.within_days <= LONGEST_SPAN:
        raise refuse(
            "within",
            "days",
            f"Enter a number of days from 1 to {LONGEST_SPAN}.",
            f"请填写1至{LONGEST_SPAN}之间的天数。",
        )
    return Narrowed(narrowed.within_days, connection_id(work, narrowed.connection))


def connection_id(work: Work, slug: str | None) -> str | None:
    """The id of the connection of this name; None where none is wanted."""
    if slug is None:
        return None
    found = work.session.scalars(select(Connection.id).where(Connection.slug == slug)).one_or_none()
    if found is None:
        raise refuse("connection", "connection", "There is no such connection.", "没有该线路接入。")
    return found


def connection_names(work: Work) -> tuple[str, ...]:
    """The names of the platform's connections, to choose from."""
    work.actor.must(Action.READ)
    return tuple(work.session.scalars(select(Connection.slug).order_by(Connection.slug)))
