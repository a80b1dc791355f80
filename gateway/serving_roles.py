"""Who may serve from a PostgreSQL database: a role that is let do its work, and nothing beyond it."""

from sqlalchemy import Engine, text

from gateway.readiness import NotReady

DESK, CALLS = "court_gateway_desk", "court_gateway_calls"
"""For the desk, the API, the scheduler and the command line; for the carriers' webhooks."""

_MAY = text(
    """
    SELECT rolname, rolsuper, rolbypassrls,
        EXISTS (SELECT FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r'
            AND pg_has_role(oid_of, relowner, 'MEMBER')) AS owns,
        EXISTS (SELECT FROM pg_roles WHERE rolname = :group AND pg_has_role(oid_of, oid, 'USAGE')) AS serves,
        EXISTS (SELECT FROM pg_roles WHERE rolname = :other AND pg_has_role(oid_of, oid, 'MEMBER')) AS both
    FROM (SELECT oid AS oid_of, rolname, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user) me
    """
)
_TOO_MUCH = {
    "rolsuper": "is a superuser",
    "rolbypassrls": "may pass by row-level security (BYPASSRLS)",
    "owns": "owns the tables, or may become their owner",
}


def refuse_wrong_role(engine: Engine, group: str) -> None:
    """Raise NotReady where this engine's role may do more than serve, or is not let serve in this group."""
    if engine.dialect.name != "postgresql":
        return
    other = CALLS if group == DESK else DESK
    with engine.connect() as connection:
        found = connection.execute(_MAY, {"group": group, "other": other}).mappings().one()
    too_much = [words for name, words in _TOO_MUCH.items() if found[name]]
    if too_much:
        raise NotReady(
            f"the database role {found['rolname']} {' and '.join(too_much)}: the gateway does not serve as"
            " it. Run `court-gateway init` with the owner's COURT_GATEWAY_DATABASE_URL, which makes the roles"
            " that serve; or name your own, as docs/operators/roles.md says"
        )
    if not found["serves"] or found["both"]:
        raise NotReady(
            f"the database role {found['rolname']} must be a member of {group} and not of {other}:"
            " docs/operators/roles.md says how COURT_GATEWAY_DATABASE_URL and"
            " COURT_GATEWAY_CALLS_DATABASE_URL name one role each"
        )
