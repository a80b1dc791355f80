"""The court's desk: pages for clerks, judges, auditors and operators, rendered here, without a build.

A page is a view with a decorator that says at which address it is, and which action whoever opens it must
be allowed (`door.py`). Views hold no rule: they read a form, call a service, and show what it says. To add
an area: a module with an `Area`, its templates under `templates/desk/`, its Chinese in
`translations/zh/<area>.po`, one line in AREAS, and one in `navigation.py`.
"""

from flask import Blueprint, Flask
from govuk_frontend_wtf.main import WTFormsHelpers

from gateway.web.desk import (
    alerts,
    approval,
    assets,
    audit_browser,
    cases,
    dashboard,
    enrolment,
    headers,
    home,
    imports,
    languages,
    lines,
    lists,
    notice_steps,
    notices,
    objections,
    prompt_draft,
    prompt_steps,
    prompt_upload,
    prompts,
    rendering,
    search,
    settings_page,
    sign_in,
    test_calls,
    troubles,
    uploads,
)
from gateway.web.desk.door import IdConverter, add_pages

AREAS = (
    sign_in.AREA,
    home.AREA,
    prompts.AREA,
    prompt_upload.AREA,
    prompt_steps.AREA,
    prompt_draft.AREA,
    test_calls.AREA,
    lists.AREA,
    search.AREA,
    dashboard.AREA,
    alerts.AREA,
    audit_browser.AREA,
    settings_page.AREA,
    enrolment.AREA,
    notices.AREA,
    notice_steps.AREA,
    approval.AREA,
    cases.AREA,
    lines.AREA,
    objections.AREA,
    imports.AREA,
    uploads.AREA,
)
"""Every area of the desk."""


def install(app: Flask) -> None:
    """Put the desk into the application."""
    app.url_map.converters["id"] = IdConverter
    rendering.install(app)
    languages.install(app)
    headers.install(app)
    WTFormsHelpers(app)
    blueprint = Blueprint("desk", __name__)
    for area in AREAS:
        add_pages(blueprint, area)
    assets.install(blueprint)
    languages.add_choice(blueprint)
    troubles.install(blueprint)
    headers.protect(blueprint)
    app.register_blueprint(blueprint)
