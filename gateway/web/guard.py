"""The guard at the carriers' door: is this request the carrier's, over the very address that it signed?"""

import re
from dataclasses import dataclass

import lmdb
import structlog
from flask import request
from sqlalchemy.exc import SQLAlchemyError

from gateway.database import reading
from gateway.deadline import Ticket, TooLate
from gateway.forward_map import MappedTrunk
from gateway.runtime import Runtime
from gateway.services.find_connection import find_connection
from gateway.vault import SealBroken
from gateway.web import metrics
from ivr.carriers import CARRIERS, Addresses, Carrier, Misshapen, SignedRequest

_log = structlog.get_logger()
MAX_BODY = 64 * 1024
_SLUG = re.compile(r"[a-z0-9-]{1,40}")


class NotGenuine(Exception):
    """Nothing in the request is to be believed; nothing was written (403)."""


class NobodyKnows(Exception):
    """Neither the database nor the local map can be asked about this connection (503)."""


@dataclass(frozen=True, slots=True)
class Genuine:
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
    until = runtime.deadline.until()
    trunk = _trunk(runtime, slug, until) if _SLUG.fullmatch(slug) else None
    body = request.get_data(cache=False) if (request.content_length or 0) <= MAX_BODY else None
    if trunk is None or body is None or request.mimetype != "application/x-www-form-urlencoded":
        raise _refused("shape")
    headers = {name.lower(): value for name, value in request.headers.items()}
    signed = SignedRequest(request.method, trunk.public_base_url + _target(), headers, body)
    carrier = CARRIERS[trunk.kind]
    if not carrier.is_genuine(signed, trunk.secrets):
        raise _refused("signature")
    if not _is_own_account(carrier, signed, trunk.account):
        raise _refused("account")
    return Genuine(runtime, until, trunk, carrier, signed)


def _refused(kind: str) -> NotGenuine:
    metrics.REFUSED.labels(kind).inc()
    return NotGenuine(kind)


def _trunk(runtime: Runtime, slug: str, until: float) -> MappedTrunk | None:
    """The connection as the database has it now, or as this host last knew it."""

    def ask(_ticket: Ticket) -> MappedTrunk | None:
        with reading(runtime.calls) as session:
            return find_connection(session, runtime.vault, slug)

    try:
        return runtime.deadline.run(ask, until)
    except (SQLAlchemyError, SealBroken, TooLate) as fault:
        _log.warning("connection read from the forward map", fault=type(fault).__name__)
    trunk = _mapped(runtime, slug)
    if trunk is None:
        raise NobodyKnows
    return trunk


def _mapped(runtime: Runtime, slug: str) -> MappedTrunk | None:
    try:
        return runtime.forward_map.trunk(slug)
    except (SealBroken, lmdb.Error) as fault:
        _log.error("forward map not readable", fault=type(fault).__name__)
        return None


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
