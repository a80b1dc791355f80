"""A PostgreSQL server for tests: found or brought by a wheel, started once, one database for whoever asks."""

import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import LiteralString
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

URL_VARIABLE = "COURT_GATEWAY_TEST_POSTGRES_URL"
ROLE = "court_gateway"
OPTIONS = "-c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c shared_buffers=32MB"


class NoPostgres(Exception):
    """No server was named, none is installed, and the wheel that carries one is absent."""


@dataclass(frozen=True, slots=True)
class Server:
    """A running server. `url` is an ordinary role's, which may create databases and roles; `superuser_url`
    is None when the server is somebody else's."""

    url: str
    superuser_url: str | None = None

    def create(self, template: str = "template1") -> str:
        """The address of a new database, a copy of `template` (a name or an address)."""
        name = f"test_{secrets.token_hex(6)}"
        with self._connected(self.url) as do:
            do("CREATE DATABASE {} TEMPLATE {}", name, _name_of(template))
        return urlsplit(self.url)._replace(path=f"/{name}").geturl()

    def drop(self, url: str) -> None:
        """Remove a database that `create` made, whoever is still connected to it, and its roles.

        As superuser where there is one: nobody else may send the server's own vacuum worker away.
        """
        name = _name_of(url)
        with self._connected(self.superuser_url or self.url) as do:
            do("DROP DATABASE {} WITH (FORCE)", name)
            do("DROP ROLE IF EXISTS {}, {}", f"{name}_desk", f"{name}_calls")

    def as_superuser(self, url: str) -> str:
        """The address of the same database for the superuser; raises NoPostgres where there is none."""
        if self.superuser_url is None:
            raise NoPostgres(f"the server that {URL_VARIABLE} names has told us no superuser")
        return urlsplit(self.superuser_url)._replace(path=urlsplit(url).path).geturl()

    @contextmanager
    def _connected(self, url: str) -> Iterator[Callable[..., None]]:
        def do(statement: LiteralString, *names: str) -> None:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))

        with psycopg.connect(for_psycopg(url), autocommit=True) as connection:
            yield do


def for_psycopg(url: str) -> str:
    """SQLAlchemy's form of an address as psycopg reads it."""
    return url.replace("postgresql+psycopg:", "postgresql:", 1)


@contextmanager
def running(folder: Path | None = None) -> Iterator[Server]:
    """The server that COURT_GATEWAY_TEST_POSTGRES_URL names, or one of our own for the time of the block.

    `folder` is where its data lie; without, where temporary files do.
    """
    named = os.environ.get(URL_VARIABLE)
    if named:
        yield Server(named)
        return
    with tempfile.TemporaryDirectory(prefix="gateway-postgres-", dir=folder) as home:
        user = _account()
        programs = _programs(Path(home))
        if user:
            shutil.chown(home, user)
        yield from _serve(programs, Path(home), user)


def _serve(programs: Path, home: Path, user: str | None) -> Iterator[Server]:
    password, port, data = secrets.token_hex(16), _free_port(), home / "data"
    password_file = home / "password"
    password_file.write_text(password)
    if user:
        shutil.chown(password_file, user)
    _run(user, programs / "initdb", "-D", data, "-U", "postgres", "-A", "scram-sha-256",
         "--pwfile", password_file, "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")  # fmt: skip
    _run(
        user, programs / "pg_ctl", "-D", data, "-l", home / "log", "-o", f"-p {port} {OPTIONS}", "-w", "start"
    )
    try:
        address = f"{password}@127.0.0.1:{port}/postgres"
        superuser_url = f"postgresql+psycopg://postgres:{address}"
        _create_role(superuser_url, password)
        yield Server(f"postgresql+psycopg://{ROLE}:{address}", superuser_url)
    finally:
        _run(user, programs / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")


def _create_role(superuser_url: str, password: str) -> None:
    statement = sql.SQL("CREATE ROLE {} LOGIN CREATEDB CREATEROLE NOBYPASSRLS PASSWORD {}")
    with psycopg.connect(for_psycopg(superuser_url)) as connection:
        connection.execute(statement.format(sql.Identifier(ROLE), sql.Literal(password)))


def _programs(home: Path) -> Path:
    """The folder of initdb and pg_ctl: Debian's newest, then the PATH's, then a copy of the wheel's."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if debian:
        return debian[-1].parent
    if on_path := shutil.which("initdb"):
        return Path(on_path).resolve().parent
    wheel = find_spec("pgserver")
    if wheel is None or wheel.origin is None:
        raise NoPostgres(f"no PostgreSQL: install Debian's postgresql, or set {URL_VARIABLE}")
    # A copy, because the account that runs the server may not be let into the folder of the environment.
    packages = Path(wheel.origin).parent.parent
    for folder in ("pgserver/pginstall", "pgserver.libs"):
        shutil.copytree(packages / folder, home / folder)
    return home / "pgserver/pginstall/bin"


def _account() -> str | None:
    """PostgreSQL refuses to run as root: the account to run it as, None to stay as we are."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _run(user: str | None, program: Path, *arguments: object) -> None:
    """Run one of PostgreSQL's programs; its own words are the error's text."""
    done = subprocess.run(
        [program, *map(str, arguments)],
        user=user,
        group=pwd.getpwnam(user).pw_gid if user else None,
        extra_groups=[] if user else None,
        cwd="/",
        env={"PATH": os.defpath, "LC_ALL": "C.UTF-8"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE if program.name == "initdb" else subprocess.DEVNULL,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(f"{program} said {done.returncode}: {done.stdout}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _name_of(database: str) -> str:
    return urlsplit(database).path.removeprefix("/") if "://" in database else database
