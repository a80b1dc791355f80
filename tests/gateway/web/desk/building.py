"""A desk behind https, in which there is one of everything in each of two courts, and everybody signed in."""

import re
import shutil
import sqlite3
from dataclasses import dataclass, field, replace
from pathlib import Path

from flask import Flask
from werkzeug.test import TestResponse

from gateway import create_app, models
from gateway.models import Alert, ApiToken, Connection, Prompt, Recording, SecurityKey, User
from gateway.services.actor import Actor
from gateway.services.alerts import open_alert
from gateway.services.change_court import Programme, propose_programme
from gateway.services.found_platform import NewUser, add_user
from gateway.services.hold_tokens import issue_own_token
from gateway.services.keep_draft import open_draft
from gateway.services.protect_caller import protect_caller
from gateway.services.record_objection import NewObjection, record_objection
from gateway.services.recover_person import request_recovery
from gateway.services.try_text import Text, seal_text
from gateway.vault import token_hash
from tests.factories import Gateway, number, open_gateway
from tests.gateway.desk import Desk
from tests.gateway.import_files import row
from tests.gateway.uploads import Counter, csv_of

HOST = "https://desk.court.example"
NOWHERE = "00000000000000000000000000"
"""What could be an id, and is nobody's."""
ROLES = {
    "C": "clerk",
    "J": "judge",
    "P": "president",
    "U": "auditor",
    "A": "administrator",
    "O": "operator",
}


Things = dict[tuple[str, str], str]
"""(kind, who) -> the id of one; for `court` as who, of everybody there."""


@dataclass(frozen=True)
class Visitor:
    """Somebody before a browser: his cookies, and the token of the forms that were made for them."""

    who: str
    letter: str
    cookies: str
    token: str


@dataclass
class Building:
    """A furnished gateway, its desk behind https, and what it takes to put everything back as it was."""

    gateway: Gateway
    app: Flask
    database: sqlite3.Connection
    before: sqlite3.Connection
    own: Things
    strange: Things
    visitors: dict[str, Visitor] = field(default_factory=dict)

    def ask(self, visitor: Visitor, method: str, path: str, **form: str) -> TestResponse:
        return self.app.test_client(use_cookies=False).open(
            path,
            method=method,
            base_url=HOST,
            headers={"Cookie": visitor.cookies, "Accept-Language": "en"},
            data=form or None,
        )

    def thing(self, visitor: Visitor, of: str) -> str:
        """What is his own, or of his court; of people who may not, what would be."""
        return self.own.get((of, visitor.who)) or self.own.get((of, "court"), NOWHERE)

    def strange_thing(self, visitor: Visitor, of: str) -> str | None:
        """What is there and is another court's or person's; None where nothing is another's to him."""
        return self.strange.get((of, visitor.who), self.strange.get((of, "court"))) or None

    def changes(self) -> int:
        """A number that is another one after whatever was written."""
        return int(self.database.execute("PRAGMA data_version").fetchone()[0])

    def put_back(self) -> None:
        self.before.backup(self.database)

    def rows(self) -> set[str]:
        return set(self.database.iterdump())

    @classmethod
    def furnished(cls, template: Path, directory: Path) -> "Building":
        path = directory / "gateway.db"
        shutil.copy(template, path)
        gateway = open_gateway(f"sqlite:///{path}", directory / "data")
        settings = replace(gateway.runtime.settings, desk_url=HOST)
        gateway.runtime = replace(gateway.runtime, settings=settings)
        _add_people(gateway)
        Desk.of(gateway, *gateway.people)
        own, strange = _furnish(gateway)
        database, before = sqlite3.connect(path), sqlite3.connect(":memory:")
        building = cls(gateway, create_app(gateway.runtime), database, before, own, strange)
        building._let_in()
        database.execute("PRAGMA synchronous = OFF")
        database.backup(before)
        return building

    def _let_in(self) -> None:
        for letter, who in {**ROLES, "-": "nobody", "?": "without a role"}.items():
            signed_in = who in self.gateway.people
            cookies = f"__Host-desk-session={_session(self.gateway, who)[1]}" if signed_in else ""
            if who == "without a role":
                with self.gateway.work("administrator") as work:
                    work.session.get_one(User, self.gateway.people[who].user_id).roles = ""
            self.visitors[who] = _visitor(self, who, letter, cookies)

    def close(self) -> None:
        self.before.close()
        self.database.close()
        self.gateway.runtime.close()


def _add_people(gateway: Gateway) -> None:
    """Whoever is missing in tests.factories.PEOPLE: a president, and the other court's administrator."""
    for name, court_id, roles in (
        ("president", gateway.court_a, ("president",)),
        ("without a role", gateway.court_a, ("clerk",)),
        ("b_administrator", gateway.court_b, ("administrator",)),
    ):
        with gateway.work("operator") as work:
            user = add_user(work, NewUser(name, name, f"identity {name}", roles, court_id))
            gateway.people[name] = Actor(user.id, court_id, frozenset(roles))


def _visitor(building: Building, who: str, letter: str, cookies: str) -> Visitor:
    answer = building.ask(Visitor(who, letter, cookies, ""), "GET", "/sign-in")
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', answer.get_data(as_text=True))
    form = re.search(r"__Host-desk-form=[^;]+", answer.headers["Set-Cookie"])
    assert token is not None
    assert form is not None
    return Visitor(who, letter, f"{cookies}; {form.group()}".removeprefix("; "), token.group(1))


def _furnish(gateway: Gateway) -> tuple[Things, Things]:
    """One of everything in court A and in court B, of the platform, and of every person."""
    own = {("connection", "court"): "north"}
    own |= _of_court(gateway, "", gateway.court_a)
    strange = _of_court(gateway, "b_", gateway.court_b)
    own[("person", "court")] = gateway.people["clerk2"].user_id
    strange[("person", "court")] = gateway.people["b_clerk"].user_id
    own |= {(of, "operator"): thing for of, thing in _of_platform(gateway).items()}
    strange |= {
        ("alert", "operator"): own[("alert", "court")],
        ("protected", "operator"): own[("protected", "court")],
        ("recovery", "operator"): own[("recovery", "court")],
        ("person", "operator"): gateway.people["clerk"].user_id,
        ("court", "operator"): "",
        ("change", "operator"): "",
    }
    for who in ROLES.values():
        own |= {(of, who): thing for of, thing in _of_person(gateway, who).items()}
    elsewhere = _of_person(gateway, "b_clerk")
    colleague = _of_person(gateway, "clerk2")
    own[("their token", "court")] = colleague["token"]
    own[("their token", "operator")] = _token(gateway, "operator2")
    for of in ("session", "key", "token"):
        strange[(of, "court")] = colleague[of]
    strange[("their token", "court")] = elsewhere["token"]
    strange[("their token", "operator")] = colleague["token"]
    strange[("test call", "court")] = _test_call(gateway, "b_clerk", strange[("recording", "court")])
    for who in ("clerk", "judge"):
        own[("test call", who)] = _test_call(gateway, who, own[("recording", "court")])
    for who, things in (("clerk", own), ("b_clerk", strange)):
        with gateway.work(who) as work:
            things[("words", "court")] = seal_text(work, Text("words", "en"))
    return own, strange


def _of_court(gateway: Gateway, b: str, court_id: str) -> Things:
    clerk, administrator = f"{b}clerk", f"{b}administrator"
    notice = gateway.notice(state="submitted", who=clerk)
    files = Counter(gateway)
    with gateway.work(clerk) as work:
        recording = work.session.get_one(Prompt, _prompt_of(gateway, notice.recording_id)).name
        today = work.today()
    last = 100 if b else 200
    checked = files.checked(csv_of(row(today, last, recording)), 1, who=clerk)
    submitted = files.confirm(files.checked(csv_of(row(today, last + 1, recording)), 1, who=clerk), clerk)
    assert (checked.state, submitted.state) == ("checked", "submitted")
    with gateway.work(clerk) as work:
        draft = open_draft(work).draft.id
        objection = record_objection(work, NewObjection("removal", "wrong", line=notice.line_id)).id
        protected = protect_caller(work, number(77), "hospital").id
        open_alert(work.session, "line_failed", notice.line_id, work.now, court_id)
    with gateway.work(administrator) as work:
        change = propose_programme(work, court_id, Programme("cn-spc-2017-7", "another act"), "newer").id
        recovery = request_recovery(work, gateway.people[clerk].user_id, "lost").id
    with gateway.read() as session:
        alert = session.query(Alert).filter(Alert.subject_id == notice.line_id).one().id
    things = {
        "alert": alert,
        "case": notice.case_id,
        "change": change,
        "court": court_id,
        "draft": draft,
        "file": checked.id,
        "import": str(submitted.import_id),
        "line": notice.line_id,
        "notice": notice.id,
        "objection": objection,
        "protected": protected,
        "recording": notice.recording_id,
        "recovery": recovery,
    }
    return {(of, "court"): thing for of, thing in things.items()}


def _prompt_of(gateway: Gateway, recording_id: str) -> str:
    with gateway.read() as session:
        return session.get_one(Recording, recording_id).prompt_id


def _of_platform(gateway: Gateway) -> dict[str, str]:
    with gateway.work("operator") as work:
        protected = protect_caller(work, number(78), "police").id
        recovery = request_recovery(work, gateway.people["operator2"].user_id, "lost").id
        open_alert(work.session, "line_failed", "platform", work.now, None)
    with gateway.read() as session:
        alert = session.query(Alert).filter(Alert.subject_id == "platform").one().id
    person = gateway.people["operator2"].user_id
    return {"protected": protected, "recovery": recovery, "alert": alert, "person": person}


def _of_person(gateway: Gateway, who: str) -> dict[str, str]:
    """A session in another browser, a security key, a token."""
    with gateway.work(who) as work:
        key = SecurityKey(
            id=work.new_id(),
            user_id=work.actor.user_id,
            credential_id=who.encode(),
            public_key=b"2",
            sign_count=0,
            label="blue",
            created_at=work.now,
        )
        work.session.add(key)
        key_id = key.id
    return {"session": _session(gateway, who)[0], "key": key_id, "token": _token(gateway, who)}


def _session(gateway: Gateway, who: str) -> tuple[str, str]:
    """A session in which he proved both factors, by its id and its token."""
    token = f"session of {who} {next(gateway.numbers)}".replace(" ", "-")
    with gateway.work(who) as work:
        session = models.DeskSession(
            id=work.new_id(),
            user_id=work.actor.user_id,
            token_hash=token_hash(token),
            state="open",
            first_factor="password",
            factor="code",
            browser="Firefox, Linux",
            created_at=work.now,
            last_seen_at=work.now,
        )
        work.session.add(session)
        return session.id, token


def _token(gateway: Gateway, who: str) -> str:
    with gateway.work(who) as work:
        issue_own_token(work, frozenset({"read"}), "test", 30)
    with gateway.read() as session:
        return session.query(ApiToken).filter(ApiToken.user_id == gateway.people[who].user_id).one().id


def _test_call(gateway: Gateway, who: str, recording_id: str) -> str:
    with gateway.work(who) as work:
        call = models.TestCall(
            id=work.new_id(),
            court_id=work.actor.court,
            user_id=work.actor.user_id,
            connection_id=work.session.query(Connection).one().id,
            recording_id=recording_id,
            recordings="0" * 64,
            expires_at=work.now,
            created_at=work.now,
        )
        work.session.add(call)
        return call.id
