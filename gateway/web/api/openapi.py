"""The OpenAPI 3.1 document, made of the route table and the shapes: there is no second truth."""

from functools import cache
from http import HTTPStatus
from importlib.metadata import version
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from gateway.ids import ID_PATTERN
from gateway.services.permissions import MAY
from gateway.web.api.problems import MEDIA_TYPE
from gateway.web.api.routes import Kind, Route, Sends
from gateway.web.api.shapes import ProblemDetails
from gateway.web.api.table import ROUTES

_REF = "#/components/schemas/{model}"
_BAD_INPUT = {400, 413, 415, 422}


@cache
def document() -> dict[str, Any]:
    """The whole document."""
    paths: dict[str, Any] = {}
    for route in ROUTES:
        path = "/api/v1" + route.path.replace("<id>", "{id}")
        paths.setdefault(path, {})[route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Court Notice Gateway", "version": version("court-notice-gateway")},
        "security": [{"bearer": []}],
        "paths": paths,
        "components": {
            "schemas": _schemas(),
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
        },
    }


def _schemas() -> dict[str, Any]:
    takes = [(each.takes, "validation") for each in ROUTES if each.takes]
    gives = [(each.gives, "serialization") for each in ROUTES if each.gives]
    models: Any = [*dict.fromkeys(takes), *dict.fromkeys(gives), (ProblemDetails, "validation")]
    _, definitions = models_json_schema(models, ref_template=_REF)
    return dict(definitions["$defs"])


def _operation(route: Route) -> dict[str, Any]:
    grant = MAY[route.action]
    operation: dict[str, Any] = {
        "operationId": route.name,
        "summary": route.summary,
        "description": f"Roles: {', '.join(sorted(grant.roles))}. Scope: {grant.scope}.",
        "parameters": _parameters(route),
        "responses": _responses(route),
    }
    if route.takes is not None:
        operation["requestBody"] = _body(route)
    return operation


def _parameters(route: Route) -> list[dict[str, Any]]:
    parameters: list[dict[str, Any]] = []
    if route.has_id:
        schema = {"type": "string", "pattern": ID_PATTERN}
        parameters.append({"name": "id", "in": "path", "required": True, "schema": schema})
    if route.query is not None or route.sends is Sends.CSV:
        in_query: Any = route.query or route.takes
        fields = in_query.model_json_schema()["properties"]
        parameters += [{"name": name, "in": "query", "schema": schema} for name, schema in fields.items()]
    if route.writes:
        needed = route.kind is Kind.CHANGE
        schema = {"type": "string"}
        parameters.append({"name": "If-Match", "in": "header", "required": needed, "schema": schema})
    if route.method == "POST":
        key = {"type": "string", "pattern": "^[!-~]{1,255}$"}
        parameters.append({"name": "Idempotency-Key", "in": "header", "required": False, "schema": key})
    return parameters


def _body(route: Route) -> dict[str, Any]:
    assert route.takes is not None
    schema: dict[str, Any] = _ref(route.takes)
    if route.upload is not None:
        file = {"type": "string", "format": "binary"}
        own = route.takes.model_json_schema()
        schema = own | {
            "properties": own["properties"] | {route.upload: file},
            "required": [*own.get("required", []), route.upload],
        }
    content = {Sends.JSON.value if route.upload is None else Sends.FORM.value: {"schema": schema}}
    if route.sends is Sends.CSV:
        content[Sends.CSV.value] = {"schema": {"type": "string"}}
    fields = route.takes.model_fields.values()
    required = route.upload is not None or any(field.is_required() for field in fields)
    return {"required": required, "content": content}


def _responses(route: Route) -> dict[str, Any]:
    responses = {str(_success(route)): _success_response(route)}
    for status in sorted(_failures(route)):
        problem = {"content": {MEDIA_TYPE: {"schema": _ref(ProblemDetails)}}}
        responses[str(status)] = {"description": HTTPStatus(status).phrase} | problem
    return responses


def _success(route: Route) -> int:
    return 201 if route.kind is Kind.CREATE else 200


def _success_response(route: Route) -> dict[str, Any]:
    if route.gives is None:
        return {"description": "The sound", "content": {"audio/wav": {"schema": {"type": "string"}}}}
    response: dict[str, Any] = {
        "description": "The resource" if route.kind is not Kind.LIST else "A page",
        "content": {"application/json": {"schema": _ref(route.gives)}},
    }
    if route.kind is Kind.CREATE:
        response["headers"] = {"Location": {"schema": {"type": "string"}}}
    return response


def _failures(route: Route) -> set[int]:
    """The problems that this route can answer with."""
    failures = {401, 403, 405, 500, 503}
    if not route.silences:
        failures.add(429)
    if route.has_id:
        failures.add(404)
    if route.writes:
        failures |= {409, 412} | _BAD_INPUT
    if route.query is not None:
        failures.add(422)
    if route.kind is Kind.CHANGE:
        failures.add(428)
    return failures


def _ref(model: type[BaseModel]) -> dict[str, Any]:
    return {"$ref": _REF.format(model=_name(model))}


def _name(model: type[BaseModel]) -> str:
    """As pydantic writes the name of a generic shape in its references."""
    return model.__name__.replace("[", "_").replace("]", "_")
