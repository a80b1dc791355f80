"""The court's desk: pages for clerks, judges, auditors and operators, rendered here, without a build.

A page is a view with a decorator that says at which address it is, and which action whoever opens it must
be allowed (`frame/door.py`). Views hold no rule: they read a form, call a service, and show what it says.
To add an area: a module with an `Area`, its templates under `templates/desk/`, its Chinese in
`translations/zh/<area>.po`, one line in AREAS, and one in `frame/navigation.py`.
"""

from flask import Blueprint, Flask
from govuk_frontend_wtf.main import WTFormsHelpers

from gateway.web.desk import (
    account,
    admin,
    alerts,
    approval,
    audit_browser,
    calendar,
    cases,
    connections,
    court_changes,
    courts,
    dashboard,
    enrolment,
    fallbacks,
    home,
    imports,
    invitation,
    lines,
    lists,
    notice_steps,
    notices,
    objections,
    prompt_draft,
    prompt_steps,
    prompt_upload,
    prompts,
    protected,
    recoveries,
    search,
    settings_page,
    sign_in,
    single_sign_on,
    test_calls,
    tokens,
    uploads,
    users,
)
from gateway.web.desk.frame import assets, headers, languages, rendering, troubles
from gateway.web.desk.frame.door import IdConverter, add_pages

AREAS = (
    sign_in.AREA,
    home.AREA,
    account.AREA,
    admin.AREA,
    alerts.AREA,
    approval.AREA,
    audit_browser.AREA,
    calendar.AREA,
    cases.AREA,
    connections.AREA,
    court_changes.AREA,
    courts.AREA,
    dashboard.AREA,
    enrolment.AREA,
    fallbacks.AREA,
    imports.AREA,
    invitation.AREA,
    lines.AREA,
    lists.AREA,
    notice_steps.AREA,
    notices.AREA,
    objections.AREA,
    prompt_draft.AREA,
    prompt_steps.AREA,
    prompt_upload.AREA,
    prompts.AREA,
    protected.AREA,
    recoveries.AREA,
    search.AREA,
    settings_page.AREA,
    single_sign_on.AREA,
    test_calls.AREA,
    tokens.AREA,
    uploads.AREA,
    users.AREA,
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
