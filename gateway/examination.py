"""`doctor`: what an operator would check one by one, each with what to do about it."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from gateway.database import DurabilityOff, reading, refuse_weak_durability
from gateway.jurisdictions import PROFILES
from gateway.models import Connection, PhoneLine, Platform, Recording
from gateway.readiness import NotReady
from gateway.runtime import Runtime
from gateway.schema import REVISION, revision_of
from gateway.services.add_connection import is_origin
from gateway.services.call_months import has_month
from gateway.services.keep_sound import sounds_not_kept
from gateway.serving_roles import CALLS, DESK, refuse_wrong_role
from gateway.sight import EVERY_COURT

SAFE_SQLITE = (3, 51, 3)
"""Before it, two connections that checkpoint and write at once could reset the write-ahead log."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing examined: OK, WARN or FAIL."""

    verdict: str
    what: str
    details: str


def examine(runtime: Runtime) -> list[Finding]:
    """Everything that can be seen from this machine."""
    findings: list[Finding] = []
    for check in CHECKS:
        try:
            findings += check(runtime)
        except SQLAlchemyError as fault:
            findings.append(Finding("FAIL", "database", f"does not answer ({type(fault).__name__})"))
            break
    return findings


def _schema(runtime: Runtime) -> Iterator[Finding]:
    found = revision_of(runtime.engine)
    good = found == REVISION
    yield Finding(
        "OK" if good else "FAIL", "schema", f"revision {found}" if good else "run `court-gateway upgrade`"
    )


def _durability(runtime: Runtime) -> Iterator[Finding]:
    try:
        refuse_weak_durability(runtime.engine)
        yield Finding("OK", "durability", "acknowledged writes survive a power cut")
    except DurabilityOff as fault:
        yield Finding("FAIL", "durability", str(fault))
    if runtime.engine.dialect.name == "sqlite" and sqlite3.sqlite_version_info < SAFE_SQLITE:
        yield Finding(
            "WARN",
            "sqlite",
            f"version {sqlite3.sqlite_version}; 3.51.3 mends a rare fault of the write-ahead log",
        )


def _roles(runtime: Runtime) -> Iterator[Finding]:
    if runtime.engine.dialect.name != "postgresql":
        return
    try:
        refuse_wrong_role(runtime.engine, DESK)
        refuse_wrong_role(runtime.calls, CALLS)
        yield Finding("OK", "roles", "calls and desk have one each, which own nothing")
    except NotReady as fault:
        yield Finding("FAIL", "roles", str(fault))


def _months(runtime: Runtime) -> Iterator[Finding]:
    if runtime.engine.dialect.name != "postgresql":
        return
    now = runtime.clock.now()
    with reading(runtime.engine, EVERY_COURT) as session:
        made = [has_month(session, each) for each in (now, now + timedelta(days=5))]
    yield Finding(
        "OK" if all(made) else "WARN",
        "calls by month",
        "these days' months are there"
        if all(made)
        else "a month is not there: is the scheduler running? `court-gateway purge` makes it",
    )


def _platform(runtime: Runtime) -> Iterator[Finding]:
    with reading(runtime.engine, EVERY_COURT) as session:
        platform = session.get(Platform, 1)
    if platform is None:
        yield Finding("FAIL", "platform", "not founded: run `court-gateway init`")
        return
    ticked = platform.last_tick_at
    age = round((runtime.clock.now() - ticked).total_seconds()) if ticked else None
    late = age is None or age > 3 * runtime.settings.tick_seconds
    yield Finding(
        "WARN" if late else "OK", "scheduler", f"last tick {age} s ago" if ticked else "has never run"
    )
    if platform.chains_intact is False:
        yield Finding("FAIL", "audit", "a chain is broken: run `court-gateway audit verify`")


def _connections(runtime: Runtime) -> Iterator[Finding]:
    with reading(runtime.engine, EVERY_COURT) as session:
        rows = session.scalars(select(Connection).order_by(Connection.slug)).all()
    for row in rows:
        known = runtime.forward_map.trunk(row.slug) is not None
        good = is_origin(row.public_base_url) and known
        details = (
            "known to the forward map" if known else "not yet in this host's forward map: is `serve` running?"
        )
        yield Finding("OK" if good else "WARN", f"connection {row.slug}", details)


def _lines(runtime: Runtime) -> Iterator[Finding]:
    query = select(PhoneLine.id).where(PhoneLine.state == "enrolled")
    with reading(runtime.engine, EVERY_COURT) as session:
        count = len(session.scalars(query.limit(1000)).all())
    if count:
        yield Finding("WARN", "lines", f"{count} lines wait for their fallback to be checked")


def _recordings(runtime: Runtime) -> Iterator[Finding]:
    approved = select(Recording.sha256).where(Recording.state == "approved").distinct()
    with reading(runtime.engine, EVERY_COURT) as session:
        hashes = set(session.scalars(approved))
        only_on_hosts = set(sounds_not_kept(session)) & hashes
    bad = {sha256 for sha256 in hashes if not runtime.recordings.is_whole(sha256)}
    yield Finding(
        "FAIL" if bad & only_on_hosts else "WARN" if bad else "OK",
        "recordings",
        f"{len(bad)} of {len(hashes)} approved recordings missing or damaged here;"
        f" the database has {len(bad - only_on_hosts)} of these, which `serve` brings",
    )
    if only_on_hosts - bad:
        count = len(only_on_hosts - bad)
        yield Finding(
            "WARN", "recordings", f"{count} lie on this host only: `serve` gives them to the others"
        )


def _profiles(runtime: Runtime) -> Iterator[Finding]:
    year = runtime.clock.now().year
    for name, profile in PROFILES.items():
        if profile.confirmed_by is None:
            yield Finding("WARN", f"profile {name}", profile.disclaimer_en)
        for each in (year, year + 1):
            if not profile.calendar({}).knows(each):
                yield Finding("WARN", f"profile {name}", f"the working calendar does not know {each} yet")


CHECKS = (
    _schema,
    _roles,
    _durability,
    _months,
    _platform,
    _connections,
    _lines,
    _recordings,
    _profiles,
)
