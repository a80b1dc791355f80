"""Every address of the desk, asked by everybody: who may is let in, and nobody else learns that it is there.

The tables here are written by hand. They are what was decided, not what the code says, so a route that lets
somebody in whom they do not name is a fault, and so is a route that they do not name.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from tests.gateway.web.desk.building import NOWHERE, ROLES, Building, Visitor

READERS, ALL = "CJPUA", "CJPUAO"


@dataclass(frozen=True)
class Route:
    """An address and, by the letters of ROLES, who may look at it and who may send its form.

    None: the method is not offered at all. `of`: what the id in the address is of. `named`: its other parts.
    """

    rule: str
    get: str | None
    post: str | None = None
    of: str = ""
    named: dict[str, str] = field(default_factory=dict)

    def path(self, thing: str) -> str:
        return re.sub(r"<(?:\w+:)?(\w+)>", lambda part: self.named.get(part.group(1), thing), self.rule)


ROUTES = (
    Route("/desk", ALL),
    Route("/desk/account", ALL),
    Route("/desk/account/sessions/<id:session_id>/end", None, ALL, "session"),
    Route("/desk/account/sessions/end-others", None, ALL),
    Route("/desk/account/password", ALL, ALL),
    Route("/desk/account/codes/begin", ALL, ALL),
    Route("/desk/account/codes", ALL, ALL),
    Route("/desk/account/codes/remove", ALL, ALL),
    Route("/desk/account/keys/begin", ALL, ALL),
    Route("/desk/account/keys/new", ALL, ALL),
    Route("/desk/account/keys/<id:key_id>/remove", ALL, ALL, "key"),
    Route("/desk/administration", ALL),
    Route("/desk/permissions", ALL),
    Route("/desk/settings", ALL),
    Route("/desk/dashboard", ALL),
    Route("/desk/alerts", ALL),
    Route("/desk/alerts/<id:alert_id>", ALL, "CJAO", "alert"),
    Route("/desk/alerts/<id:alert_id>/seen", None, "CJAO", "alert"),
    Route("/desk/audit", "JPUAO"),
    Route("/desk/audit/export", None, "JPUAO"),
    Route("/desk/audit/debtor", "JPUA", "JPUA"),
    Route("/desk/cases", READERS),
    Route("/desk/cases/<id:case_id>", READERS, None, "case"),
    Route("/desk/cases/<id:case_id>/identity", None, "CJPA", "case"),
    Route("/desk/cases/<id:case_id>/close", "CJPA", "CJPA", "case"),
    Route("/desk/cases/<id:case_id>/delete-early", "C", "C", "case"),
    Route("/desk/cases/<id:case_id>/deleted", "CJPA", "CJPA", "case"),
    Route("/desk/cases/<id:case_id>/extend", "C", "C", "case"),
    Route("/desk/connections", "O"),
    Route("/desk/connections/new", "O", "O"),
    Route("/desk/connections/<slug>", "O", None, "connection"),
    Route("/desk/connections/<slug>/secret", "O", "O", "connection"),
    Route("/desk/connections/<slug>/promote", "O", "O", "connection"),
    Route("/desk/connections/<slug>/drop", "O", "O", "connection"),
    Route("/desk/connections/<slug>/move", "O", "O", "connection"),
    Route("/desk/connections/<slug>/routing", "O", "O", "connection"),
    Route("/desk/connections/<slug>/call-from", "O", "O", "connection"),
    Route("/desk/courts", ALL),
    Route("/desk/courts/new", "O", "O"),
    Route("/desk/courts/<id:court_id>", ALL, None, "court"),
    Route("/desk/courts/<id:court_id>/disable", "AO", "AO", "court"),
    Route("/desk/courts/<id:court_id>/enable", "O", "O", "court"),
    Route("/desk/courts/<id:court_id>/parent", "O", "O", "court"),
    Route("/desk/courts/<id:court_id>/quieten/<policy>", "PAO", "PAO", "court", {"policy": "shadow"}),
    Route("/desk/courts/<id:court_id>/propose/<policy>", "AO", "AO", "court", {"policy": "shadow"}),
    Route("/desk/courts/<id:court_id>/programme", "AO", "AO", "court"),
    Route("/desk/courts/<id:court_id>/calendar", ALL, None, "court"),
    Route("/desk/courts/<id:court_id>/calendar/day", "AO", "AO", "court"),
    Route("/desk/courts/<id:court_id>/calendar/<int:number>", "AO", "AO", "court", {"number": "2027"}),
    Route("/desk/calendar", ALL),
    Route("/desk/court-changes", "PAO"),
    Route("/desk/court-changes/<id:change_id>", ALL, None, "change"),
    Route("/desk/court-changes/<id:change_id>/confirm", "PO", "PO", "change"),
    Route("/desk/court-changes/<id:change_id>/withdraw", "PAO", "PAO", "change"),
    Route("/desk/enrolments", "C"),
    Route("/desk/enrolments/new", "C", "C"),
    Route("/desk/enrolments/<id:draft_id>/<name>", "C", "C", "draft", {"name": "case"}),
    Route("/desk/enrolments/<id:draft_id>/<name>", "C", "C", "draft", {"name": "check"}),
    Route("/desk/enrolments/<id:draft_id>/discard", None, "C", "draft"),
    Route("/desk/fallbacks", "C"),
    Route("/desk/fallbacks/<id:line_id>", "C", None, "line"),
    Route("/desk/imports", READERS),
    Route("/desk/imports/new", "C", "C"),
    Route("/desk/imports/closures", "CJPA", "CJPA"),
    Route("/desk/imports/export", "CJPA", "CJPA"),
    Route("/desk/imports/template/<kind>.<ending>", READERS, named={"kind": "closures", "ending": "csv"}),
    Route("/desk/imports/<id:import_id>", READERS, None, "import"),
    Route("/desk/imports/<id:import_id>/approve", "J", "J", "import"),
    Route("/desk/imports/recordings/<id:recording_id>.wav", READERS, None, "recording"),
    Route("/desk/imports/files/<id:job_id>", READERS, None, "file"),
    Route("/desk/imports/files/<id:job_id>/progress", READERS, None, "file"),
    Route("/desk/imports/files/<id:job_id>/errors.csv", READERS, None, "file"),
    Route("/desk/imports/files/<id:job_id>/confirm", None, "C", "file"),
    Route("/desk/imports/files/<id:job_id>/withdraw", None, "C", "file"),
    Route("/desk/lines", READERS),
    Route("/desk/lines/<id:line_id>", READERS, None, "line"),
    Route("/desk/lines/<id:line_id>/number/<field>", None, "CJPA", "line", {"field": "public_number"}),
    Route("/desk/lines/<id:line_id>/attest", "C", "C", "line"),
    Route("/desk/lines/<id:line_id>/check-fallback", "C", "C", "line"),
    Route("/desk/lines/<id:line_id>/deliver-elsewhere", "C", "C", "line"),
    Route("/desk/lines/<id:line_id>/approve-delivery", "J", "J", "line"),
    Route("/desk/lines/<id:line_id>/release", "C", "C", "line"),
    Route("/desk/lines/<id:line_id>/object", "CJA", "CJA", "line"),
    Route("/desk/notices", READERS),
    Route("/desk/notices/<id:notice_id>", READERS, None, "notice"),
    Route("/desk/notices/<id:notice_id>/approve", "J", "J", "notice"),
    Route("/desk/notices/<id:notice_id>/object", "CJA", "CJA", "notice"),
    Route("/desk/notices/<id:notice_id>/<verb>", "C", "C", "notice", {"verb": "amend"}),
    Route("/desk/notices/<id:notice_id>/<verb>", "C", "C", "notice", {"verb": "submit"}),
    Route("/desk/notices/<id:notice_id>/<verb>", "J", "J", "notice", {"verb": "reject"}),
    Route("/desk/notices/<id:notice_id>/<verb>", "CJPA", "CJPA", "notice", {"verb": "suspend"}),
    Route("/desk/notices/<id:notice_id>/<verb>", "J", "J", "notice", {"verb": "resume"}),
    Route("/desk/notices/<id:notice_id>/<verb>", "J", "J", "notice", {"verb": "review"}),
    Route("/desk/notices/<id:notice_id>/<verb>", "CJPA", "CJPA", "notice", {"verb": "end"}),
    Route("/notices/<id:notice_id>/test-call", "CJ", "CJ", "notice"),
    Route("/desk/objections", READERS),
    Route("/desk/objections/<id:objection_id>", READERS, None, "objection"),
    Route("/desk/objections/<id:objection_id>/uphold", "CJPA", "CJPA", "objection"),
    Route("/desk/objections/<id:objection_id>/reject", "J", "J", "objection"),
    Route("/desk/calls", READERS),
    Route("/desk/search", READERS),
    Route("/desk/search/number", READERS, READERS),
    Route("/desk/protected", "CJAO"),
    Route("/desk/protected/new", "CJAO", "CJAO"),
    Route("/desk/protected/<id:row_id>/number", None, "CJAO", "protected"),
    Route("/desk/protected/<id:row_id>/remove", "CJAO", "CJAO", "protected"),
    Route("/desk/recoveries", "JPAO"),
    Route("/desk/recoveries/<id:link_id>", "JPAO", "JPAO", "recovery"),
    Route("/desk/recoveries/<id:link_id>/refuse", None, "JPAO", "recovery"),
    Route("/desk/tokens", ALL),
    Route("/desk/tokens/new", ALL, ALL),
    Route("/desk/tokens/<id:token_id>/revoke", ALL, ALL, "token"),
    Route("/desk/tokens/everybody", "AO"),
    Route("/desk/tokens/everybody/new", "AO", "AO"),
    Route("/desk/tokens/everybody/<id:token_id>/revoke", "AO", "AO", "their token"),
    Route("/desk/users", "AO"),
    Route("/desk/users/invite", "AO", "AO"),
    Route("/desk/users/<id:user_id>", "AO", None, "person"),
    Route("/desk/users/<id:user_id>/roles", "A", "A", "person"),
    Route("/desk/users/<id:user_id>/disable", None, "AO", "person"),
    Route("/desk/users/<id:user_id>/enable", None, "AO", "person"),
    Route("/desk/users/<id:user_id>/invite-again", None, "AO", "person"),
    Route("/desk/users/<id:user_id>/recovery", "AO", "AO", "person"),
    Route("/desk/users/<id:user_id>/sso/allow", None, "AO", "person"),
    Route("/desk/users/<id:user_id>/sso/forbid", None, "AO", "person"),
    Route("/prompts", READERS),
    Route("/prompts/new", "C", "C"),
    Route("/prompts/draft", "C", "C"),
    Route("/prompts/draft/<token>.wav", "C", None, "words"),
    Route("/prompts/<id:recording_id>", READERS, None, "recording"),
    Route("/prompts/<id:recording_id>/sound.wav", READERS, None, "recording"),
    Route("/prompts/<id:recording_id>/version", "C", "C", "recording"),
    Route("/prompts/<id:recording_id>/submit", "C", "C", "recording"),
    Route("/prompts/<id:recording_id>/approve", "J", "J", "recording"),
    Route("/prompts/<id:recording_id>/reject", "J", "J", "recording"),
    Route("/prompts/<id:recording_id>/withdraw", "CJPA", "CJPA", "recording"),
    Route("/prompts/<id:recording_id>/test-call", "CJ", "CJ", "recording"),
    Route("/test-calls/<id:test_call_id>", "CJ", None, "test call"),
    Route("/sign-out", None, ALL),
)

OPEN = {
    "/": ("/", 302, None),
    "/assets/<tag>/<path:name>": ("/assets/old/desk/desk.css", 200, None),
    "/language/<code>": ("/language/en", 302, None),
    "/sign-in": ("/sign-in", 200, 200),
    "/sign-in/code": ("/sign-in/code", 302, 200),
    "/sign-in/sso": ("/sign-in/sso", 404, None),
    "/sign-in/sso/arrive": ("/sign-in/sso/arrive?code=x&state=y", 404, None),
    "/invitation": ("/invitation", 404, 404),
    "/invitation/<token>": ("/invitation/unknown", 302, None),
    "/invitation/codes": ("/invitation/codes", 404, 404),
    "/invitation/key": ("/invitation/key", 404, 404),
}
"""Addresses for anybody at all: one of each, and what a GET and an empty form are answered with."""

OTHER_DOORS = ("/api/", "/webhooks/", "/recordings/", "/healthz", "/readyz", "/metrics")
"""Where no person comes: what guards them is tested elsewhere."""

SHADOWED = {("GET", "/desk/enrolments/<id:draft_id>/discard")}
"""The method is not offered, but another rule takes the address: the step of that name, which is none."""

LET_IN = {200, 302, 303, 409, 422}
"""A page, the way on, or a form that says what is missing."""


@pytest.fixture(scope="module")
def building(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Building]:
    """One for all of this file: whoever writes puts it back."""
    building = Building.furnished(sqlite_template, tmp_path_factory.mktemp("building"))
    yield building
    building.close()


def test_every_route_stands_in_the_table(building: Building) -> None:
    """And the table in no other's place: a rule that is gone, or another method, is found here."""
    ours = [rule for rule in building.app.url_map.iter_rules() if not rule.rule.startswith(OTHER_DOORS)]
    found = {(rule.rule, "GET" in (rule.methods or ()), "POST" in (rule.methods or ())) for rule in ours}
    told = {(each.rule, each.get is not None, each.post is not None) for each in ROUTES}
    told |= {(rule, True, post is not None) for rule, (_, _, post) in OPEN.items()}
    assert found - told == set(), "write these routes into the table of this file"
    assert told - found == set(), "these are gone"
    assert {rule.endpoint.partition(".")[0] for rule in ours} == {"desk"}


def test_pages_open_for_whoever_may_and_tell_nobody_else_anything(building: Building) -> None:
    before, faults = building.rows(), []
    for route in ROUTES:
        if route.get is not None:
            faults += [f"GET {each}" for each in _asked(building, route, "GET", route.get)]
    for rule, (path, status, _post) in OPEN.items():
        for visitor in building.visitors.values():
            answer = building.ask(visitor, "GET", path)
            if answer.status_code not in {status, 302}:
                faults.append(f"GET {rule} by {visitor.who}: {answer.status_code}")
    assert not faults, "\n".join(faults)
    changed = {each.split('"')[1] for each in before ^ building.rows()}
    assert changed <= {"desk_challenge"}, "a GET writes nothing but what a key or app will be asked"
    building.put_back()


def test_forms_are_taken_from_whoever_may_and_from_nobody_else(building: Building) -> None:
    faults = []
    for route in ROUTES:
        if route.post is not None:
            faults += [f"POST {each}" for each in _asked(building, route, "POST", route.post)]
    for rule, (path, _get, status) in OPEN.items():
        for visitor in building.visitors.values() if status is not None else ():
            answer = building.ask(visitor, "POST", path, csrf_token=visitor.token)
            if answer.status_code != status:
                faults.append(f"POST {rule} by {visitor.who}: {answer.status_code}")
    building.put_back()
    assert not faults, "\n".join(faults)


def test_no_form_is_taken_without_its_token(building: Building) -> None:
    """Whoever sends it, and whatever he may: it is not even asked who he is."""
    before, faults = building.changes(), []
    for route in ROUTES:
        may = next((each for each in building.visitors.values() if each.letter in (route.post or "")), None)
        for visitor in (may, building.visitors["nobody"]) if may else ():
            status = building.ask(visitor, "POST", route.path(building.thing(visitor, route.of))).status_code
            if status != 400:
                faults.append(f"POST {route.rule} by {visitor.who}: {status}")
    for rule, (path, _get, post) in OPEN.items():
        if post is not None and building.ask(building.visitors["nobody"], "POST", path).status_code != 400:
            faults.append(f"POST {rule}")
    assert not faults, "\n".join(faults)
    assert building.changes() == before


def test_methods_that_are_not_offered_are_refused(building: Building) -> None:
    before, faults, visitor = building.changes(), [], building.visitors["clerk"]
    offered = [(r.rule, r.path(NOWHERE), r.get is not None, r.post is not None) for r in ROUTES]
    offered += [(rule, path, True, post is not None) for rule, (path, _get, post) in OPEN.items()]
    for rule, path, get, post in offered:
        for method in ["PUT", "DELETE"] + ["GET"] * (not get) + ["POST"] * (not post):
            answer = building.ask(visitor, method, path, csrf_token=visitor.token)
            if answer.status_code != 405 and (method, rule) not in SHADOWED:
                faults.append(f"{method} {rule}: {answer.status}")
    assert not faults, "\n".join(faults)
    assert building.changes() == before


def _asked(building: Building, route: Route, method: str, letters: str) -> Iterator[str]:
    """What is wrong with the answers that each person gets there."""
    for visitor in building.visitors.values():
        may, own = visitor.letter in letters, route.path(building.thing(visitor, route.of))
        if may:
            yield from _faults_of_his_own(building, visitor, method, own)
            if route.of:
                yield from _faults_of_strange(building, visitor, method, route)
        else:
            yield from _faults_of_refusing(building, visitor, method, own)


def _send(building: Building, visitor: Visitor, method: str, path: str) -> TestResponse:
    form = {"csrf_token": visitor.token} if method == "POST" else {}
    return building.ask(visitor, method, path, **form)


def _faults_of_his_own(building: Building, visitor: Visitor, method: str, path: str) -> Iterator[str]:
    before = building.changes()
    answer = _send(building, visitor, method, path)
    sent_away = answer.status_code in {302, 303} and "/sign-in" in answer.headers["Location"]
    if answer.status_code not in LET_IN or (sent_away and path != "/sign-out"):
        yield f"{path} by {visitor.who}, who may: {answer.status}"
    if method == "POST" and building.changes() != before:
        building.put_back()


def _faults_of_strange(building: Building, visitor: Visitor, method: str, route: Route) -> Iterator[str]:
    """What is another's is answered with 404, and exactly like what is not there."""
    before, texts = building.changes(), set()
    for thing in filter(None, (building.strange_thing(visitor, route.of), NOWHERE)):
        answer = _send(building, visitor, method, route.path(thing))
        texts.add(_without_chance(answer, thing))
        if answer.status_code != 404:
            whose = "nothing" if thing == NOWHERE else "another"
            yield f"{route.rule} by {visitor.who} of {whose}: {answer.status}"
    if len(texts) != 1:
        yield f"{route.rule} by {visitor.who}: another's is told apart from nothing"
    if method == "POST" and building.changes() != before:
        yield f"{route.rule} by {visitor.who}: something was written"
        building.put_back()


def _faults_of_refusing(building: Building, visitor: Visitor, method: str, path: str) -> Iterator[str]:
    before = building.changes()
    answer = _send(building, visitor, method, path)
    if visitor.letter in ROLES:
        if answer.status_code != 403:
            yield f"{path} by {visitor.who}, who may not: {answer.status}"
    elif answer.status_code != 302 or not answer.headers["Location"].startswith("/sign-in"):
        yield f"{path} by {visitor.who}: {answer.status}"
    if building.changes() != before:
        yield f"{path} by {visitor.who}: something was written"
        building.put_back()


def _without_chance(answer: TestResponse, thing: str) -> str:
    """The page without what differs each time, and without the address that was asked."""
    text = answer.get_data(as_text=True).replace(thing, "…")
    return re.sub(r'(nonce|value)="[^"]*"', "", text)
