"""Finding what a telephone number is to the court, by its keyed hash; the number is kept nowhere."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, select

from gateway.models import HELD, Connection, PhoneLine
from gateway.services.audit import Chain
from gateway.services.describe_tasks import Task, describe
from gateway.services.permissions import Action
from gateway.services.read_numbers import Fields
from gateway.services.work import Work

MOST = 50


@dataclass(frozen=True, slots=True)
class Match:
    """A line, and what the number is to it: "public", "gateway", "deliver" or "released"."""

    line: Task
    role: str


def search_number(work: Work, text: str) -> tuple[Match, ...]:
    """The court's lines on which this number stands. That it was searched for is recorded, not for what.

    Raises NotValid for what is no number.
    """
    work.actor.must(Action.READ)
    fields = Fields()
    number = fields.number("number", text, work.court().country)
    fields.done()
    hashes = work.vault.look_up_hashes(number)
    matches, seen = [], set()
    for role, condition in _roles(work, hashes):
        for line in _lines(work, condition):
            if line.id not in seen:
                seen.add(line.id)
                matches.append(Match(describe(work, (line,))[0], role))
    _enter(work, matches)
    return tuple(matches)


def _roles(work: Work, hashes: tuple[bytes, ...]) -> tuple[tuple[str, ColumnElement[bool]], ...]:
    """Each for itself, as each has an index of its own; released lines come last."""
    connections = work.session.scalars(select(Connection.id)).all()
    return (
        ("public", PhoneLine.public_hash.in_(hashes) & HELD),
        ("gateway", PhoneLine.connection_id.in_(connections) & PhoneLine.gateway_hash.in_(hashes) & HELD),
        ("deliver", PhoneLine.deliver_hash.in_(hashes) & HELD),
        ("released", PhoneLine.public_hash.in_(hashes) & (PhoneLine.state == "released")),
    )


def _lines(work: Work, condition: ColumnElement[bool]) -> list[PhoneLine]:
    query = select(PhoneLine).where(condition, PhoneLine.court_id == work.actor.court)
    return list(work.session.scalars(query.limit(MOST)))


def _enter(work: Work, matches: list[Match]) -> None:
    """An entry about each line found, so that a debtor can be told who looked; else one of the court."""
    chain = Chain(work.actor.court)
    for match in matches:
        work.enter(chain, "found_by_number", "line", match.line.id)
    if not matches:
        work.enter(chain, "searched_number", "court", work.actor.court)
