"""Every door has its guard, every change its entry, every setting its line in the README."""

import ast
import re
from pathlib import Path

import pytest

from gateway import create_app
from gateway.database import writing
from gateway.models import AuditEntry, Platform
from gateway.services.permissions import Action
from gateway.settings import SETTINGS
from tests.factories import open_gateway

ROOT = Path(__file__).parents[2]
SERVICES = sorted((ROOT / "gateway/services").glob("*.py"))
OPEN = {
    "/healthz": "asks nothing of anybody",
    "/readyz": "tells of the gateway's fitness, and of nobody",
    "/metrics": "has a token of its own",
    "/recordings/<sha256>.wav": "what callers hear anyway",
    "/api/v1/openapi.json": "describes, and holds nothing",
}
"""What may be asked for by anybody, and why."""
ENTERED_ELSEWHERE = {
    "notice_life": "whoever takes the step enters it",
    "add_decision": "the decision is entered where it is inserted",
}


def test_every_route_refuses_a_stranger(tmp_path: Path) -> None:
    gateway = open_gateway(f"sqlite:///{tmp_path / 'gateway.db'}", tmp_path / "data")
    app = create_app(gateway.runtime)
    client, let_in = app.test_client(), []
    with gateway.read() as session:
        before = session.query(AuditEntry).count()
    for rule in app.url_map.iter_rules():
        path = re.sub(r"<[^>]+>", "north", rule.rule)
        for method in sorted((rule.methods or set()) - {"OPTIONS", "HEAD"}):
            status = client.open(path, method=method, data={"a": "b"}).status_code
            if rule.rule not in OPEN and status not in {401, 403, 404}:
                let_in.append((method, rule.rule, status))
    assert let_in == [], "guard these routes, or name them in OPEN with the reason"
    with gateway.read() as session:
        assert session.query(AuditEntry).count() == before
    gateway.runtime.close()


def _calls(function: ast.FunctionDef) -> set[str]:
    calls = (node.func for node in ast.walk(function) if isinstance(node, ast.Call))
    return {call.attr if isinstance(call, ast.Attribute) else getattr(call, "id", "") for call in calls}


@pytest.mark.parametrize("path", SERVICES, ids=lambda path: path.stem)
def test_a_service_that_counts_a_version_leaves_an_entry(path: Path) -> None:
    """Whoever raises a row's version has changed it; in the same file it is entered into the record."""
    text = path.read_text()
    if re.search(r"\.version \+= 1", text) is None:
        return
    if path.stem in ENTERED_ELSEWHERE:
        return
    assert re.search(r"work\.(?:changed|enter)\(|append_entries\(", text), (
        f"{path.name}: enter the change with work.changed(...)"
    )


@pytest.mark.parametrize("path", SERVICES, ids=lambda path: path.stem)
def test_a_service_asks_who_it_is_before_anything_else(path: Path) -> None:
    for function in ast.parse(path.read_text()).body:
        if isinstance(function, ast.FunctionDef) and "must" in _calls(function):
            statements = [each for each in function.body if not isinstance(each, ast.Expr) or _is_call(each)]
            assert "must" in ast.unparse(statements[0]), f"{path.name}: {function.name} asks too late"


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
    with writing(one.runtime.engine) as session:
        session.get_one(Platform, 1).change_no = 999
    with other.read() as session:
        assert session.get_one(Platform, 1).change_no != 999
    for gateway in (one, other):
        gateway.runtime.close()
