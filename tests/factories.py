"""What tests are made of: a whole gateway on an empty database, its people, and rows with sensible fields."""

import hashlib
import math
import shutil
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from itertools import count
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from gateway.clock import Clock, SystemClock
from gateway.database import open_engine, reading, writing
from gateway.deadline import Deadline
from gateway.founding import bring_up, make_sqlite_file
from gateway.jurisdictions import facts
from gateway.logins import addresses
from gateway.models import Connection, Court, EnforcementCase, Notice, PhoneLine, Recording, User
from gateway.runtime import Runtime
from gateway.services.actor import SYSTEM, Actor
from gateway.services.add_connection import NewConnection, add_connection
from gateway.services.approve_notice import Seen, approve_notice
from gateway.services.check_activation import recordings_of
from gateway.services.check_fallback import check_fallback, route_of
from gateway.services.draft_notice import NewNotice, draft_notice
from gateway.services.enrol_case import NewCase, NewDebtor, Obligation, enrol_case
from gateway.services.enrol_line import Attestation, NewLine, enrol_line
from gateway.services.found_court import NewCourt, found_court
from gateway.services.found_platform import (
    NewUser,
    add_user,
    found_platform,
    issue_token,
)
from gateway.services.judge_prompt import approve_prompt, submit_prompt
from gateway.services.permissions import MAY, SCOPES
from gateway.services.submit_notice import submit_notice
from gateway.services.upload_prompt import NewPrompt, PreparedSound, upload_prompt
from gateway.services.work import Work
from gateway.settings import Settings, read_settings
from gateway.sight import EVERY_COURT
from gateway.vault import Keyring

ACCOUNT = "AC" + "0" * 31 + "1"
SECRET = "current-secret"
NEXT_SECRET = "next-secret"
BASE = "https://gw.court.example"


@dataclass
class HandClock:
    """A clock that tests move by hand. It starts at the real time, as the database has a clock of its own."""

    at: datetime = field(default_factory=SystemClock().now)

    def now(self) -> datetime:
        return self.at

    def forward(self, **span: float) -> None:
        self.at += timedelta(**span)


def number(last: int) -> str:
    """A fictitious number: +86 171 0000 and four digits."""
    return f"+861710000{last:04d}"


@dataclass
class Gateway:
    """A gateway under test: one platform with court A, court B, a connection, and people in each court."""

    runtime: Runtime
    clock: HandClock
    court_a: str = ""
    court_b: str = ""
    people: dict[str, Actor] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=lambda: count(1000))

    @property
    def url(self) -> str:
        """The address of its database."""
        return self.runtime.settings.database

    @contextmanager
    def work(self, who: str = "clerk") -> Iterator[Work]:
        """A transaction of one of the people in PEOPLE."""
        with writing(self.runtime.engine, self.people[who].sees) as session:
            yield Work(self.clock.now(), self.runtime.vault, self.people[who], session)

    @contextmanager
    def read(self) -> Iterator[Session]:
        with reading(self.runtime.engine, EVERY_COURT) as session:
            yield session

    @contextmanager
    def owner(self) -> Iterator[Engine]:
        """The database as the role sees it that migrates it, and as which nobody serves."""
        engine = open_engine(self.url, wait_ms=5000, statement_ms=15000, pool_size=2)
        try:
            yield engine
        finally:
            engine.dispose()

    def token(self, who: str, *scopes: str) -> str:
        """A bearer token of one of the people; without scopes, with every scope that his roles can use."""
        actor = self.people[who]
        usable = frozenset(grant.scope for grant in MAY.values() if grant.roles & actor.roles) & SCOPES
        with self.work(who) as work:
            user = work.session.get_one(User, actor.user_id)
            return issue_token(work, user, frozenset(scopes) or usable, "test")

    def case(self, **changes: object) -> EnforcementCase:
        """An enrolled case under ground 1, served and warned of long enough ago."""
        with self.work(str(changes.pop("who", "clerk"))) as work:
            return enrol_case(work, replace(new_case(work.today(), next(self.numbers)), **changes))[0]  # type: ignore[arg-type]

    def line(self, *, active: bool = True, who: str = "clerk", **changes: object) -> PhoneLine:
        """An enrolled line; `active` when its fallback was checked."""
        with self.work(who) as work:
            base, today = next(self.numbers), work.today()
            new = NewLine(
                public_number=number(base),
                gateway_number=number(base),
                deliver_to=number(base + 5000),
                connection="north",
                attestation=Attestation("carrier-letter", f"letter {base}", today),
                serves_public=False,
            )
            line = enrol_line(work, replace(new, **changes))  # type: ignore[arg-type]
            if active:
                check_fallback(work, line.id, True, "letter", route_of(work, line).deliver_to)
        self.refresh_map()
        return line

    def recording(self, *, approved: bool = True, seconds: int = 2, who: str = "clerk") -> Recording:
        """A recording of so many seconds of a tone that no other recording has."""
        sound = tone(seconds, next(self.numbers))
        judge = who.replace("clerk", "judge")
        with self.work(who) as work:
            name = f"prompt {next(self.numbers)}"
            recording = upload_prompt(work, self.runtime.recordings, NewPrompt(name, "en", "Words."), sound)
            submit_prompt(work, recording.id)
        if approved:
            with self.work(judge) as work:
                approve_prompt(work, recording.id, recording.sha256)
        return recording

    def notice(
        self,
        *,
        state: str = "approved",
        case: EnforcementCase | None = None,
        line: PhoneLine | None = None,
        recording: Recording | None = None,
        who: str = "clerk",
        **changes: object,
    ) -> Notice:
        """A notice as far as `state`: draft, submitted or approved."""
        case = case or self.case(who=who)
        line = line or self.line(who=who)
        recording = recording or self.recording(who=who)
        with self.work(who) as work:
            new = NewNotice(case.id, line.id, (recording.id,), review_on=work.today() + timedelta(days=90))
            notice = draft_notice(work, replace(new, **changes))  # type: ignore[arg-type]
            if state != "draft":
                submit_notice(work, notice.id)
        return self.approve(notice.id, who.replace("clerk", "judge")) if state == "approved" else notice

    def approve(self, notice_id: str, who: str = "judge") -> Notice:
        """Approve what is there now."""
        with self.work(who) as work:
            seen = work.find(Notice, notice_id)
            hashes = tuple(each.sha256 for each in recordings_of(work, seen))
            return approve_notice(work, notice_id, "lawful", Seen(seen.version, hashes))

    def dialled(self, line: PhoneLine) -> str:
        return self.runtime.vault.open(line.gateway_sealed, "number")

    def delivered(self, line: PhoneLine) -> str:
        return self.runtime.vault.open(line.deliver_sealed, "number")

    def refresh_map(self) -> None:
        """What the forward map's thread does every second."""
        self.runtime.forward_map.refresh(self.runtime.engine)


def new_case(today: date, last: int = 1234) -> NewCase:
    """A lawful case of a fictitious person under ground 1, decided some eleven weeks ago."""
    decision = facts.Decision(
        number=f"(2026)川1302执{last}号之一",
        grounds=frozenset({1}),
        reasons="能够履行而拒不履行",
        term_months=None,
        signed_by="院长甲",
        made_on=today - timedelta(days=80),
        served_on=today - timedelta(days=78),
        service_method=facts.ServiceMethod.DIRECT,
        warned_on=today - timedelta(days=110),
        art3=facts.Art3Declarations(*(facts.Declaration(False, "查询结果") for _ in range(4))),
    )
    debtor = NewDebtor(facts.DebtorKind.PERSON, "虚构人甲", f"51130219800101{last:04d}", date(1980, 1, 1))
    return NewCase(f"(2026)川1302执{last}号", debtor, Obligation("money", "2951.00", "CNY"), decision)


def tone(seconds: int, pitch: int) -> PreparedSound:
    """Telephone audio that differs from every other by its pitch."""
    samples = [round(8000 * math.sin(2 * math.pi * pitch / 8 * n / 8000)) for n in range(8000 * seconds)]
    data = struct.pack(f"<{len(samples)}h", *samples)
    head = struct.pack(
        "<4sI4s4sIHHIIHH4sI",
        b"RIFF",
        36 + len(data),
        b"WAVE",
        b"fmt ",
        16,
        1,
        1,
        8000,
        16000,
        2,
        16,
        b"data",
        len(data),
    )
    wav = head + data
    return PreparedSound(wav, hashlib.sha256(wav).hexdigest(), seconds * 1000, -19.0, -12.0)


def open_gateway(database_url: str, directory: Path, clock: HandClock | None = None) -> Gateway:
    """A gateway on a database without people, founded and peopled."""
    clock = clock or HandClock()
    settings = _settings(database_url, directory)
    Keyring.generate().save(settings.keys_path)
    make_sqlite_file(database_url)
    bring_up(settings)
    runtime = Runtime.open(settings, clock)
    gateway = Gateway(runtime, clock)
    people(gateway)
    return gateway


def copy_gateway(founded: Gateway, database_url: str, directory: Path) -> Gateway:
    """A gateway with the same keys and people, over a copy of the founded one's database."""
    shutil.copytree(founded.runtime.settings.data_dir, directory)
    clock = HandClock()
    runtime = Runtime.open(_settings(database_url, directory), clock)
    return replace(founded, runtime=runtime, clock=clock, people=dict(founded.people), numbers=count(1000))


def _settings(database_url: str, directory: Path) -> Settings:
    return read_settings(
        {
            "COURT_GATEWAY_DATABASE_URL": database_url,
            "COURT_GATEWAY_DATA_DIR": str(directory),
            "COURT_GATEWAY_THREADS": "32",
        }
    )


def patient(runtime: Runtime) -> Runtime:
    """The same runtime where calls wait as long as a busy machine makes them, many at a time."""
    calls = runtime.engine
    if calls.dialect.name == "postgresql":
        url = addresses(runtime.settings).calls
        calls = open_engine(url, wait_ms=5000, statement_ms=15000, pool_size=6)
    return replace(runtime, calls=calls, deadline=Deadline(32, 20.0, 10.0))


PEOPLE = {
    "operator": (None, ("operator",)),
    "operator2": (None, ("operator",)),
    "clerk": ("a", ("clerk",)),
    "clerk2": ("a", ("clerk",)),
    "judge": ("a", ("judge",)),
    "judge2": ("a", ("judge",)),
    "auditor": ("a", ("auditor",)),
    "administrator": ("a", ("administrator",)),
    "b_clerk": ("b", ("clerk",)),
    "b_judge": ("b", ("judge",)),
}


def people(gateway: Gateway) -> None:
    """Two lawful courts, a connection named north, and everybody in PEOPLE."""
    founder = Actor(SYSTEM, None, frozenset({"operator"}))
    with writing(gateway.runtime.engine, EVERY_COURT) as session:
        found_platform(session, gateway.clock.now())
        work = Work(gateway.clock.now(), gateway.runtime.vault, founder, session)
        courts = {key: found_court(work, lawful_court(f"虚构法院{key}")) for key in ("a", "b")}
        gateway.court_a, gateway.court_b = courts["a"].id, courts["b"].id
        for index, (name, (court, roles)) in enumerate(PEOPLE.items()):
            court_id = courts[court].id if court else None
            user = add_user(work, NewUser(name, f"虚构人{index}", f"person {index}", roles, court_id))
            gateway.people[name] = Actor(user.id, court_id, frozenset(roles))
        add_connection(work, NewConnection("north", "twilio", ACCOUNT, SECRET, BASE, NEXT_SECRET))
    gateway.refresh_map()


def lawful_court(name: str) -> NewCourt:
    basis = "虚构办法第一条"
    return NewCourt(name, profile="cn-spc-2017-7", legal_basis=basis, api_approval=True, at_once=True)


__all__ = ["Clock", "Connection", "Court", "Gateway", "HandClock", "open_gateway"]
