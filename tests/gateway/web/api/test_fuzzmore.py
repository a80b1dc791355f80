"""Whatever is sent, by whomever: no error of ours, and every answer is as the document says."""

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.factories import Gateway
from tests.gateway.web.api.harness import Api, open_api

OURS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
)
FEW = settings(
    max_examples=80,
    derandomize=False,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def _ids(api: Api) -> dict[str, str]:
    notice = api.gateway.notice()
    objection = {"line": notice.line_id, "kind": "removal", "reason": "已履行"}
    return {
        "cases": notice.case_id,
        "lines": notice.line_id,
        "prompts": notice.recording_id,
        "notices": notice.id,
        "objections": api.post("clerk", "/objections", objection).get_json()["id"],
        "courts": api.gateway.court_a,
    }


def _send_few(api: Api, schema: Any, who: str) -> None:
    ids = _ids(api)
    for found in schema.get_all_operations():
        operation = found.ok()
        _send_to(api, operation, who, ids.get(operation.path.split("/")[3]))


def _send_to(api: Api, operation: Any, who: str, real: str | None) -> None:
    """A few requests to one operation, about half of them for a row that is there."""
    headers = {"Authorization": f"Bearer {api.token(who)}"}

    @FEW
    @given(case=operation.as_strategy(), known=st.booleans())
    def send(case: Any, known: bool) -> None:
        if known and real and case.path_parameters:
            case.path_parameters = {"id": real}
        answer = case.call(headers=headers, app=api.app)
        case.validate_response(answer, checks=OURS)

    send()


@pytest.mark.parametrize("who", ["clerk", "judge", "administrator"])
def test_every_route_bears_what_a_role_may_send(sqlite_gateway: Gateway, who: str) -> None:
    api = open_api(sqlite_gateway)
    _send_few(api, schemathesis.openapi.from_wsgi("/api/v1/openapi.json", api.app), who)


@pytest.mark.slow
@pytest.mark.postgres
def test_postgresql_bears_the_same(postgres_gateway: Gateway) -> None:
    api = open_api(postgres_gateway)
    _send_few(api, schemathesis.openapi.from_wsgi("/api/v1/openapi.json", api.app), "clerk")
