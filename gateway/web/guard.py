"""The guard at the carriers' door: is this request the carrier's, over the very address that it signed?"""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import lmdb
import structlog
from flask import request
from sqlalchemy.exc import SQLAlchemyError

from gateway.call_transaction import Kept
from gateway.deadline import Ticket, TooLate
from gateway.forward_map import MappedTrunk
from gateway.runtime import Runtime
from gateway.services.find_connection import find_trunks
from gateway.vault import SealBroken
from gateway.web import metrics
from ivr.carriers import CARRIERS, Addresses, Carrier, Misshapen, SignedRequest

_log = structlog.get_logger()
MAX_BODY = 64 * 1024
_SLUG = re.compile(r"[a-z0-9-]{1,40}")
_FORM = "application/x-www-form-urlencoded"


class NotGenuine(Exception):
    """Nothing in the request is to be believed; nothing was written (403)."""


class NobodyKnows(Exception):
    """Neither the database nor the local map can be asked about this connection (503)."""


class Knock(NamedTuple):
    """A webhook as it came, by whichever server. Nothing in it is to be believed.

    `target` is path and query, `headers` have their names in lower case, `body` is None where it is longer
    than MAX_BODY, `until` is when the answer's work must be done, see gateway/deadline.py. `has_shape` says
    whether it is worth asking about its connection.
    """

    slug: str
    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes | None
    until: float
    has_shape: bool

    @classmethod
    def of(
        cls, slug: str, method: str, target: str, headers: Mapping[str, str], body: bytes | None, until: float
    ) -> "Knock":
        kind = headers.get("content-type", "").partition(";")[0].strip().lower()
        has_shape = body is not None and kind == _FORM and _SLUG.fullmatch(slug) is not None
        return cls(slug, method, target, headers, body, until, has_shape)


class Genuine(NamedTuple):
    """A request proved to come from the connection's carrier, and where it is dealt with."""

    runtime: Runtime
    until: float
    """When its work must be done, see gateway/deadline.py."""
    trunk: MappedTrunk
    carrier: Carrier
    request: SignedRequest

    @property
    def addresses(self) -> Addresses:
        return Addresses(self.trunk.public_base_url, self.trunk.slug)


def let_in(runtime: Runtime, slug: str) -> Genuine:
    """The request as one to be believed; raises NotGenuine, or NobodyKnows."""
    knock = heard(runtime, slug)
    return prove(runtime, knock, _trunk(runtime, knock) if knock.has_shape else None)


def heard(runtime: Runtime, slug: str) -> Knock:
    """Flask's request as a knock at this connection's door."""
    until = runtime.deadline.until()
    body = request.get_data(cache=False) if (request.content_length or 0) <= MAX_BODY else None
    headers = {name.lower(): value for name, value in request.headers.items()}
    return Knock.of(slug, request.method, _target(), headers, body, until)


def prove(runtime: Runtime, knock: Knock, trunk: MappedTrunk | None) -> Genuine:
    """The knock as a request to be believed, if this is its connection; raises NotGenuine."""
    if trunk is None or knock.body is None or not knock.has_shape:
        raise _refused("shape")
    url = trunk.public_base_url + knock.target
    signed = SignedRequest.of(knock.method, url, knock.headers, knock.body)
    carrier = CARRIERS[trunk.kind]
    if not carrier.is_genuine(signed, trunk.secrets):
        raise _refused("signature")
    if not _is_own_account(carrier, signed, trunk.account):
        raise _refused("account")
    return Genuine(runtime, knock.until, trunk, carrier, signed)


def _refused(kind: str) -> NotGenuine:
    metrics.REFUSED.labels(kind).inc()
    return NotGenuine(kind)


def _trunk(runtime: Runtime, knock: Knock) -> MappedTrunk | None:
    def ask(_ticket: Ticket) -> MappedTrunk | None:
        with Kept(runtime.calls) as kept:
            return trunks_now(runtime, kept, [knock.slug])[knock.slug]

    try:
        return runtime.deadline.run(ask, knock.until)
    except (SQLAlchemyError, SealBroken, TooLate) as fault:
        _log.warning("connection read from the forward map", fault=type(fault).__name__)
        return trunk_last_known(runtime, knock.slug)


def trunks_now(runtime: Runtime, kept: Kept, slugs: Sequence[str]) -> dict[str, MappedTrunk | None]:
    """The connections as the database has them now."""
    with kept.asking() as asking:
        return find_trunks(asking, runtime.vault, slugs)


def trunk_last_known(runtime: Runtime, slug: str) -> MappedTrunk:
    """The connection as this host last knew it; raises NobodyKnows."""
    try:
        trunk = runtime.forward_map.trunk(slug)
    except (SealBroken, lmdb.Error) as fault:
        _log.error("forward map not readable", fault=type(fault).__name__)
        trunk = None
    if trunk is None:
        raise NobodyKnows
    return trunk


def _target() -> str:
    """Path and query as they stood in the request line, where the server tells; else put together again.

    Webhook addresses are plain ASCII without percent signs, so both are the same for a genuine request.
    """
    raw = request.environ.get("RAW_URI") or request.environ.get("REQUEST_URI")
    if isinstance(raw, str) and raw.startswith("/"):
        return raw
    query = request.environ.get("QUERY_STRING", "")
    return request.path + (f"?{query}" if query else "")


def _is_own_account(carrier: Carrier, signed: SignedRequest, account: str) -> bool:
    try:
        return carrier.read_account(signed) == account
    except Misshapen:
        return False
