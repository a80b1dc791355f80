"""Under which names the gateway works on PostgreSQL, and where their passwords are kept.

The owner of the tables migrates them; nobody serves as him. The desk's role is for everything but calls, the
calls' role for them alone. `gateway/roles.py` makes both; a file beside the keys holds their passwords.
"""

import json
import os
import secrets
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Self

from sqlalchemy import make_url
from sqlalchemy.engine import URL

from gateway.readiness import NotReady
from gateway.settings import Settings

LONGEST_DATABASE_NAME = 50
"""PostgreSQL cuts names off at 63 characters without a word; a role is named after its database."""


@dataclass(frozen=True, slots=True)
class Login:
    """A role that may log in."""

    role: str
    password: str


@dataclass(frozen=True, slots=True)
class Logins:
    """The run-time roles of one database. `owner` is the user in the address with which they were made."""

    owner: str
    desk: Login
    calls: Login

    @classmethod
    def generate(cls, owner: str, database: str) -> Self:
        """Roles named after the database, so that several live in one cluster; 256 random bits each."""
        name = database
        if len(name.encode()) > LONGEST_DATABASE_NAME:
            name = f"gateway_{sha256(name.encode()).hexdigest()[:16]}"
        desk, calls = (Login(f"{name}_{what}", secrets.token_urlsafe(32)) for what in ("desk", "calls"))
        return cls(owner, desk, calls)

    def renewed(self) -> Self:
        """The same roles with other passwords."""
        desk, calls = (Login(each.role, secrets.token_urlsafe(32)) for each in (self.desk, self.calls))
        return replace(self, desk=desk, calls=calls)

    @classmethod
    def load(cls, file: Path) -> Self | None:
        """None where there is no file; raises NotReady where it cannot be used."""
        try:
            if file.stat().st_mode & 0o077:
                raise NotReady(f"{file}: other users may read the passwords; run chmod 600 on it")
            told = json.loads(file.read_text())
            return cls(str(told["owner"]), Login(**told["desk"]), Login(**told["calls"]))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, TypeError, LookupError) as fault:
            raise NotReady(
                f"{file}: cannot be read; it holds the passwords of the database's roles"
            ) from fault

    def save(self, file: Path) -> None:
        """Write it whole or not at all, for its owner only."""
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        part = file.with_suffix(".part")
        part.unlink(missing_ok=True)
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as writer:
            json.dump(asdict(self), writer, indent=1)
            writer.flush()
            os.fsync(writer.fileno())
        part.replace(file)


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the database is, for the desk and for calls; the same on SQLite."""

    desk: str
    calls: str


def addresses(settings: Settings) -> Addresses:
    """The addresses under which the gateway works; nothing is asked of the database.

    Made roles are used where the settings name the role that made them, or the desk's. Other roles are the
    operator's own, and used as they stand.
    """
    url = make_url(settings.database)
    if settings.calls_database_url:
        return Addresses(settings.database, settings.calls_database_url)
    made = Logins.load(settings.logins_path) if url.get_backend_name() == "postgresql" else None
    if made is None or (url.username or "") not in {made.owner, made.desk.role}:
        return Addresses(settings.database, settings.database)
    return Addresses(as_login(url, made.desk), as_login(url, made.calls))


def as_login(url: URL, login: Login) -> str:
    """The same database, entered as this role."""
    return url.set(username=login.role, password=login.password).render_as_string(hide_password=False)


def without_owner(settings: Settings) -> str:
    """The database's address as the gateway's own processes are told it.

    Where roles were made it is the desk's, whose password is in the file: the owner's is not handed on.
    """
    url = make_url(settings.database)
    made = Logins.load(settings.logins_path) if url.get_backend_name() == "postgresql" else None
    if settings.calls_database_url or made is None or (url.username or "") != made.owner:
        return settings.database_url
    return url._replace(username=made.desk.role, password=None).render_as_string(hide_password=False)
