"""The one statement that decides a call, at few lines and at many: its time must not grow with them.

Each round asks for the same numbers, drawn once at random among all lines: so what is compared is the work of
finding them, and not how much of the database the machine's memory holds.
"""

import hashlib
import random
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from bench.report import spread
from gateway.call_transaction import Kept
from gateway.database import writing
from gateway.models import Connection
from gateway.services.look_up_call import Question, look_up_calls
from gateway.sight import EVERY_COURT
from tests.factories import Gateway, open_gateway
from tests.postgres import Server

LIMIT = 1.3
ASKED = 400
CHUNK = 50_000


def measure_growth(place: Path, server: Server | None, sizes: Sequence[int], rounds: int) -> dict[str, Any]:
    """Rounds of look-ups, few and many lines by turns: for every size beyond the first its ratio to that."""
    gateways = {lines: _filled(place, server, lines) for lines in sizes}
    results = compare(gateways, rounds)
    for gateway in gateways.values():
        gateway.runtime.close()
    return results


def compare(gateways: Mapping[int, Gateway], rounds: int) -> dict[str, Any]:
    """The same of gateways that are filled; lines -> gateway, the fewest lines first."""
    sizes = list(gateways)
    drawn = {lines: random.sample(range(lines), ASKED) for lines in sizes}
    for lines, gateway in gateways.items():
        _ask(gateway, drawn[lines])
    times = [
        {lines: _ask(gateway, drawn[lines]) for lines, gateway in gateways.items()} for _ in range(rounds)
    ]
    return {
        f"look-up among {large:,}": {
            "lines": [sizes[0], large],
            "rounds": rounds,
            "look_ups_a_round": ASKED,
            "ratios": spread([each[large] / each[sizes[0]] for each in times]),
            "limit": LIMIT,
        }
        for large in sizes[1:]
    }


def _filled(place: Path, server: Server | None, lines: int) -> Gateway:
    directory = place / f"{'postgresql' if server else 'sqlite'}-{lines}"
    directory.mkdir()
    url = server.create() if server else f"sqlite:///{directory / 'gateway.db'}"
    gateway = open_gateway(url, directory)
    fill(gateway, lines)
    return gateway


def number_hash(place: int) -> bytes:
    return hashlib.sha256(b"dialled %d" % place).digest()[:16]


Columns = dict[str, object]


def fill(
    gateway: Gateway,
    lines: int,
    digest: Callable[[int], bytes] = number_hash,
    unlike: Callable[[int], tuple[Columns, Columns]] = lambda _place: ({}, {}),
) -> None:
    """Copies of one line with an approved notice, each under a number of its own.

    `unlike` says in what else a line and its notice differ from the copied ones, for every place in the same
    columns.
    """
    notice = gateway.notice()
    for first in range(0, lines, CHUNK):
        places = range(first, min(lines, first + CHUNK))
        different = {place: unlike(place) for place in places}
        lines_of = [_line(place, digest(place)) | different[place][0] for place in places]
        notices_of = [_notice(place) | different[place][1] for place in places]
        with writing(gateway.runtime.engine, EVERY_COURT) as session:
            _copy(session, "line", notice.line_id, lines_of)
            _copy(session, "notice", notice.id, notices_of)
    if gateway.runtime.engine.dialect.name == "postgresql":
        with gateway.owner() as owner, owner.begin() as connection:
            connection.execute(text("ANALYZE"))


def _line(place: int, digest: bytes) -> Columns:
    deliver = hashlib.sha256(b"deliver %d" % place).digest()[:16]
    return {"id": f"l{place:025d}", "public_hash": digest, "gateway_hash": digest, "deliver_hash": deliver}


def _notice(place: int) -> Columns:
    return {"id": f"n{place:025d}", "line_id": f"l{place:025d}"}


def _copy(session: Session, table: str, model: str, rows: list[Columns]) -> None:
    """Copies of the row with the id `model`, but for the columns that are given."""
    given = list(rows[0])
    names = session.execute(text(f"SELECT * FROM {table} WHERE false")).keys()
    values = ", ".join(f"given.{name}" if name in given else f"model.{name}" for name in names)
    session.execute(
        text(f"CREATE TEMPORARY TABLE given AS SELECT {', '.join(given)} FROM {table} WHERE false")
    )
    session.execute(text(f"INSERT INTO given VALUES ({', '.join(f':{name}' for name in given)})"), rows)
    statement = f"INSERT INTO {table} SELECT {values} FROM given, {table} model WHERE model.id = :model"
    session.execute(text(statement), {"model": model})
    session.execute(text("DROP TABLE given"))


def _ask(gateway: Gateway, places: Sequence[int]) -> float:
    """Median seconds of a look-up."""
    taken = []
    with gateway.read() as session:
        connection = session.scalars(select(Connection.id)).one()
    with Kept(gateway.runtime.calls) as kept, kept.asking() as asking:
        for place in places:
            digest = number_hash(place)
            started = time.perf_counter()
            question = Question(connection, (digest,), "CA", (digest,), digest)
            found = look_up_calls(asking, [question], gateway.clock.now())[0]
            taken.append(time.perf_counter() - started)
            if found is None or found.why_silent is not None:
                raise AssertionError("a wrong answer voids the run")
    return statistics.median(taken)
