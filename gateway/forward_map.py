"""The local forward map: where each line's calls go, in one memory-mapped file of this host.

It is what carries a call when the database does not answer. It holds what the database holds sealed (the
delivery address by the keyed hash of the dialled number; for each connection its secrets, account and public
address) and is brought up to date by change number. From it a call is only ever connected silently.
"""

import json
import threading
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import lmdb
import structlog
from sqlalchemy import Engine, Select, or_, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from gateway.database import reading
from gateway.models import Connection, ImportBatch, PhoneLine, Platform
from gateway.sight import EVERY_COURT
from gateway.vault import SealBroken, Vault

_SIZE = 8 << 30
_AT_ONCE = 1_000
"""Lines in a portion: there may be ten million. On PostgreSQL a statement's time counts for each portion."""
_PURPOSE = "forward map"
_MARK, _CHANGE, _TRUNK, _LINE = b"mark", b"change", b"trunk ", b"line "
_log = structlog.get_logger()


class MappedTrunk(NamedTuple):
    """What a webhook needs to know of a connection before it trusts a request."""

    id: str
    slug: str
    kind: str
    account: str
    secrets: tuple[str, ...]
    public_base_url: str
    country: str
    default_route: str | None


class ForwardMap:
    """One host's map; any number of processes read it, one at a time refreshes it."""

    def __init__(self, directory: Path, vault: Vault) -> None:
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._vault = vault
        self._file = lmdb.open(str(directory), map_size=_SIZE, max_readers=512, metasync=True)

    def close(self) -> None:
        self._file.close()

    def trunk(self, slug: str) -> MappedTrunk | None:
        with self._file.begin() as reader:
            sealed = reader.get(_TRUNK + slug.encode())
        if sealed is None:
            return None
        fields = json.loads(self._vault.open(sealed, _PURPOSE))
        return MappedTrunk(**{**fields, "secrets": tuple(fields["secrets"])})

    def deliver_to(self, connection_id: str, dialled: str) -> str | None:
        """Where calls to this number go; None where the map does not know it or cannot open it."""
        with self._file.begin() as reader:
            for digest in self._vault.look_up_hashes(dialled):
                sealed = reader.get(_line_key(connection_id, digest))
                if sealed is not None:
                    return self._open(sealed)
        return None

    def _open(self, sealed: bytes) -> str | None:
        try:
            return self._vault.open(sealed, "number")
        except SealBroken:
            return None

    def change_no(self) -> int | None:
        """The last change that it has taken over; None while it is empty."""
        with self._file.begin() as reader:
            known = reader.get(_CHANGE)
        return int(known) if known is not None else None

    def refresh(self, engine: Engine) -> int:
        """Take over every change since the last one known here; returns how many."""
        # The lock first: what was read before it may be older than what another process has taken over since.
        with self._file.begin(write=True) as writer, reading(engine, EVERY_COURT) as session:
            platform = session.execute(select(Platform.created_at, Platform.change_no)).one_or_none()
            if platform is None:
                return 0
            since = self._since(writer, platform.created_at.isoformat().encode(), platform.change_no)
            if since == platform.change_no:
                return 0
            count = self._take_trunks(session, writer, since) + self._take_lines(session, writer, since)
            writer.put(_CHANGE, str(platform.change_no).encode())
            return count

    def _since(self, writer: Any, mark: bytes, newest: int) -> int:
        """The last change known here; a map of another database, or of a later state, is emptied first."""
        known = int(writer.get(_CHANGE, b"0"))
        if writer.get(_MARK) == mark and known <= newest:
            return known
        writer.drop(self._file.open_db(None, writer), delete=False)
        writer.put(_MARK, mark)
        return 0

    def _take_trunks(self, session: Session, writer: Any, since: int) -> int:
        rows = session.scalars(select(Connection).where(Connection.change_no > since)).all()
        for row in rows:
            trunk = read_trunk(self._vault, row)
            fields = trunk._asdict()
            writer.put(_TRUNK + row.slug.encode(), self._vault.seal(json.dumps(fields), _PURPOSE))
        return len(rows)

    def _take_lines(self, session: Session, writer: Any, since: int) -> int:
        """Released lines before all others: their numbers may be those of new lines by now."""
        count = 0
        for released in (True, False):
            for query in _changed_lines(since):
                found = session.execute(query.where((PhoneLine.state == "released").is_(released)))
                for connection_id, digest, gateway_sealed, deliver_sealed in found:
                    self._forget_older(writer, connection_id, digest, gateway_sealed)
                    key = _line_key(connection_id, digest)
                    if released:
                        writer.delete(key)
                    else:
                        writer.put(key, deliver_sealed)
                    count += 1
        return count

    def _forget_older(self, writer: Any, connection_id: str, digest: bytes, gateway_sealed: bytes) -> None:
        """Drop what stands under the number's hash by another key: a line has one entry, or none."""
        if len(self._vault.key_ids) == 1:
            return
        for other in self._vault.look_up_hashes(self._vault.open(gateway_sealed, "number")):
            if other != digest:
                writer.delete(_line_key(connection_id, other))


def _changed_lines(since: int) -> Iterator[Select[str, bytes, bytes, bytes]]:
    """Those changed after that change, and those of the imports published after it, read portion by portion.

    Nobody knows the lines of an import before it is published. Two queries: PostgreSQL would read all lines
    for one that asks for either.
    """
    columns = (
        PhoneLine.connection_id,
        PhoneLine.gateway_hash,
        PhoneLine.gateway_sealed,
        PhoneLine.deliver_sealed,
    )
    lines = select(*columns).execution_options(yield_per=_AT_ONCE)
    published = select(ImportBatch.id)
    hidden = published.where(ImportBatch.change_no.is_(None))
    known = or_(PhoneLine.import_id.is_(None), PhoneLine.import_id.not_in(hidden))
    yield lines.where(PhoneLine.change_no > since, known)
    yield lines.where(PhoneLine.import_id.in_(published.where(ImportBatch.change_no > since)))


class TrunkRow(NamedTuple):
    """What is read of a connection for a call."""

    id: str
    slug: str
    kind: str
    account: str
    secret_current_sealed: bytes
    secret_next_sealed: bytes | None
    public_base_url: str
    country: str
    default_route: str | None


def read_trunk(vault: Vault, row: Connection | TrunkRow) -> MappedTrunk:
    """A connection's row with its secrets opened: the current one first, then the next."""
    sealed = [row.secret_current_sealed, row.secret_next_sealed]
    return MappedTrunk(
        id=row.id,
        slug=row.slug,
        kind=row.kind,
        account=row.account,
        secrets=tuple([_secret(vault, each) for each in sealed if each is not None]),
        public_base_url=row.public_base_url,
        country=row.country,
        default_route=row.default_route,
    )


@lru_cache(maxsize=256)
def _secret(vault: Vault, sealed: bytes) -> str:
    """Kept, because every call asks for those of its connection."""
    return vault.open(sealed, "secret")


def _line_key(connection_id: str, digest: bytes) -> bytes:
    return _LINE + connection_id.encode() + digest


def keep_fresh(
    forward_map: ForwardMap, engine: Engine, stop: threading.Event, every_seconds: float = 1.0
) -> None:
    """Refresh the map until told to stop; a database that does not answer is tried again."""
    while not stop.wait(every_seconds):
        try:
            forward_map.refresh(engine)
        except (SQLAlchemyError, lmdb.Error, SealBroken) as fault:
            _log.warning("forward map not refreshed", fault=type(fault).__name__)
