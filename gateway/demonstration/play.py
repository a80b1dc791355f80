"""Playing the demonstration on a running gateway: seed, tell the story, write down what there is."""

import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from sqlalchemy import select

from gateway.carrier_box import CarrierBox
from gateway.database import reading, writing
from gateway.demonstration.seed import (
    SLUG,
    Scene,
    Working,
    enrol_notice,
    fill_reserve,
    seed_people,
)
from gateway.demonstration.story import FIRST_CALLER, Line, Stage, tell
from gateway.forward_map import MappedTrunk
from gateway.models import Connection, Notice, PhoneLine
from gateway.runtime import Runtime
from gateway.services.actor import Actor
from gateway.services.check_fallback import fallback_token, route_of
from gateway.services.find_connection import find_connection
from gateway.services.notice_life import state_at
from gateway.services.work import Work
from gateway.sight import EVERY_COURT


def play(runtime: Runtime, base_url: str) -> Iterator[Line]:
    """Tell the story on a fresh notice, then top up what it leaves alone."""
    scene = seed_people(runtime, base_url, _working(runtime))
    carrier, forger = _boxes(runtime)
    working = _working(runtime)

    def probe(_slug: str, token: str) -> str | None:
        return carrier.place_call(FIRST_CALLER, FIRST_CALLER, f"fallback/{token}").reached

    notice_id = enrol_notice(scene, working, probe)
    yield from tell(_stage(scene, working, base_url, carrier, forger, notice_id))
    fill_reserve(scene, working, probe)
    _write_paper(runtime, scene, base_url)


def _working(runtime: Runtime) -> Working:
    @contextmanager
    def work(actor: Actor) -> Iterator[Work]:
        with writing(runtime.engine, actor.sees) as session:
            yield Work(runtime.clock.now(), runtime.vault, actor, session)

    return work


def _boxes(runtime: Runtime) -> tuple[CarrierBox, CarrierBox]:
    """The carrier, and one who does not know its secret."""
    trunk = _trunk(runtime, SLUG)
    return (
        CarrierBox(trunk.kind, trunk.account, trunk.secrets[0], trunk.public_base_url, trunk.slug),
        CarrierBox(trunk.kind, trunk.account, secrets.token_hex(16), trunk.public_base_url, trunk.slug),
    )


def _trunk(runtime: Runtime, slug: str) -> MappedTrunk:
    with reading(runtime.engine, EVERY_COURT) as session:
        trunk = find_connection(session, runtime.vault, slug)
    assert trunk is not None
    return trunk


def _stage(
    scene: Scene, working: Working, base_url: str, carrier: CarrierBox, forger: CarrierBox, notice_id: str
) -> Stage:
    with working(scene.actors["clerk"]) as work:
        line = work.find(PhoneLine, work.find(Notice, notice_id).line_id)
        route, (_, token) = route_of(work, line), fallback_token(work, line.id)
    return Stage(
        base_url, carrier, forger, scene.tokens["judge"], scene.tokens["clerk"], notice_id, route, token
    )


def write_paper(file: Path, content: dict[str, object]) -> None:
    """Write a file whole or not at all, readable by its owner only."""
    part = file.with_suffix(".part")
    part.unlink(missing_ok=True)
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as writer:
        json.dump(content, writer, indent=2, ensure_ascii=False)
        writer.flush()
        os.fsync(writer.fileno())
    part.replace(file)


def _write_paper(runtime: Runtime, scene: Scene, base_url: str) -> None:
    write_paper(runtime.settings.data_dir / "demo.json", _paper(runtime, scene, base_url))


def _paper(runtime: Runtime, scene: Scene, base_url: str) -> dict[str, object]:
    """What demo.json holds, as the contract has it."""
    court = scene.actors["clerk"].court_id
    now = runtime.clock.now()
    opened = runtime.vault.open
    with reading(runtime.engine, EVERY_COURT) as session:
        slugs = session.scalars(select(Connection.slug).order_by(Connection.slug)).all()
        slug_of = {row.id: row.slug for row in session.scalars(select(Connection))}
        lines = session.scalars(
            select(PhoneLine)
            .where(PhoneLine.court_id == court, PhoneLine.state != "released")
            .order_by(PhoneLine.id)
        ).all()
        notices = session.scalars(select(Notice).where(Notice.court_id == court).order_by(Notice.id)).all()
    dialled = {line.id: opened(line.gateway_sealed, "number") for line in lines}
    return {
        "base_url": base_url,
        "tokens": scene.tokens,
        "logins": {role: asdict(login) for role, login in scene.logins.items()},
        "connections": {slug: _connection(_trunk(runtime, slug)) for slug in slugs},
        "lines": [
            {
                "id": line.id,
                "dialled": dialled[line.id],
                "public_number": opened(line.public_sealed, "number"),
                "deliver_to": opened(line.deliver_sealed, "number"),
                "connection": slug_of[line.connection_id],
            }
            for line in lines
        ],
        "notices": [
            {
                "id": notice.id,
                "state": state_at(notice, now),
                "case": notice.case_id,
                "line": notice.line_id,
                "dialled": dialled[notice.line_id],
            }
            for notice in notices
            if notice.line_id in dialled
        ],
    }


def _connection(trunk: MappedTrunk) -> dict[str, object]:
    return {
        "kind": trunk.kind,
        "account_sid": trunk.account,
        "secrets": {
            "current": trunk.secrets[0],
            "next": trunk.secrets[1] if len(trunk.secrets) > 1 else None,
        },
        "public_base_url": trunk.public_base_url,
    }
