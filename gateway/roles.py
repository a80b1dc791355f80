"""Making the roles under which the gateway serves from a PostgreSQL database.

Two groups that cannot log in hold the privileges and are named in the policies (migration 0013): they are the
same in every database of a cluster, so that a backup goes back into any. In them is one login each for every
database, which may connect to that database only.
"""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from psycopg import Connection as Driver
from psycopg import sql
from psycopg.errors import DuplicateObject, InsufficientPrivilege, UniqueViolation
from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError

from gateway.database import open_engine
from gateway.logins import Login, Logins, as_login
from gateway.readiness import NotReady
from gateway.serving_roles import CALLS, DESK
from gateway.settings import Settings

TRIES = 3
"""Groups are the cluster's: another database's owner may make them at this very moment."""


def make_roles(settings: Settings, *, anew: bool = False) -> bool:
    """Make what is missing of the roles under which the gateway serves; `anew`: with new passwords.

    Done where the settings name the database's owner and no roles of the operator's own; else False. Harmless
    when done again. Raises NotReady, with the statements for somebody else to run, where the owner may not.
    """
    engine = open_engine(settings.database, wait_ms=5000, statement_ms=15000, pool_size=1)
    if engine.dialect.name != "postgresql" or settings.calls_database_url:
        return False
    try:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            if not _is_owner(connection):
                return False
            _make(connection, settings, anew)
    finally:
        engine.dispose()
    return True


def _is_owner(connection: Connection) -> bool:
    """Whether the schema is this role's to change; a database without one is whoever's comes first."""
    owns = text(
        "SELECT pg_has_role(current_user, relowner, 'USAGE') FROM pg_class"
        " WHERE relname = 'alembic_version' AND relnamespace = current_schema()::regnamespace"
    )
    return connection.execute(owns).scalar() is not False


def _make(connection: Connection, settings: Settings, anew: bool) -> None:
    driver: Driver[Any] = connection.connection.driver_connection  # type: ignore[assignment]
    database, here = connection.execute(text("SELECT current_database(), current_user")).one()
    owner = connection.engine.url.username or ""
    logins = Logins.load(settings.logins_path)
    if logins is not None and not anew and _all_let_in(connection, logins):
        return
    if logins is None:
        logins = Logins.generate(owner, database)
        if not anew:
            _refuse_lost_passwords(connection, settings, logins)
        logins.save(settings.logins_path)
    elif anew:
        logins = logins.renewed()
        logins.save(settings.logins_path)
    for _ in range(TRIES):
        with suppress(DuplicateObject, UniqueViolation):
            _run(driver, _statements(connection, driver, logins, database, here), database)
            break
    _refuse_unwelcome(connection, logins)


def _run(driver: Driver[Any], statements: Sequence[sql.Composed], database: str) -> None:
    """All or nothing, so that what is to be run by somebody else is all that is missing."""
    try:
        with driver.transaction():
            for each in statements:
                driver.execute(each)
    except InsufficientPrivilege as fault:
        script = "\n".join(f"  {each.as_string(driver)};" for each in statements)
        raise NotReady(
            f"this role may not make the roles under which the gateway serves ({fault.diag.message_primary})."
            f" Let a superuser run this on the database {database}, then repeat the command:\n{script}"
        ) from fault


def _refuse_unwelcome(connection: Connection, logins: Logins) -> None:
    for login in (logins.desk, logins.calls):
        if not _lets_in(connection, login):
            raise NotReady(
                f"the server does not let the role {login.role} in by its password:"
                " allow it in pg_hba.conf (scram-sha-256), then repeat the command"
            )


def _refuse_lost_passwords(connection: Connection, settings: Settings, logins: Logins) -> None:
    """Another host may serve with the passwords that would be replaced here."""
    founded = connection.execute(text("SELECT to_regclass('alembic_version') IS NOT NULL")).scalar_one()
    if founded and _exists(connection, logins.desk.role):
        raise NotReady(
            f"the role {logins.desk.role} is there, but its password is not in {settings.logins_path}:"
            " copy that file from the host that has it, or run `court-gateway keys passwords`"
        )


_MAKE, _CHANGE = (
    sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}"),
    sql.SQL("ALTER ROLE {} LOGIN PASSWORD {}"),
)


def _statements(
    connection: Connection, driver: Driver[Any], logins: Logins, database: str, here: str
) -> list[sql.Composed]:
    """What makes the groups, and the logins in them with their passwords, which no log of the server sees."""
    statements = [
        sql.SQL("CREATE ROLE {} NOLOGIN").format(sql.Identifier(group))
        for group in (DESK, CALLS)
        if not _exists(connection, group)
    ]
    for group, login in ((DESK, logins.desk), (CALLS, logins.calls)):
        secret = driver.pgconn.encrypt_password(
            login.password.encode(), login.role.encode(), b"scram-sha-256"
        ).decode()
        role, make = sql.Identifier(login.role), _CHANGE if _exists(connection, login.role) else _MAKE
        statements.append(make.format(role, sql.Literal(secret)))
        statements.append(sql.SQL("GRANT {} TO {}").format(sql.Identifier(group), role))
    statements.append(
        sql.SQL("GRANT CONNECT ON DATABASE {} TO {}, {}, {}").format(
            *map(sql.Identifier, (database, here, logins.desk.role, logins.calls.role))
        )
    )
    return [
        *statements,
        sql.SQL("REVOKE CONNECT ON DATABASE {} FROM PUBLIC").format(sql.Identifier(database)),
        # Before PostgreSQL 15 everybody might make tables in it.
        sql.SQL("REVOKE CREATE ON SCHEMA public FROM PUBLIC").format(),
    ]


def _exists(connection: Connection, role: str) -> bool:
    found = connection.execute(text("SELECT 1 FROM pg_roles WHERE rolname = :role"), {"role": role})
    return found.first() is not None


def _all_let_in(connection: Connection, logins: Logins) -> bool:
    return all(_lets_in(connection, each) for each in (logins.desk, logins.calls))


def _lets_in(connection: Connection, login: Login) -> bool:
    url = as_login(connection.engine.url, login)
    probe = open_engine(url, wait_ms=5000, statement_ms=5000, pool_size=1)
    try:
        probe.connect().close()
    except OperationalError:
        return False
    finally:
        probe.dispose()
    return True
