"""The administration before a browser without scripts: who opens what, forms filled in well and badly."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from sqlalchemy import select

from gateway.database import writing
from gateway.models import Alert, ApiToken, AuditEntry, Connection, Court, EnforcementCase, User
from gateway.services.alerts import open_alert
from gateway.services.change_court import propose_policy, quieten
from gateway.services.close_case import close_case
from gateway.services.found_court import found_court
from gateway.services.hold_tokens import issue_own_token
from gateway.services.protect_caller import protect_caller
from gateway.services.recover_person import request_recovery
from gateway.sight import EVERY_COURT
from gateway.web.desk.admin import CORNERS
from gateway.web.desk.frame.navigation import PLACES
from gateway.web.desk.frame.places import PLACES as PAGES_OF_THINGS
from gateway.web.desk.words.lists import choices
from tests.factories import ACCOUNT, BASE, lawful_court, number, open_gateway
from tests.gateway.desk import add_president, code_at
from tests.gateway.records import actions
from tests.gateway.web.desk.people import Office, Person, errors, filled

ROLES = ("clerk", "judge", "president", "auditor", "administrator", "operator")
ALL = " ".join(ROLES)
OF_A_COURT = "clerk judge president auditor administrator"
RUNS_IT = "administrator operator"
REASON = "in writing, of today"
NAMES = iter(f"虚构法院{each}" for each in range(100, 999))
SLUGS = iter(f"trunk-{each}" for each in range(1, 99))


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """One desk for the whole file; each test changes a court, connection or person of its own."""
    place = tmp_path_factory.mktemp("admin")
    gateway = open_gateway(f"sqlite:///{place / 'gateway.db'}", place / "data")
    found = Office.of(gateway)
    add_president(gateway)
    yield found
    gateway.runtime.close()


@dataclass(frozen=True)
class Town:
    """One of everything that has a page, in court A."""

    ids: dict[str, str]

    def at(self, path: str) -> str:
        return path.format(**self.ids)


@pytest.fixture(scope="module")
def town(office: Office) -> Town:
    """What the pages in OPENED are about."""
    gateway = office.gateway
    ids = {"court": gateway.court_a, "clerk": gateway.people["clerk"].user_id or ""}
    case = gateway.case()
    ids["line"] = gateway.line(active=False).id
    with gateway.work("administrator") as work:
        quieten(work, gateway.court_a, "shadow", "trial")
        ids["change"] = propose_policy(work, gateway.court_a, "shadow", "trial is over").id
        ids["protected"] = protect_caller(work, number(7001), "hospital").id
        ids["recovery"] = request_recovery(work, gateway.people["auditor"].user_id or "", "telephone lost").id
        issue_own_token(work, frozenset({"read"}), "program", 30)
        close_case(work, case.id, 1, "paid")
    ids["case"] = case.id
    with writing(gateway.runtime.engine, EVERY_COURT) as session:
        open_alert(session, "loop", ids["line"], gateway.clock.now(), gateway.court_a)
        ids["alert"] = session.scalars(select(Alert.id)).one()
        ids["token"] = session.scalars(select(ApiToken.id).where(ApiToken.label == "program")).one()
    return Town(ids)


OPENED = {
    "/desk/administration": ALL,
    "/desk/permissions": ALL,
    "/desk/account": ALL,
    "/desk/settings": ALL,
    "/desk/alerts": ALL,
    "/desk/audit": "judge president auditor administrator operator",
    "/desk/courts/new": "operator",
    "/desk/courts/{court}": ALL,
    "/desk/courts/{court}/disable": RUNS_IT,
    "/desk/courts/{court}/enable": "operator",
    "/desk/courts/{court}/parent": "operator",
    "/desk/courts/{court}/programme": RUNS_IT,
    "/desk/courts/{court}/propose/shadow": RUNS_IT,
    "/desk/courts/{court}/quieten/api_approval": "president administrator operator",
    "/desk/courts/{court}/calendar": ALL,
    "/desk/courts/{court}/calendar?year=2031": ALL,
    "/desk/courts/{court}/calendar/day": RUNS_IT,
    "/desk/courts/{court}/calendar/2027": RUNS_IT,
    "/desk/court-changes": "president administrator operator",
    "/desk/court-changes/{change}/confirm": "president operator",
    "/desk/court-changes/{change}/withdraw": "president administrator operator",
    "/desk/users": RUNS_IT,
    "/desk/users/invite": RUNS_IT,
    "/desk/users/{clerk}": "administrator",
    "/desk/users/{clerk}/roles": "administrator",
    "/desk/users/{clerk}/recovery": "administrator",
    "/desk/recoveries": "judge president administrator operator",
    "/desk/recoveries/{recovery}": "judge president administrator",
    "/desk/tokens": ALL,
    "/desk/tokens/new": ALL,
    "/desk/tokens/everybody": RUNS_IT,
    "/desk/tokens/everybody/new": RUNS_IT,
    "/desk/tokens/{token}/revoke": "administrator",
    "/desk/tokens/everybody/{token}/revoke": "administrator",
    "/desk/protected": "clerk judge administrator operator",
    "/desk/protected/new": "clerk judge administrator operator",
    "/desk/protected/{protected}/remove": "clerk judge administrator",
    "/desk/connections": "operator",
    "/desk/connections/new": "operator",
    "/desk/connections/north": "operator",
    "/desk/connections/north/secret": "operator",
    "/desk/connections/north/promote": "operator",
    "/desk/connections/north/drop": "operator",
    "/desk/connections/north/move": "operator",
    "/desk/connections/north/routing": "operator",
    "/desk/connections/north/call-from": "operator",
    "/desk/fallbacks": "clerk",
    "/desk/fallbacks/{line}": "clerk",
    "/desk/lines/{line}": OF_A_COURT,
    "/desk/cases/{case}": OF_A_COURT,
    "/desk/cases/{case}/deleted": "clerk judge president administrator",
    "/desk/alerts/{alert}": OF_A_COURT,
}
"""Address -> the roles to which it opens; to all others it is refused or not there."""


def test_every_page_opens_to_its_roles_and_to_no_other(office: Office, town: Town) -> None:
    wrong: list[tuple[object, ...]] = []
    for who in ROLES:
        person = office.person(who)
        for path, roles in OPENED.items():
            answer = person.get(town.at(path))
            expected = {200} if who in roles.split() else {403, 404}
            if answer.status_code not in expected:
                wrong.append((who, path, answer.status_code))
            if answer.headers["Cache-Control"] != "no-store":
                wrong.append((who, path, answer.headers["Cache-Control"]))
    assert wrong == []


def test_every_page_is_whole_in_chinese(office: Office, town: Town) -> None:
    wrong = []
    for path, roles in OPENED.items():
        person = Person(office.person(roles.split()[-1]).client, "zh")
        text = person.page(town.at(path))
        main = text.partition("<main")[2].partition("</main>")[0]
        heading = re.search(r"<h1[^>]*>\s*(.*?)\s*(?:<|$)", main, re.S)
        chinese = heading is not None and re.search(r"[\u4e00-\u9fff]", heading.group(1))
        if 'lang="zh-Hans"' not in text or not chinese or re.search(r">\s*None\s*<|\{\{|\{%", main):
            wrong.append((path, heading.group(1) if heading else None))
    assert wrong == []


def test_one_english_word_is_two_in_chinese_where_it_means_two_things(office: Office, town: Town) -> None:
    administrator = Person(office.person("administrator").client, "zh")
    calendar = administrator.page(town.at("/desk/courts/{court}/calendar"))
    assert "放假" in calendar
    assert "已结案" not in calendar
    assert "登录时间" not in administrator.page("/desk/protected")
    assert "登录时间" in administrator.page("/desk/account")


def test_a_stranger_is_sent_to_the_door_and_nothing_is_kept(office: Office) -> None:
    for path in ("/desk/administration", "/desk/connections", "/sign-in", "/desk/nowhere"):
        answer = office.stranger().get(path)
        assert answer.status_code in {200, 302, 404}
        assert answer.headers["Cache-Control"] == "no-store"


def test_every_way_leads_to_a_page_that_there_is(office: Office) -> None:
    named = [place.endpoint for place in PLACES] + [corner.endpoint for corner in CORNERS]
    named += [endpoint for endpoint, _ in PAGES_OF_THINGS.values()]
    assert [each for each in named if each not in office.app.view_functions] == []


_ACTIVE = re.compile(r'aria-current="[a-z]+"[^>]*>(?:\s|<[^>]+>)*([^<]+?)\s*<')
"""The entry of the bar that says where one is."""


def _links(text: str) -> set[str]:
    return set(re.findall(r'href="(/desk[^"#]*)"', text))


def test_the_index_leads_everybody_to_all_that_he_may_open(office: Office) -> None:
    everybody = {"/desk/courts", "/desk/calendar", "/desk/tokens", "/desk/alerts", "/desk/settings"}
    more = {
        "clerk": {"/desk/protected", "/desk/fallbacks"},
        "judge": {"/desk/recoveries", "/desk/protected", "/desk/audit"},
        "president": {"/desk/court-changes", "/desk/recoveries", "/desk/audit"},
        "auditor": {"/desk/audit"},
        "administrator": {
            "/desk/court-changes",
            "/desk/users",
            "/desk/recoveries",
            "/desk/tokens/everybody",
            "/desk/protected",
            "/desk/audit",
        },
        "operator": {
            "/desk/court-changes",
            "/desk/users",
            "/desk/recoveries",
            "/desk/tokens/everybody",
            "/desk/protected",
            "/desk/connections",
            "/desk/audit",
        },
    }
    wrong: list[tuple[object, ...]] = []
    for who in ROLES:
        person = office.person(who)
        main = person.page("/desk/administration").partition("<main")[2]
        shown = _links(main)
        if shown != everybody | more[who] | {"/desk/permissions"}:
            wrong.append((who, shown ^ (everybody | more[who] | {"/desk/permissions"})))
        for each in shown:
            answer = person.get(each, follow_redirects=True)
            here = _ACTIVE.findall(answer.get_data(as_text=True))
            if (answer.status_code, here) != (200, ["Administration"]):
                wrong.append((who, each, answer.status_code, here))
    assert wrong == []


def test_the_bar_leads_everybody_to_pages_that_open_and_to_his_account(office: Office) -> None:
    wrong = []
    for who in ROLES:
        person = office.person(who)
        head = person.page("/desk/account").partition("<main")[0]
        assert "Your account" in head
        ways = _links(head)
        assert {"/desk/account", "/desk/administration", "/desk"} <= ways
        wrong += [(who, each) for each in ways if person.get(each, follow_redirects=True).status_code != 200]
    assert wrong == []


def _code(office: Office, who: str) -> str:
    """What the person's program shows, as if no code had been used yet."""
    with office.gateway.work("operator") as work:
        work.session.get_one(User, office.gateway.people[who].user_id).totp_last_step = None
    return code_at(office.gateway)


def _court(office: Office) -> str:
    """A court that is switched on, for one test."""
    with office.gateway.work("operator") as work:
        return found_court(work, lawful_court(next(NAMES))).id


def _of(office: Office, court_id: str) -> Court:
    with office.gateway.read() as session:
        court = session.get_one(Court, court_id)
        session.expunge(court)
        return court


def test_a_court_is_founded_by_one_operator_and_switched_on_by_another(office: Office) -> None:
    founder, other = office.person("operator"), office.person("operator2")
    wrong = {"name": " ", "parent": "nowhere", "zone": "Mars", "country": "cn", "legal_basis": "办法第一条"}
    assert errors(founder.post("/desk/courts/new", wrong)) == ["There is no court of this name."]
    refused = founder.post("/desk/courts/new", {**wrong, "parent": "", "shadow": "y"})
    assert len(errors(refused)) == 3
    assert filled(refused)["legal_basis"] == ["办法第一条"]
    assert filled(refused)["zone"] == ["Mars"]
    assert filled(refused)["shadow"] == ["y"]
    right = {"name": next(NAMES), "parent": "虚构法院a", "zone": "Asia/Shanghai", "country": "CN"}
    lawful = {"profile": "cn-spc-2017-7", "legal_basis": "办法第一条"}
    founded = founder.post("/desk/courts/new", {**right, **lawful})
    assert (founded.status_code, errors(founded)) == (303, [])
    address = founded.headers["Location"]
    assert "You switched it off: another operator switches it on." in founder.page(address)
    assert "Switch the court on" not in founder.page(f"{address}/enable")
    assert "虚构法院a" in founder.page(address)
    alone = {"version": "1", "reason": REASON, "code": _code(office, "operator")}
    assert founder.post(f"{address}/enable", alone, form="/desk/account").status_code == 403
    unsure = other.post(f"{address}/enable", {"version": "1", "reason": REASON, "code": "000000"})
    assert errors(unsure)[0].startswith("The code or key was not accepted.")
    assert filled(unsure)["reason"] == [REASON]
    silent = other.post(f"{address}/enable", {"version": "1", "code": _code(office, "operator2")})
    assert len(errors(silent)) == 1
    sure = {"version": "1", "reason": REASON, "code": _code(office, "operator2")}
    assert other.post(f"{address}/enable", sure).status_code == 303
    assert "Switched on" in other.page(address)


def test_one_person_switches_a_court_off(office: Office) -> None:
    court_id = _court(office)
    address = f"/desk/courts/{court_id}"
    operator = office.person("operator")
    assert len(errors(operator.post(f"{address}/disable", {"reason": ""}))) == 1
    assert _of(office, court_id).enabled
    assert operator.post(f"{address}/disable", {"reason": REASON}).status_code == 303
    assert not _of(office, court_id).enabled
    assert "Switched off by operator." in operator.page(address)


def test_courts_are_listed_found_by_name_and_by_state(office: Office) -> None:
    operator = office.person("operator")
    named = operator.page("/desk/courts?name=法院b")
    assert office.gateway.court_b in named
    assert office.gateway.court_a not in named
    assert filled(named)["name"] == ["法院b"]
    assert office.gateway.court_b not in operator.page("/desk/courts?state=disabled")
    assert operator.get("/desk/courts?state=nonsense").status_code == 200
    clerk = office.person("clerk").get("/desk/courts")
    assert clerk.headers["Location"] == f"/desk/courts/{office.gateway.court_a}"
    assert office.person("clerk").get(f"/desk/courts/{office.gateway.court_b}").status_code == 404


def test_a_court_is_set_below_another_and_never_below_itself(office: Office) -> None:
    court_id = _court(office)
    address = f"/desk/courts/{court_id}"
    operator, name = office.person("operator"), _of(office, court_id).name
    below = operator.post(f"{address}/parent", {"version": "1", "parent": name})
    assert errors(below) == ["A court cannot stand above itself."]
    assert filled(below)["parent"] == [name]
    assert operator.post(f"{address}/parent", {"version": "1", "parent": "虚构法院b"}).status_code == 303
    assert filled(operator.page(f"{address}/parent"))["parent"] == ["虚构法院b"]
    stale = operator.post(f"{address}/parent", {"version": "1", "parent": ""})
    assert errors(stale) == ["This has changed since you opened the page. Look again, then repeat."]
    assert operator.post(f"{address}/parent", {"version": "2", "parent": ""}).status_code == 303
    assert _of(office, court_id).parent_id is None


def test_a_policy_is_made_quieter_by_one_and_louder_by_two(office: Office) -> None:
    court_id = _court(office)
    address = f"/desk/courts/{court_id}"
    first, second = office.person("operator"), office.person("operator2")
    assert len(errors(first.post(f"{address}/quieten/shadow", {"reason": ""}))) == 1
    assert first.post(f"{address}/quieten/shadow", {"reason": REASON}).status_code == 303
    assert _of(office, court_id).shadow
    assert first.get(f"{address}/quieten/nonsense").status_code == 404
    none = first.post(f"{address}/propose/shadow", {"version": "2", "reason": " "})
    assert len(errors(none)) == 1
    assert filled(none)["version"] == ["2"]
    assert first.post(f"{address}/propose/shadow", {"version": "2", "reason": REASON}).status_code == 303
    again = first.post(f"{address}/propose/shadow", {"version": "2", "reason": REASON})
    assert errors(again) == ["Such a change is proposed already: confirm it or withdraw it."]
    assert f"{address}/propose/shadow" not in first.page(address)
    waiting = second.page("/desk/court-changes")
    confirm = re.search(r"/desk/court-changes/(\w{26})/confirm", second.page(address))
    assert confirm is not None
    assert confirm.group() in waiting
    assert confirm.group() not in first.page("/desk/court-changes")
    assert "You proposed this: somebody else must confirm it." in first.page(confirm.group())
    sure = {"version": "1", "code": _code(office, "operator")}
    assert first.post(confirm.group(), sure, form="/desk/account").status_code == 403
    assert _of(office, court_id).shadow
    wrong = second.post(confirm.group(), {"version": "1", "code": "000000"})
    assert errors(wrong)[0].startswith("The code or key was not accepted.")
    stale = second.post(confirm.group(), {"version": "7", "code": _code(office, "operator2")})
    assert errors(stale) == ["This has changed since you opened the page. Look again, then repeat."]
    done = second.post(confirm.group(), {"version": "1", "code": _code(office, "operator2")})
    assert (done.status_code, errors(done)) == (303, [])
    assert not _of(office, court_id).shadow
    assert second.get(confirm.group()).status_code == 404
    decided = second.get(f"/desk/court-changes/{confirm.group(1)}")
    assert decided.headers["Location"] == address


def test_another_programme_takes_two_and_can_be_withdrawn_by_one(office: Office) -> None:
    court_id = _court(office)
    address = f"/desk/courts/{court_id}"
    first, second = office.person("operator"), office.person("operator2")
    shown = filled(first.page(f"{address}/programme"))
    assert (shown["profile"], shown["legal_basis"]) == (["cn-spc-2017-7"], ["虚构办法第一条"])
    same = first.post(f"{address}/programme", {**_first(shown), "reason": REASON})
    assert errors(same) == ["This is so already."]
    wrong = first.post(
        f"{address}/programme", {"version": "1", "profile": "nonsense", "legal_basis": "", "reason": REASON}
    )
    assert len(errors(wrong)) == 2
    assert filled(wrong)["reason"] == [REASON]
    wanted = {**_first(shown), "legal_basis": "虚构办法第九条", "reason": REASON}
    assert first.post(f"{address}/programme", wanted).status_code == 303
    page = second.page(address)
    change = re.search(r"/desk/court-changes/\w{26}", page)
    assert change is not None
    asked = second.page(f"{change.group()}/confirm")
    assert "虚构办法第九条" in asked
    assert "cn-spc-2017-7" not in asked
    assert "cn-spc-2017-7" not in second.page(f"{change.group()}/withdraw")
    none = second.post(f"{change.group()}/withdraw", {"reason": ""})
    assert len(errors(none)) == 1
    assert second.post(f"{change.group()}/withdraw", {"reason": REASON}).status_code == 303
    assert _of(office, court_id).legal_basis == "虚构办法第一条"
    assert "Waits for a second person" not in second.page(address)


def _first(shown: dict[str, list[str]]) -> dict[str, str]:
    return {name: values[0] for name, values in shown.items() if name != "csrf_token"}


def test_a_change_waits_on_the_presidents_work_list(office: Office, town: Town) -> None:
    president = office.person("president")
    page = president.page("/desk?section=court_changes")
    assert "End trial operation" in page.partition("<main")[2]
    change = town.at("/desk/court-changes/{change}")
    assert change in _links(page)
    assert president.get(change).headers["Location"] == f"{change}/confirm"
    elsewhere = office.person("clerk").get(change).headers["Location"]
    assert elsewhere == town.at("/desk/courts/{court}")
    assert office.person("b_clerk").get(change).status_code == 404


def test_days_and_years_are_entered_and_shown(office: Office) -> None:
    address = f"/desk/courts/{_court(office)}/calendar"
    operator = office.person("operator")
    assert len(errors(operator.post(f"{address}/day", {}))) == 2
    wrong = operator.post(f"{address}/day", {"day": "2027-02-30", "state": "closed"})
    assert errors(wrong) == ["Enter a real date, for example 2026-11-25."]
    assert (filled(wrong)["day"], filled(wrong)["state"]) == (["2027-02-30"], ["closed"])
    far = operator.post(f"{address}/day", {"day": "3027-02-03", "state": "closed"})
    assert errors(far) == ["Enter a year from 2000 to 2099."]
    saved = operator.post(f"{address}/day", {"day": "2027年2月3日", "state": "closed"})
    assert saved.headers["Location"] == f"{address}?year=2027"
    assert "desk-day--closed desk-day--own" in operator.page(f"{address}?year=2027")
    assert "days of this year are unknown" in operator.page(f"{address}?year=2098")
    typed = {"closed": "2098-10-01 to 2098-10-07\n2098-01-01", "worked": "2098-10-06"}
    weekday = operator.post(f"{address}/2098", typed)
    assert len(errors(weekday)) == 2
    assert filled(weekday)["closed"] == [typed["closed"]]
    unclear = operator.post(f"{address}/2098", {"closed": "October", "worked": ""})
    assert errors(unclear)[0].startswith("Enter one day or one span a line")
    entered = operator.post(f"{address}/2098", {**typed, "worked": "2098-10-11"})
    assert (entered.status_code, errors(entered)) == (303, [])
    assert "days of this year are unknown" not in operator.page(f"{address}?year=2098")
    assert operator.get(f"{address}?year=1812").status_code == 422
    assert operator.get(f"{address}/1812").status_code in {200, 404, 422}


def test_a_refused_invitation_loses_nothing(office: Office) -> None:
    administrator, operator = office.person("administrator"), office.person("operator")
    typed = {"name": "虚构人新", "username": "clerk", "identity": "id-77", "code": "000000"}
    for person, more in (
        (administrator, {"roles": ["clerk", "auditor"]}),
        (operator, {"court": office.gateway.court_b}),
    ):
        for code in ("000000", None):
            who = "administrator" if person is administrator else "operator"
            sent = {**typed, **more, "code": code or _code(office, who)}
            refused = person.post("/desk/users/invite", sent)
            assert errors(refused)
            kept = filled(refused)
            assert (kept["name"], kept["username"], kept["identity"]) == (["虚构人新"], ["clerk"], ["id-77"])
            (name, values), *_ = more.items()
            assert kept[name] == ([values] if isinstance(values, str) else values)


def test_a_person_is_looked_after(office: Office) -> None:
    administrator = office.person("administrator")
    clerk2 = f"/desk/users/{office.gateway.people['clerk2'].user_id}"
    page = administrator.page(f"{clerk2}/roles")
    assert filled(page)["roles"] == ["clerk"]
    none = administrator.post(f"{clerk2}/roles", {"version": "1", "code": _code(office, "administrator")})
    assert errors(none)
    unsure = administrator.post(f"{clerk2}/roles", {"version": "1", "roles": "auditor", "code": "000000"})
    assert errors(unsure)[0].startswith("The code or key was not accepted.")
    assert filled(unsure)["roles"] == ["auditor"]
    assert len(errors(administrator.post(f"{clerk2}/recovery", {"reason": ""}))) == 1
    own = f"/desk/users/{office.gateway.people['administrator'].user_id}"
    assert "This is your own account" in administrator.page(own)
    oneself = administrator.post(f"{own}/disable", form=own)
    assert oneself.status_code in {400, 403, 409}
    operator = office.person("operator")
    colleague = f"/desk/users/{office.gateway.people['operator2'].user_id}"
    assert "Change roles" not in operator.page(colleague)


def test_a_token_is_shown_once_and_works_until_it_is_revoked(office: Office) -> None:
    clerk = office.person("clerk")
    shown = filled(clerk.page("/desk/tokens/new"))
    assert (shown["scopes"], shown["days"]) == (["read"], ["90"])
    assert "approve" not in clerk.page("/desk/tokens/new").partition("<form")[2]
    bad = {"label": "ledger", "scopes": "enrol", "days": "900", "code": _code(office, "clerk")}
    refused = clerk.post("/desk/tokens/new", bad)
    assert errors(refused) == ["Enter 1 to 365 days."]
    kept = filled(refused)
    assert (kept["label"], kept["scopes"], kept["days"]) == (["ledger"], ["enrol"], ["900"])
    for wrong in ({"days": "soon"}, {"scopes": "approve", "days": "9"}, {"label": "", "days": "9"}):
        sent = {**bad, **wrong, "code": _code(office, "clerk")}
        assert len(errors(clerk.post("/desk/tokens/new", sent))) == 1
    nothing = {"label": "ledger", "days": "9", "code": _code(office, "clerk")}
    assert len(errors(clerk.post("/desk/tokens/new", nothing))) == 1
    issued = clerk.post("/desk/tokens/new", {**bad, "days": "9", "code": _code(office, "clerk")})
    token = re.search(r"data-copy=\"(cng_[\w-]+)\"", issued.get_data(as_text=True))
    assert token is not None
    assert issued.headers["Cache-Control"] == "no-store"
    listed = clerk.page("/desk/tokens")
    assert "ledger" in listed
    assert token.group(1) not in listed + clerk.page("/desk/tokens/new")
    bearer = {"Authorization": f"Bearer {token.group(1)}"}
    api = office.app.test_client()
    assert api.get("/api/v1/lines", headers=bearer).status_code in {200, 403}
    revoke = re.search(r"/desk/tokens/\w{26}/revoke", listed)
    assert revoke is not None
    assert "ledger" in clerk.page(revoke.group())
    assert office.person("judge").get(revoke.group()).status_code == 404
    assert clerk.post(revoke.group()).status_code == 303
    assert api.get("/api/v1/lines", headers=bearer).status_code == 401
    assert "Revoked" in clerk.page("/desk/tokens")


def test_for_somebody_else_there_are_only_tokens_that_read(office: Office) -> None:
    administrator, gateway = office.person("administrator"), office.gateway
    page = administrator.page("/desk/tokens/everybody/new")
    assert ">judge2<" in page
    assert ">b_judge<" not in page
    typed = {"person": "", "label": "report", "days": "30"}
    nobody = administrator.post(
        "/desk/tokens/everybody/new", {**typed, "code": _code(office, "administrator")}
    )
    assert errors(nobody) == ["Choose one."]
    assert filled(nobody)["label"] == ["report"]
    for who in ("b_judge", "operator"):
        sent = {**typed, "person": gateway.people[who].user_id, "code": _code(office, "administrator")}
        assert administrator.post("/desk/tokens/everybody/new", sent).status_code == 404
    sent = {**typed, "person": gateway.people["judge2"].user_id, "code": _code(office, "administrator")}
    issued = administrator.post("/desk/tokens/everybody/new", sent)
    assert "cng_" in issued.get_data(as_text=True)
    listed = administrator.page("/desk/tokens/everybody")
    assert "cng_" not in listed
    with gateway.read() as session:
        tokens = {each.label: (each.scopes, each.id) for each in session.scalars(select(ApiToken))}
    assert tokens["report"][0] == "read"
    revoke = f"/desk/tokens/everybody/{tokens['report'][1]}/revoke"
    assert administrator.post(revoke).status_code == 303
    assert office.person("operator").get(revoke).status_code == 404


def test_a_protected_caller_is_entered_masked_shown_and_taken_off(office: Office) -> None:
    clerk, operator = office.person("clerk"), office.person("operator")
    wrong = clerk.post("/desk/protected/new", {"number": "12", "label": ""})
    assert len(errors(wrong)) == 2
    assert filled(wrong)["number"] == ["12"]
    protected = clerk.post("/desk/protected/new", {"number": "+86 171 0000 7123", "label": "ward 7"})
    assert (protected.status_code, errors(protected)) == (303, [])
    listed = clerk.page("/desk/protected")
    assert "ward 7" in listed
    assert "7123" not in listed
    assert "ward 7" not in operator.page("/desk/protected")
    row = re.search(r"/desk/protected/(\w{26})/number", listed.partition("ward 7")[2])
    assert row is not None
    full = clerk.post(row.group(), form="/desk/protected")
    assert "+8617100007123" in full.get_data(as_text=True)
    assert actions(office.gateway, row.group(1)) == ["protected", "unmasked"]
    remove = f"/desk/protected/{row.group(1)}/remove"
    assert operator.get(remove).status_code == 404
    assert clerk.post(remove).status_code == 303
    assert "ward 7" not in clerk.page("/desk/protected")
    everywhere = {"number": "+86 171 0000 7124", "label": "crisis line"}
    assert operator.post("/desk/protected/new", everywhere).status_code == 303
    assert "On the whole platform" in clerk.page("/desk/protected")


def test_a_caller_is_protected_on_one_line(office: Office) -> None:
    line = office.gateway.line()
    clerk, address = office.person("clerk"), f"/desk/protected/new?line={line.id}"
    assert "on this one line only" in clerk.page(address)
    protected = clerk.post(address, {"number": number(7125), "label": "school"})
    assert protected.headers["Location"] == f"/desk/protected?line={line.id}"
    assert "On one line" in clerk.page(protected.headers["Location"])
    elsewhere = office.person("b_clerk").post(address, {"number": number(7125), "label": "school"})
    assert elsewhere.status_code == 404


def _connect(office: Office, **changes: str) -> str:
    """A connection of one test's own, added at the desk; the address of its page."""
    right = {
        "slug": next(SLUGS),
        "kind": "twilio",
        "account": ACCOUNT,
        "secret": "primary-token",
        "public_base_url": BASE,
        "country": "CN",
        "notice_mode": "answered",
        **changes,
    }
    added = office.person("operator").post("/desk/connections/new", right)
    assert (added.status_code, errors(added)) == (303, [])
    return str(added.headers["Location"])


def _row(office: Office, address: str) -> Connection:
    with office.gateway.read() as session:
        slug = address.rpartition("/")[2]
        row = session.scalars(select(Connection).where(Connection.slug == slug)).one()
        session.expunge(row)
        return row


def test_a_connection_is_added_with_all_that_is_wrong_told_at_once(office: Office) -> None:
    operator = office.person("operator")
    wrong = {
        "slug": "Zwei Worte",
        "kind": "twilio",
        "account": "",
        "secret": "with a space",
        "public_base_url": "http://gateway.example/path",
        "default_route": "nowhere",
        "country": "cn",
        "sip_hosts": "A B/c",
        "notice_mode": "ringback",
        "outgoing_number": "12",
    }
    refused = operator.post("/desk/connections/new", wrong)
    assert len(errors(refused)) == 9
    kept = filled(refused)
    assert {name: kept[name] for name in wrong if name not in {"secret", "account"}} == {
        name: [value] for name, value in wrong.items() if name not in {"secret", "account"}
    }
    assert "with a space" not in refused.get_data(as_text=True)
    reserved = operator.post("/desk/connections/new", {**wrong, "slug": "new"})
    assert "“new” is a word of the desk's own addresses. Choose another name." in _plain(errors(reserved))
    taken = operator.post("/desk/connections/new", {**wrong, "slug": "north"})
    assert "This name is taken." in errors(taken)
    address = _connect(
        office, outgoing_number="+86 171 0000 7200", default_route="sip:{dialled}@trunk.example"
    )
    row = _row(office, address)
    assert office.gateway.runtime.vault.open(row.outgoing_sealed or b"", "number") == number(7200)
    page = operator.page(address)
    assert "A number is set" in page
    assert "primary-token" not in page
    assert "7200" not in page
    assert address in operator.page("/desk/connections")


def _plain(texts: list[str]) -> list[str]:
    return [each.replace("&#39;", "'").replace("&#x27;", "'") for each in texts]


def test_a_secret_is_rotated_in_two_steps_or_not_at_all(office: Office) -> None:
    address, operator = _connect(office), office.person("operator")
    assert errors(operator.post(f"{address}/promote", {"version": "1"})) == ["There is no second secret."]
    assert errors(operator.post(f"{address}/drop", {"version": "1"})) == ["There is no second secret."]
    wrong = operator.post(f"{address}/secret", {"version": "1", "secret": "two words"})
    assert len(errors(wrong)) == 1
    assert "two words" not in wrong.get_data(as_text=True)
    assert operator.post(f"{address}/secret", {"version": "1", "secret": "second"}).status_code == 303
    assert "Rotation under way" in operator.page("/desk/connections")
    stale = operator.post(f"{address}/drop", {"version": "1"})
    assert errors(stale) == ["This has changed since you opened the page. Look again, then repeat."]
    assert operator.post(f"{address}/drop", {"version": "2"}).status_code == 303
    assert operator.post(f"{address}/secret", {"version": "3", "secret": "third"}).status_code == 303
    assert operator.post(f"{address}/promote", {"version": "4"}).status_code == 303
    row = _row(office, address)
    assert office.gateway.runtime.vault.open(row.secret_current_sealed, "secret") == "third"
    assert row.secret_next_sealed is None
    assert actions(office.gateway, row.id) == [
        "added",
        "secret_added",
        "secret_dropped",
        "secret_added",
        "secret_promoted",
    ]


def test_a_connection_is_moved_routed_and_given_a_number(office: Office) -> None:
    address, operator = _connect(office), office.person("operator")
    assert filled(operator.page(f"{address}/move"))["public_base_url"] == [BASE]
    wrong = operator.post(f"{address}/move", {"version": "1", "public_base_url": "ftp://x"})
    assert len(errors(wrong)) == 1
    assert filled(wrong)["public_base_url"] == ["ftp://x"]
    moved = operator.post(f"{address}/move", {"version": "1", "public_base_url": "https://two.example/"})
    assert moved.status_code == 303
    assert "https://two.example/webhooks/" in operator.page(address)
    routes = {"version": "2", "default_route": "x", "country": "XX", "sip_hosts": "?", "notice_mode": "x"}
    refused = operator.post(f"{address}/routing", routes)
    assert len(errors(refused)) == 3
    assert filled(refused)["sip_hosts"] == ["?"]
    right = {
        "version": "2",
        "default_route": number(7300),
        "country": "CN",
        "sip_hosts": "one.example\ntwo.example:5080",
        "notice_mode": "answered",
    }
    assert operator.post(f"{address}/routing", right).status_code == 303
    assert _row(office, address).sip_hosts == "one.example two.example:5080"
    assert filled(operator.page(f"{address}/routing"))["sip_hosts"] == ["one.example\ntwo.example:5080"]
    unknown = operator.post(f"{address}/call-from", {"version": "3", "outgoing_number": "12"})
    assert len(errors(unknown)) == 1
    assert filled(unknown)["outgoing_number"] == ["12"]
    called = operator.post(f"{address}/call-from", {"version": "3", "outgoing_number": number(7301)})
    assert called.status_code == 303
    assert "A number is set" in operator.page(address)
    assert operator.get("/desk/connections/south").status_code == 404


def test_what_is_pasted_at_the_carrier_stands_on_the_page_word_for_word(office: Office) -> None:
    """As docs/operators/twilio.md has it; that the webhooks answer, tests of the carrier's door show."""
    line = office.gateway.line(active=False)
    hooks = f"{BASE}/webhooks/north"
    voice = f"{hooks}/voice#ct=1500&amp;rt=3000&amp;rc=2&amp;rp=ct,rt,5xx&amp;tt=9000"
    of_account = office.person("operator").page("/desk/connections/north")
    assert set(re.findall(r'data-copy="([^"]+)"', of_account)) == {voice, f"{hooks}/status"}
    clerk = office.person("clerk")
    of_line = clerk.page(f"/desk/fallbacks/{line.id}")
    pasted = re.findall(r'data-copy="([^"]+)"', of_line)
    assert (pasted[0], pasted[2]) == (voice, f"{hooks}/status")
    assert re.fullmatch(rf"{hooks}/fallback/[\w-]+", pasted[1])
    for field in ("A call comes in", "Primary handler fails", "Call status changes"):
        assert field in of_line
        assert field in of_account
    assert f"/desk/fallbacks/{line.id}" in clerk.page(f"/desk/lines/{line.id}")
    assert f"/desk/fallbacks/{line.id}" in clerk.page("/desk/fallbacks")
    assert "/desk/fallbacks" not in office.person("judge").page(f"/desk/lines/{line.id}")


def test_the_deletion_of_a_formal_record_is_entered_once(office: Office) -> None:
    gateway, case = office.gateway, office.gateway.case()
    judge, address = office.person("judge"), f"/desk/cases/{case.id}"
    assert "Record the deletion" not in judge.page(address)
    today = gateway.clock.now().date().isoformat()
    early = judge.post(f"{address}/deleted", {"done_on": today, "reason": REASON})
    assert errors(early) == ["The case is not closed."]
    with gateway.work("clerk") as work:
        close_case(work, case.id, 1, "paid")
    assert f"{address}/deleted" in judge.page(address)
    assert f"{address}/deleted" not in office.person("auditor").page(address)
    assert errors(judge.post(f"{address}/deleted", {"done_on": "", "reason": REASON})) == ["Enter the day."]
    wrong = judge.post(f"{address}/deleted", {"done_on": "2026-02-30", "reason": REASON})
    assert errors(wrong) == ["Enter a real date, for example 2026-11-25."]
    assert filled(wrong)["reason"] == [REASON]
    before = judge.post(f"{address}/deleted", {"done_on": "2020-01-01", "reason": REASON})
    assert errors(before) == ["Enter a day from the day of closing until today."]
    with gateway.work("clerk") as work:
        closing_day = work.today().isoformat()
    silent = judge.post(f"{address}/deleted", {"done_on": closing_day, "reason": ""})
    assert len(errors(silent)) == 1
    assert filled(silent)["done_on"] == [closing_day]
    done = judge.post(f"{address}/deleted", {"done_on": closing_day, "reason": REASON})
    assert (done.status_code, done.headers["Location"]) == (303, address)
    page = judge.page(address)
    assert "The deletion is recorded." in page
    assert "Deleted on" in page
    assert f"{address}/deleted" not in page
    with gateway.read() as session:
        row = session.get_one(EnforcementCase, case.id)
        assert (row.formal_deletion, str(row.formal_deletion_done_on)) == ("done", closing_day)
    assert actions(gateway, case.id)[-1] == "deletion_recorded"


@pytest.mark.usefixtures("town")
def test_whatever_the_administration_entered_has_a_word(office: Office) -> None:
    address, operator = _connect(office), office.person("operator")
    operator.post(f"{address}/secret", {"version": "1", "secret": "second"})
    operator.post(f"{address}/move", {"version": "2", "public_base_url": "https://three.example"})
    told = {code for code, _ in choices("action")}
    with office.gateway.read() as session:
        entered = set(session.scalars(select(AuditEntry.action)))
    assert {"secret_added", "moved", "shadow_proposed"} <= entered
    assert entered - told == set()
