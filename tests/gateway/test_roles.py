"""Under which roles the gateway serves on PostgreSQL: made by `init`, or by hand, and never the owner's."""

import os
import secrets
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from sqlalchemy import Engine, make_url, text

from gateway.clock import SystemClock
from gateway.database import DurabilityOff, reading, writing
from gateway.founding import bring_up, found
from gateway.logins import Logins, addresses, without_owner
from gateway.readiness import NotReady
from gateway.roles import make_roles
from gateway.runtime import Runtime
from gateway.schema import REVISION
from gateway.serving_roles import CALLS, DESK
from gateway.settings import Settings, read_settings
from tests.carriers import FakeCarrier
from tests.factories import Gateway
from tests.outside.gateway import command, free_port, processes_under, running_demo
from tests.postgres import Server, for_psycopg

pytestmark = pytest.mark.postgres


def _settings(url: str, directory: Path, **more: str) -> Settings:
    named = {f"COURT_GATEWAY_{name.upper()}": value for name, value in more.items()}
    return read_settings(
        {"COURT_GATEWAY_DATABASE_URL": url, "COURT_GATEWAY_DATA_DIR": str(directory / "data"), **named}
    )


def _as_superuser(server: Server, url: str) -> str:
    if server.superuser_url is None:
        pytest.skip("the server is somebody else's: no superuser of it is known")
    return urlsplit(server.superuser_url)._replace(path=urlsplit(url).path).geturl()


@contextmanager
def _superuser(server: Server, url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(for_psycopg(_as_superuser(server, url)), autocommit=True) as session:
        yield session


@contextmanager
def _role(server: Server, url: str, attributes: str) -> Iterator[str]:
    """The database's address as a new role of these attributes; `{}` in them is the role."""
    name, password = f"role_{secrets.token_hex(6)}", secrets.token_hex(8)
    with _superuser(server, url) as session:
        session.execute(f"CREATE ROLE {name} LOGIN PASSWORD '{password}' {attributes}")
        yield make_url(url).set(username=name, password=password).render_as_string(hide_password=False)
        session.execute(f"DROP OWNED BY {name}")
        session.execute(f"DROP ROLE {name}")


def _opened_anew(gateway: Gateway, settings: Settings) -> Runtime:
    """What a process that starts with these settings has; the map is open once in each process."""
    gateway.runtime.close()
    return Runtime.open(settings, SystemClock())


def _whoami(engine: Engine) -> str:
    with engine.connect() as connection:
        return str(connection.execute(text("SELECT current_user")).scalar_one())


def test_init_with_the_owners_address_serves_as_roles_that_own_nothing(
    postgres_url: str, tmp_path: Path
) -> None:
    runtime = found(_settings(postgres_url, tmp_path), SystemClock())
    name = make_url(postgres_url).database
    assert (_whoami(runtime.engine), _whoami(runtime.calls)) == (f"{name}_desk", f"{name}_calls")
    runtime.close()


def test_init_with_a_superusers_address_does_not_serve_as_a_superuser(
    postgres_server: Server, postgres_url: str, tmp_path: Path
) -> None:
    url = _as_superuser(postgres_server, postgres_url)
    runtime = found(_settings(url, tmp_path), SystemClock())
    for engine in (runtime.engine, runtime.calls):
        with engine.connect() as connection:
            assert connection.execute(text("SHOW is_superuser")).scalar_one() == "off"
    runtime.close()


def test_init_done_again_changes_no_password(postgres_url: str, tmp_path: Path) -> None:
    settings = _settings(postgres_url, tmp_path)
    found(settings, SystemClock()).close()
    before = Logins.load(settings.logins_path)
    found(settings, SystemClock()).close()
    assert Logins.load(settings.logins_path) == before
    assert settings.logins_path.stat().st_mode & 0o777 == 0o600


def test_while_calls_are_answered_the_owner_has_no_session(
    postgres_server: Server, postgres_gateway: Gateway
) -> None:
    gateway = postgres_gateway
    line = gateway.line()
    gateway.notice(line=line)
    assert FakeCarrier.of(gateway).voice(gateway.dialled(line)).plays
    with _superuser(postgres_server, gateway.url) as session:
        found = session.execute(
            "SELECT DISTINCT usename FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid() AND usename IS NOT NULL"
        ).fetchall()
    engines = (gateway.runtime.engine, gateway.runtime.calls)
    assert {str(row[0]) for row in found} == {engine.url.username for engine in engines}
    assert make_url(gateway.url).username not in {engine.url.username for engine in engines}


def test_the_processes_that_serve_are_not_told_the_owners_password(postgres_url: str, tmp_path: Path) -> None:
    settings = _settings(postgres_url, tmp_path)
    bring_up(settings)
    told = make_url(without_owner(settings))
    assert (told.username, told.password) == (f"{make_url(postgres_url).database}_desk", None)
    as_told = replace(settings, database_url=without_owner(settings))
    assert addresses(as_told) == addresses(settings)
    assert without_owner(as_told) == as_told.database_url


@pytest.mark.slow
def test_a_running_gateway_has_no_owner_in_it(
    postgres_server: Server, postgres_url: str, tmp_path: Path
) -> None:
    owner = make_url(postgres_url)
    with running_demo(tmp_path, postgres_url) as demo, _superuser(postgres_server, postgres_url) as session:
        serving = processes_under(demo.process.pid)
        told = [Path(f"/proc/{pid}/environ").read_text() for pid in serving]
        users = session.execute(
            "SELECT DISTINCT usename FROM pg_stat_activity WHERE datname = %s AND usename <> 'postgres'",
            (owner.database,),
        ).fetchall()
    assert len(told) >= 2
    assert not any(str(owner.password) in each for each in told)
    assert {row[0] for row in users} == {f"{owner.database}_desk", f"{owner.database}_calls"}


@pytest.mark.parametrize(
    ("attributes", "words"),
    [("SUPERUSER", "is a superuser"), ("BYPASSRLS IN ROLE court_gateway_desk", "BYPASSRLS")],
)
def test_a_role_that_passes_by_the_fence_is_refused_with_the_remedy(
    postgres_server: Server, postgres_gateway: Gateway, attributes: str, words: str
) -> None:
    gateway = postgres_gateway
    with _role(postgres_server, gateway.url, attributes) as url:
        settings = replace(gateway.runtime.settings, database_url=url)
        runtime = _opened_anew(gateway, settings)
        with pytest.raises(NotReady, match=words) as refused:
            runtime.refuse_half_safe()
        runtime.close()
    assert "court-gateway init" in str(refused.value)


def test_the_owner_is_refused_with_the_remedy(postgres_gateway: Gateway) -> None:
    settings = postgres_gateway.runtime.settings
    settings.logins_path.unlink()
    runtime = _opened_anew(postgres_gateway, settings)
    with pytest.raises(NotReady, match=r"owns the tables.*court-gateway init"):
        runtime.refuse_half_safe()
    runtime.close()


def test_roles_made_by_hand_serve(postgres_server: Server, postgres_gateway: Gateway) -> None:
    gateway = postgres_gateway
    line = gateway.line()
    gateway.notice(line=line)
    url = gateway.url
    with (
        _role(postgres_server, url, f"IN ROLE {DESK}") as desk,
        _role(postgres_server, url, f"IN ROLE {CALLS}") as calls,
    ):
        settings = replace(gateway.runtime.settings, database_url=desk, calls_database_url=calls)
        settings.logins_path.unlink()
        bring_up(settings)
        runtime = _opened_anew(gateway, settings)
        runtime.refuse_half_safe()
        served = replace(gateway, runtime=runtime)
        assert FakeCarrier.of(served).voice(gateway.dialled(line)).plays
        runtime.close()
        assert not settings.logins_path.exists()


def test_one_role_for_both_is_refused(postgres_server: Server, postgres_gateway: Gateway) -> None:
    with _role(postgres_server, postgres_gateway.url, f"IN ROLE {DESK}, {CALLS}") as url:
        settings = replace(postgres_gateway.runtime.settings, database_url=url)
        runtime = _opened_anew(postgres_gateway, settings)
        with pytest.raises(NotReady, match=f"member of {DESK} and not of {CALLS}"):
            runtime.refuse_half_safe()
        runtime.close()


def test_an_owner_who_may_not_make_roles_is_told_what_to_let_run(
    postgres_server: Server, postgres_url: str, tmp_path: Path
) -> None:
    name = make_url(postgres_url).database
    hand_over = f"ALTER DATABASE {name} OWNER TO "
    with (
        _role(postgres_server, postgres_url, "") as url,
        _superuser(postgres_server, postgres_url) as session,
    ):
        session.execute(hand_over + str(make_url(url).username))
        settings = _settings(url, tmp_path)
        with pytest.raises(NotReady, match="Let a superuser run this") as refused:
            found(settings, SystemClock())
        logins = Logins.load(settings.logins_path)
        assert logins is not None
        assert logins.desk.password not in str(refused.value), "only what the server compares it with"
        for statement in str(refused.value).splitlines()[1:]:
            session.execute(statement)
        runtime = found(settings, SystemClock())
        assert _whoami(runtime.engine) == f"{name}_desk"
        runtime.close()
        session.execute(hand_over + str(make_url(postgres_url).username))


def test_the_passwords_are_changed_by_one_command(postgres_url: str, tmp_path: Path) -> None:
    settings = _settings(postgres_url, tmp_path)
    found(settings, SystemClock()).close()
    before = addresses(settings)
    assert make_roles(settings, anew=True)
    after = addresses(settings)
    for old, new in ((before.desk, after.desk), (before.calls, after.calls)):
        psycopg.connect(for_psycopg(new)).close()
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(for_psycopg(old))


def test_a_host_without_the_passwords_does_not_take_them_from_the_others(
    postgres_url: str, tmp_path: Path
) -> None:
    settings = _settings(postgres_url, tmp_path)
    found(settings, SystemClock()).close()
    kept = settings.logins_path.rename(tmp_path / "kept.json")
    with pytest.raises(NotReady, match="copy that file"):
        found(settings, SystemClock())
    kept.rename(settings.logins_path)
    found(settings, SystemClock()).close()


def test_passwords_that_others_may_read_are_refused(postgres_url: str, tmp_path: Path) -> None:
    settings = _settings(postgres_url, tmp_path)
    bring_up(settings)
    settings.logins_path.chmod(0o644)
    with pytest.raises(NotReady, match="chmod 600"):
        addresses(settings)


def test_the_roles_of_one_database_do_not_enter_another(
    postgres_server: Server, postgres_url: str, tmp_path: Path
) -> None:
    other = postgres_server.create()
    bring_up(_settings(postgres_url, tmp_path / "one"))
    bring_up(_settings(other, tmp_path / "other"))
    mine = addresses(_settings(postgres_url, tmp_path / "one"))
    for each in (mine.desk, mine.calls):
        with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
            psycopg.connect(
                for_psycopg(make_url(each).set(database=make_url(other).database).render_as_string(False))
            )
    postgres_server.drop(other)


@pytest.mark.parametrize("weak", [DESK, CALLS])
def test_durability_is_asked_for_of_each_role(postgres_gateway: Gateway, weak: str) -> None:
    gateway = postgres_gateway
    engine = gateway.runtime.engine if weak == DESK else gateway.runtime.calls
    with gateway.owner() as owner, owner.begin() as connection:
        connection.execute(text(f'ALTER ROLE "{engine.url.username}" SET synchronous_commit = off'))
    gateway.runtime.engine.dispose()
    gateway.runtime.calls.dispose()
    with pytest.raises(DurabilityOff, match="synchronous_commit"):
        gateway.runtime.refuse_half_safe()
    with gateway.owner() as owner, owner.begin() as connection:
        connection.execute(text(f'ALTER ROLE "{engine.url.username}" RESET synchronous_commit'))


@pytest.mark.parametrize("setting", ["fsync", "full_page_writes"])
def test_a_server_that_would_lose_what_it_acknowledged_is_not_served_from(
    postgres_server: Server, postgres_gateway: Gateway, setting: str
) -> None:
    settings = postgres_gateway.runtime.settings
    environment = {
        **os.environ,
        "COURT_GATEWAY_DATABASE_URL": settings.database_url,
        "COURT_GATEWAY_DATA_DIR": str(settings.data_dir),
        "COURT_GATEWAY_PORT": str(free_port()),
    }
    with _superuser(postgres_server, postgres_gateway.url) as session:
        session.execute(f"ALTER SYSTEM SET {setting} = off")
        session.execute("SELECT pg_reload_conf()")
        try:
            done = subprocess.run(
                command("serve"), env=environment, capture_output=True, text=True, timeout=60
            )
        finally:
            session.execute(f"ALTER SYSTEM RESET {setting}")
            session.execute("SELECT pg_reload_conf()")
    assert done.returncode == 1
    assert f"PostgreSQL runs with {setting} off" in done.stderr


def test_on_sqlite_there_are_no_roles_to_make(tmp_path: Path) -> None:
    settings = _settings(f"sqlite:///{tmp_path / 'gateway.db'}", tmp_path)
    found(settings, SystemClock()).close()
    assert not make_roles(settings)
    assert not settings.logins_path.exists()


def test_a_desk_role_cannot_change_the_schema(postgres_gateway: Gateway) -> None:
    settings = replace(
        postgres_gateway.runtime.settings, database_url=addresses(postgres_gateway.runtime.settings).desk
    )
    with postgres_gateway.owner() as owner, writing(owner) as session:
        session.execute(text("UPDATE alembic_version SET version_num = '0012'"))
    with pytest.raises(NotReady, match="name the owner's"):
        bring_up(settings)
    with postgres_gateway.owner() as owner, writing(owner) as session:
        session.execute(text(f"UPDATE alembic_version SET version_num = '{REVISION}'"))
    bring_up(settings)
    with reading(postgres_gateway.runtime.engine) as session:
        assert session.execute(text("SELECT version_num FROM alembic_version")).scalar_one() == REVISION
