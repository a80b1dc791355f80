"""Where the page of a thing is: one row for each kind, by the name of its table."""

from typing import Any

from flask import url_for

PLACES: dict[str, tuple[str, str]] = {
    "access_link": ("desk.recoveries_decide", "link_id"),
    "alert": ("desk.alerts_one", "alert_id"),
    "court_change": ("desk.court_changes_one", "change_id"),
    "enforcement_case": ("desk.cases_show", "case_id"),
    "enrolment_draft": ("desk.enrolment_step", "draft_id"),
    "import_batch": ("desk.imports_batch", "import_id"),
    "import_job": ("desk.uploads_file", "job_id"),
    "line": ("desk.lines_show", "line_id"),
    "notice": ("desk.notices_show", "notice_id"),
    "objection": ("desk.objections_show", "objection_id"),
    "recording": ("desk.prompts_recording", "recording_id"),
}
"""Kind -> the page, and what its address calls the id."""


def place_of(kind: str, thing_id: str, detail: str | None = None) -> str | None:
    """The address; None for what has no page of its own. `detail`: the step of an enrolment."""
    if kind not in PLACES:
        return None
    endpoint, name = PLACES[kind]
    if kind != "enrolment_draft":
        values: dict[str, Any] = {name: thing_id}
        return url_for(endpoint, **values)
    return url_for(endpoint, draft_id=thing_id, name=detail) if detail else None
