"""The demonstration's people, lines and notices: made once, topped up at each start, all invented."""

import base64
import secrets
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, timedelta

from argon2 import PasswordHasher
from sqlalchemy import select, update

from gateway.jurisdictions import facts
from gateway.models import (
    ApiToken,
    Call,
    Connection,
    Court,
    Notice,
    PhoneLine,
    ProtectedCaller,
    Recording,
    User,
)
from gateway.runtime import Runtime
from gateway.services.actor import Actor
from gateway.services.add_connection import NewConnection, add_connection
from gateway.services.approve_notice import Seen, approve_notice
from gateway.services.change_connection import call_from, move_connection
from gateway.services.check_activation import recordings_of
from gateway.services.check_fallback import check_fallback, fallback_token
from gateway.services.draft_notice import NewNotice, draft_notice
from gateway.services.enrol_case import NewCase, NewDebtor, Obligation, enrol_case
from gateway.services.enrol_line import Attestation, NewLine, enrol_line
from gateway.services.found_court import NewCourt, found_court
from gateway.services.found_platform import (
    NewUser,
    add_user,
    issue_token,
)
from gateway.services.judge_prompt import approve_prompt, submit_prompt
from gateway.services.prepare_sound import finished_sound
from gateway.services.submit_notice import submit_notice
from gateway.services.upload_prompt import NewPrompt, upload_prompt
from gateway.services.work import Work
from prompts import catalogue

Working = Callable[[Actor], AbstractContextManager[Work]]
"""Opens one transaction of a person."""
Probe = Callable[[str, str], str | None]
"""Calls the fallback address of this connection and token; returns where it connected."""

SLUG = "demo"
COURT, OTHER_COURT = "演示法院 Demonstration Court", "另一演示法院 Other Demonstration Court"
FOUNDER = Actor("demonstration", None, frozenset({"operator", "administrator"}))
PROTECTED = "+8617100009110"
CALLS_FROM = "+8617100009120"
"""Where test calls come from."""
PLACES = 4000
RESERVE = 2
"""Notices of different cases in force that the story leaves alone."""

CAST = {
    "clerk": (COURT, ("clerk",)),
    "judge": (COURT, ("judge",)),
    "auditor": (COURT, ("auditor",)),
    "administrator": (COURT, ("administrator",)),
    "operator": (None, ("operator",)),
    "other_court_clerk": (OTHER_COURT, ("clerk",)),
}
"""Login name after "demo-" -> (court, roles)."""

TOKENS = {
    "clerk": "read enrol silence",
    "judge": "read approve resume silence",
    "auditor": "read",
    "other_court_clerk": "read enrol silence",
}
"""Whose programs get a token, and its scopes."""


@dataclass(frozen=True, slots=True)
class Login:
    """What one of the cast signs in with."""

    username: str
    password: str
    totp_secret: str


@dataclass
class Scene:
    """What the story and demo.json need to know of what was made."""

    actors: dict[str, Actor] = field(default_factory=dict)
    logins: dict[str, Login] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    recordings: tuple[str, ...] = ()


def seed_people(runtime: Runtime, base_url: str, working: Working) -> Scene:
    """Courts, cast, connection, protected caller and recordings; new passwords and tokens at each start."""
    scene = Scene()
    with working(FOUNDER) as work:
        courts = {name: _court(work, name) for name in (COURT, OTHER_COURT)}
        for role, (court, roles) in CAST.items():
            _person(work, scene, role, courts[court].id if court else None, roles)
        _connection(work, base_url)
        _protected(work)
    scene.recordings = _recordings(runtime, scene, working)
    return scene


def _court(work: Work, name: str) -> Court:
    found = work.session.scalars(select(Court).where(Court.name == name)).one_or_none()
    basis = "演示用虚构依据 (fictitious basis for the demonstration)"
    new = NewCourt(
        name, profile="cn-spc-2017-7", legal_basis=basis, demo=True, api_approval=True, at_once=True
    )
    return found or found_court(work, new)


def _person(work: Work, scene: Scene, role: str, court_id: str | None, roles: tuple[str, ...]) -> None:
    login = Login(
        f"demo-{role}", secrets.token_urlsafe(18), base64.b32encode(secrets.token_bytes(20)).decode()
    )
    user = work.session.scalars(select(User).where(User.username == login.username)).one_or_none()
    if user is None:
        user = add_user(
            work, NewUser(login.username, f"虚构人 {role}", f"demonstration {role}", roles, court_id)
        )
    user.password_hash = PasswordHasher().hash(login.password)
    user.totp_sealed, user.totp_last_step = work.vault.seal(login.totp_secret, "totp"), None
    scene.actors[role] = Actor(user.id, court_id, frozenset(roles))
    scene.logins[role] = login
    if role in TOKENS:
        old = update(ApiToken).where(ApiToken.user_id == user.id, ApiToken.revoked_at.is_(None))
        work.session.execute(old.values(revoked_at=work.now).execution_options(synchronize_session=False))
        scene.tokens[role] = issue_token(work, user, frozenset(TOKENS[role].split()), "demonstration")


def _connection(work: Work, base_url: str) -> None:
    row = work.session.scalars(select(Connection).where(Connection.slug == SLUG)).one_or_none()
    if row is None:
        account, secret, coming = "AC" + secrets.token_hex(16), secrets.token_hex(16), secrets.token_hex(16)
        new = NewConnection(SLUG, "twilio", account, secret, base_url, coming, outgoing_number=CALLS_FROM)
        add_connection(work, new)
    else:
        move_connection(work, SLUG, base_url)
        if row.outgoing_sealed is None:
            call_from(work, SLUG, CALLS_FROM)


def _protected(work: Work) -> None:
    if work.session.scalars(select(ProtectedCaller.id)).first() is None:
        row = ProtectedCaller(
            id=work.new_id(),
            number_hash=work.vault.look_up_hash(PROTECTED),
            number_sealed=work.vault.seal(PROTECTED, "number"),
            label="虚构救助热线 (fictitious crisis line)",
            created_at=work.now,
        )
        work.session.add(row)


def _recordings(runtime: Runtime, scene: Scene, working: Working) -> tuple[str, ...]:
    """The ids of the shipped demonstration recordings, Mandarin first, each approved by the judge."""
    shipped = sorted((each for each in catalogue.load() if each.demo_only), key=lambda each: each.language)
    return tuple(_recording(runtime, scene, working, each) for each in reversed(shipped))


def _recording(runtime: Runtime, scene: Scene, working: Working, shipped: catalogue.Shipped) -> str:
    query = select(Recording.id).where(Recording.sha256 == shipped.sha256, Recording.state == "approved")
    wav = catalogue.wav_of(shipped)
    with working(scene.actors["clerk"]) as work:
        found = work.session.scalars(query.where(Recording.court_id == work.actor.court)).first()
        if found is not None and runtime.recordings.is_whole(shipped.sha256):
            return found
        sound = finished_sound(wav)
        new = NewPrompt(f"演示通知 {shipped.name}", shipped.language, shipped.transcript)
        found = upload_prompt(work, runtime.recordings, new, sound).id
        submit_prompt(work, found)
    with working(scene.actors["judge"]) as work:
        approve_prompt(work, found, shipped.sha256)
    return found


def enrol_notice(scene: Scene, working: Working, probe: Probe) -> str:
    """A case, a line whose fallback was checked, and a submitted notice on it; returns the notice's id."""
    clerk = scene.actors["clerk"]
    with working(clerk) as work:
        place = _free_place(work)
        today = work.today()
        case, _ = enrol_case(work, _case(today, place))
        line = enrol_line(work, _line(today, place))
        slug, token = fallback_token(work, line.id)
    reached = probe(slug, token)
    with working(clerk) as work:
        check_fallback(work, line.id, True, "演示 demonstration", reached)
        new = NewNotice(case.id, line.id, scene.recordings[:1], review_on=today + timedelta(days=90))
        notice = draft_notice(work, new)
        submit_notice(work, notice.id)
    return notice.id


def fill_reserve(scene: Scene, working: Working, probe: Probe) -> None:
    """See to it that two notices are in force to whose lines nobody has called."""
    missing = RESERVE - len(reserve(scene, working))
    for _ in range(missing):
        approve(scene, working, enrol_notice(scene, working, probe))


def reserve(scene: Scene, working: Working) -> list[str]:
    """The ids of notices in force, each of a case of its own, to whose lines nobody has called."""
    with working(scene.actors["clerk"]) as work:
        called = select(Call.line_id).where(Call.line_id.is_not(None))
        query = select(Notice.id, Notice.case_id).where(
            Notice.court_id == work.actor.court,
            Notice.state == "approved",
            Notice.starts_at <= work.now,
            Notice.ends_at > work.now,
            Notice.review_until > work.now + timedelta(days=1),
            Notice.hours_from.is_(None),
            Notice.cap_days == 1,
            Notice.line_id.not_in(called),
            Notice.line_id.in_(
                select(PhoneLine.id).where(
                    PhoneLine.attested_until > work.now + timedelta(days=1), PhoneLine.state == "active"
                )
            ),
        )
        by_case = {case_id: notice_id for notice_id, case_id in work.session.execute(query)}
        return list(by_case.values())[:RESERVE]


def approve(scene: Scene, working: Working, notice_id: str) -> None:
    """The judge approves what is there."""
    with working(scene.actors["judge"]) as work:
        notice = work.find(Notice, notice_id)
        hashes = tuple(each.sha256 for each in recordings_of(work, notice))
        approve_notice(work, notice_id, "演示 demonstration", Seen(notice.version, hashes))


def _free_place(work: Work) -> int:
    """The first of the demonstration's numbers that nobody has enrolled."""
    query = select(PhoneLine.public_hash, PhoneLine.gateway_hash, PhoneLine.deliver_hash)
    held = {
        digest for row in work.session.execute(query.where(PhoneLine.state != "released")) for digest in row
    }
    numbers = ((place, *_numbers(place)) for place in range(PLACES))
    return next(
        place
        for place, dialled, deliver in numbers
        if held.isdisjoint((work.vault.look_up_hash(dialled), work.vault.look_up_hash(deliver)))
    )


def _numbers(place: int) -> tuple[str, str]:
    """(dialled, delivered to): +86 171 0000 0xxx to 3xxx, and +86 171 0000 4xxx to 7xxx."""
    return f"+861710000{place:04d}", f"+861710000{PLACES + place:04d}"


def _case(today: date, place: int) -> NewCase:
    """A fictitious case under ground 1, decided twelve weeks ago."""
    number = f"({today.year})演0000执{place}-{secrets.randbelow(10**6):06d}号"
    decision = facts.Decision(
        number=f"{number}之一",
        grounds=frozenset({1}),
        reasons="虚构：有履行能力而拒不履行 (fictitious)",
        term_months=None,
        signed_by="虚构院长",
        made_on=today - timedelta(days=84),
        served_on=today - timedelta(days=80),
        service_method=facts.ServiceMethod.DIRECT,
        warned_on=today - timedelta(days=120),
        publication_ref="演示",
        art3=facts.Art3Declarations(*(facts.Declaration(False, "虚构 (fictitious)") for _ in range(4))),
    )
    debtor = NewDebtor(facts.DebtorKind.PERSON, "虚构人", f"00000019800101{place:04d}", date(1980, 1, 1))
    return NewCase(number, debtor, Obligation("money", "2951.00", "CNY"), decision)


def _line(today: date, place: int) -> NewLine:
    dialled, deliver = _numbers(place)
    attestation = Attestation("carrier-letter", "演示 demonstration", today)
    return NewLine(dialled, dialled, deliver, SLUG, attestation, serves_public=False)
