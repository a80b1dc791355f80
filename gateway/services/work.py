"""One piece of work: a person, a transaction, the time and the keys; what every service is handed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Protocol, TypeVar, cast
from zoneinfo import ZoneInfo

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from gateway.ids import new_id
from gateway.models import Court, Remark
from gateway.services.actor import Actor
from gateway.services.audit import Chain, append_entry
from gateway.services.refusals import NotFound, StaleVersion, refuse
from gateway.vault import Vault

REMARK_KEPT = timedelta(days=1825)


class OfACourt(Protocol):
    """A row that belongs to a court."""

    id: str
    court_id: str


class Versioned(Protocol):
    """A row that counts its changes."""

    version: int


Row = TypeVar("Row", bound=OfACourt)


@dataclass(frozen=True, slots=True)
class Making:
    """All that it takes to make rows, before any database is asked: when (aware UTC), with which keys, for
    whom."""

    now: datetime
    vault: Vault
    actor: Actor

    def new_id(self) -> str:
        return new_id(self.now)

    def remark_columns(self, text: str) -> dict[str, Any]:
        """The row of a remark, not yet kept."""
        return {
            "id": self.new_id(),
            "court_id": self.actor.court_id,
            "text_sealed": self.vault.seal(text, "remark"),
            "purge_after": self.now + REMARK_KEPT,
            "created_at": self.now,
        }


@dataclass(frozen=True, slots=True)
class Work(Making):
    """The same in a session, whose transaction is committed by whoever opened it."""

    session: Session

    def court(self) -> Court:
        """The actor's own court."""
        return self.session.get_one(Court, self.actor.court)

    def today(self) -> date:
        """The date in the court's zone."""
        return self.now.astimezone(ZoneInfo(self.court().zone)).date()

    def find(self, model: type[Row], row_id: str) -> Row:
        """The row of this court, locked for change; NotFound for none and for another court's alike.

        Rows are locked in one order (case, objection, notice, line), and all of them before the first entry
        into the audit chain, whose end is locked last: so nobody waits in a ring.
        """
        table = cast(Any, model)
        found: Row | None = self.session.scalars(
            select(table)
            .where(table.id == row_id, table.court_id == self.actor.court)
            .with_for_update(key_share=True)
            .execution_options(populate_existing=True)
        ).one_or_none()
        if found is None:
            raise NotFound
        return found

    def changed(
        self,
        action: str,
        row: OfACourt,
        fields: Mapping[str, object] | None = None,
        remark: str | None = None,
    ) -> None:
        """Enter a change into the court's audit chain, in this transaction."""
        self.enter(Chain(row.court_id), action, cast(Any, row).__tablename__, row.id, fields, remark)

    def enter(
        self,
        chain: Chain,
        action: str,
        kind: str,
        subject: str,
        fields: Mapping[str, object] | None = None,
        remark: str | None = None,
    ) -> None:
        """Enter a change into a chain, in this transaction."""
        salt = self.new_id()
        details = details_of(self.vault, salt, fields or {}, remark)
        append_entry(self.session, chain, salt, self.now, self.actor.user_id, action, kind, subject, details)

    def remark(self, text: str) -> str:
        """Keep a free text in a sealed row of its own, which retention may empty; returns the row's id."""
        row = self.remark_columns(text)
        self.session.execute(insert(Remark).values(row))
        return str(row["id"])

    def read_remark(self, remark_id: str | None) -> str | None:
        """The text of a remark; None when there is none or retention has emptied it."""
        row = self.session.get(Remark, remark_id) if remark_id else None
        return self.vault.open(row.text_sealed, "remark") if row and row.text_sealed else None


def details_of(
    vault: Vault, salt: str, fields: Mapping[str, object], remark: str | None = None
) -> dict[str, Any]:
    """What an entry of the record tells of a change: salted digests of its fields, and the id of a remark."""
    told: dict[str, Any] = {
        "fields": {name: vault.digest(str(fields[name]), salt) for name in sorted(fields)}
    }
    if remark is not None:
        told["remark"] = remark
    return told


def expect_version(row: Versioned, seen: int | None) -> None:
    """Raise StaleVersion where the caller named the version that he saw and it is not the present one."""
    if seen is not None and seen != row.version:
        raise StaleVersion(row.version)


def require_reason(text: str, field: str = "reason") -> str:
    """The text, trimmed; every change of what callers hear has a reason."""
    trimmed = text.strip()
    if not 1 <= len(trimmed) <= 2000:
        raise refuse(
            field, "reason-required", "Give a reason of 1 to 2000 characters.", "请填写理由（1至2000字）。"
        )
    return trimmed
