"""Every route of the API, on one page: the router and the OpenAPI document are made of nothing else."""

from gateway.web.api import (
    audit,
    calls,
    cases,
    courts,
    imports,
    lines,
    notices,
    objections,
    prompts,
    statistics,
)

ROUTES = (
    *cases.ROUTES,
    *lines.ROUTES,
    *prompts.ROUTES,
    *notices.ROUTES,
    *objections.ROUTES,
    *imports.ROUTES,
    *courts.ROUTES,
    *calls.ROUTES,
    *audit.ROUTES,
    *statistics.ROUTES,
)
