"""Every door has its guard, every change its entry, every setting its line in the README."""

import ast
import re
from pathlib import Path

from werkzeug.test import TestResponse

from gateway.database import writing
from gateway.models import AuditEntry, Platform
from gateway.services.permissions import Action
from gateway.settings import SETTINGS
from gateway.sight import EVERY_COURT
from tests.applications import open_app
from tests.factories import open_gateway

ROOT = Path(__file__).parents[2]
SERVICES = sorted((ROOT / "gateway/services").glob("*.py"))
OPEN = {
    "/healthz": "asks nothing of anybody",
    "/readyz": "tells of the gateway's fitness, and of nobody",
    "/metrics": "has a token of its own",
    "/recordings/<sha256>.wav": "what callers hear anyway",
    "/api/v1/openapi.json": "describes, and holds nothing",
    "/assets/<tag>/<path:name>": "style sheets and scripts",
    "/language/<code>": "a choice of language",
    "/": "leads to signing in",
    "/sign-in": "the way in",
    "/sign-in/code": "the way in",
    "/invitation/<token>": "holds its own proof, and is good once",
}
"""What may be asked for by anybody, and why."""
ENTERED_ELSEWHERE = {
    "notice_life": "whoever takes the step enters it",
    "add_decision": "the decision is entered where it is inserted",
}


def test_every_route_refuses_a_stranger(tmp_path: Path) -> None:
    gateway = open_gateway(f"sqlite:///{tmp_path / 'gateway.db'}", tmp_path / "data")
    app = open_app(gateway.runtime)
    client, let_in = app.test_client(), []
    with gateway.read() as session:
        before = session.query(AuditEntry).count()
    for rule in app.url_map.iter_rules():
        path = re.sub(r"<[^>]+>", "north", rule.rule)
        for method in sorted((rule.methods or set()) - {"OPTIONS", "HEAD"}):
            answer = client.open(path, method=method, data={"a": "b"})
            if rule.rule not in OPEN and not _turned_away(answer):
                let_in.append((method, rule.rule, answer.status_code))
    assert let_in == [], "guard these routes, or name them in OPEN with the reason"
    with gateway.read() as session:
        assert session.query(AuditEntry).count() == before
    gateway.runtime.close()


def _turned_away(answer: TestResponse) -> bool:
    """Refused, led to signing in, or a form without the token that only our own pages hold."""
    to_sign_in = answer.status_code == 302 and answer.headers["Location"].startswith("/sign-in")
    return to_sign_in or answer.status_code in {400, 401, 403, 404}


def _calls(function: ast.FunctionDef) -> set[str]:
    calls = (node.func for node in ast.walk(function) if isinstance(node, ast.Call))
    return {call.attr if isinstance(call, ast.Attribute) else getattr(call, "id", "") for call in calls}


def test_a_service_that_counts_a_version_leaves_an_entry() -> None:
    """Whoever raises a row's version has changed it; in the same file it is entered into the record."""
    changing = {
        path.stem: path.read_text()
        for path in SERVICES
        if re.search(r"\.version \+= 1", path.read_text()) and path.stem not in ENTERED_ELSEWHERE
    }
    silent = [name for name, text in changing.items() if not re.search(r"work\.(?:changed|enter)\(", text)]
    assert silent == [], "enter the change with work.changed(...)"


def test_a_service_asks_who_it_is_before_anything_else() -> None:
    late = [
        f"{path.name}: {function.name}"
        for path in SERVICES
        for function in ast.parse(path.read_text()).body
        if isinstance(function, ast.FunctionDef) and "must" in _calls(function) and _asks_late(function)
    ]
    assert late == [], "ask work.actor.must(...) first"


def _asks_late(function: ast.FunctionDef) -> bool:
    statements = [each for each in function.body if not isinstance(each, ast.Expr) or _is_call(each)]
    return "must" not in ast.unparse(statements[0])


def _is_call(statement: ast.Expr) -> bool:
    return isinstance(statement.value, ast.Call)


def test_every_action_is_asked_for_somewhere() -> None:
    text = "".join(path.read_text() for path in (ROOT / "gateway").rglob("*.py"))
    idle = [action.name for action in Action if f"Action.{action.name})" not in text.replace(",", ")")]
    assert idle == [], "delete these actions from permissions.py, or ask for them"


def test_every_setting_stands_in_the_readme_or_the_docs() -> None:
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    text = "".join(page.read_text() for page in pages if page.exists())
    missing = [setting.variable for setting in SETTINGS if setting.variable not in text]
    assert missing == [], "document them in README.md, one line each, as `court-gateway settings` prints them"


def test_the_database_of_a_test_is_not_the_one_of_another(tmp_path: Path) -> None:
    one = open_gateway(f"sqlite:///{tmp_path / 'one.db'}", tmp_path / "one")
    other = open_gateway(f"sqlite:///{tmp_path / 'other.db'}", tmp_path / "other")
    with writing(one.runtime.engine, EVERY_COURT) as session:
        session.get_one(Platform, 1).change_no = 999
    with other.read() as session:
        assert session.get_one(Platform, 1).change_no != 999
    for gateway in (one, other):
        gateway.runtime.close()
