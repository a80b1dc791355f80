"""Lines over the API: enrolled, their fallback checked, attested, redirected by two persons, released."""

from typing import Literal

from gateway.services.attest_line import attest_line
from gateway.services.change_delivery import approve_delivery, propose_delivery
from gateway.services.check_fallback import check_fallback, fallback_token
from gateway.services.enrol_line import Attestation, NewLine, enrol_line
from gateway.services.list_lines import LineFile, line_file, list_lines, read_line
from gateway.services.permissions import Action
from gateway.services.release_line import release_line
from gateway.services.work import Work
from gateway.web.api.pages import listed
from gateway.web.api.routes import Asked, Preparation, act, change, create, listing, read
from gateway.web.api.shapes import (
    Day,
    Line,
    Listed,
    Moment,
    Nothing,
    OptionalReason,
    Resource,
    Shape,
    Shown,
)
from gateway.web.calling_fallback import call_fallback
from ivr.carriers import Addresses
from ivr.numbers import mask


class AttestationIn(Shape):
    """The carrier's word that the number is the debtor's."""

    source: Literal["carrier-letter", "carrier-api", "reconciliation-file"]
    reference: Line
    attested_on: Day


class EnrolLine(Shape):
    """A line: what callers dial, what the carrier reports as dialled, where calls are delivered."""

    public_number: Line
    gateway_number: Line
    deliver_to: Line
    connection: Line
    attestation: AttestationIn
    serves_public: bool | None = None


class CheckFallback(Shape):
    """That the fallback address is set at the carrier, and the carrier's or clerk's reference for it."""

    set_at_carrier: bool
    reference: Line


class AttestLine(Shape):
    """A new attestation."""

    attestation: AttestationIn


class ReleaseLine(Shape):
    """The carrier's written confirmation that it no longer sends us the line's calls."""

    reference: Line


class ChangeLine(Shape):
    """Another delivery address, proposed."""

    deliver_to: Line


class AttestationShown(Shown):
    """The attestation, and until when it holds."""

    source: str
    reference: str
    attested_on: Day
    attested_until: Moment


class LineShown(Resource):
    """A line, its numbers masked. `fallback_url` is for the carrier; only a clerk is shown it."""

    public_number: str
    gateway_number: str
    deliver_to: str
    proposed_deliver_to: str | None
    connection: str
    attestation: AttestationShown
    serves_public: bool | None
    caller_id_policy: str
    fallback_url: str | None
    fallback_checked_at: Moment | None
    released_at: Moment | None


def _list(work: Work, asked: Asked[Nothing]) -> Listed[LineShown]:
    return listed(list_lines(work, asked.wanted), lambda each: _show(work, each), Listed[LineShown])


def _read(work: Work, asked: Asked[Nothing]) -> LineShown:
    return _show_with_fallback(work, read_line(work, asked.id))


def _enrol(work: Work, asked: Asked[EnrolLine]) -> LineShown:
    sent = asked.body
    new = NewLine(
        sent.public_number,
        sent.gateway_number,
        sent.deliver_to,
        sent.connection,
        _attestation(sent.attestation),
        sent.serves_public,
    )
    return _show_with_fallback(work, line_file(work, enrol_line(work, new)))


def _call_fallback(preparation: Preparation) -> str | None:
    return call_fallback(preparation.transactions, preparation.asked.id, preparation.transport)


def _check_fallback(work: Work, asked: Asked[CheckFallback]) -> LineShown:
    sent = asked.body
    line = check_fallback(
        work, asked.id, sent.set_at_carrier, sent.reference, asked.prepared, asked.seen_version
    )
    return _show_with_fallback(work, line_file(work, line))


def _attest(work: Work, asked: Asked[AttestLine]) -> LineShown:
    line = attest_line(work, asked.id, _attestation(asked.body.attestation), asked.seen_version)
    return _show_with_fallback(work, line_file(work, line))


def _release(work: Work, asked: Asked[ReleaseLine]) -> LineShown:
    line = release_line(work, asked.id, asked.body.reference, asked.seen_version)
    return _show(work, line_file(work, line))


def _propose(work: Work, asked: Asked[ChangeLine]) -> LineShown:
    line = propose_delivery(work, asked.id, asked.body.deliver_to, asked.seen_version)
    return _show_with_fallback(work, line_file(work, line))


def _approve(work: Work, asked: Asked[OptionalReason]) -> LineShown:
    line = approve_delivery(work, asked.id, asked.seen_version, asked.body.reason)
    return _show(work, line_file(work, line))


def _attestation(sent: AttestationIn) -> Attestation:
    return Attestation(sent.source, sent.reference, sent.attested_on)


def _show_with_fallback(work: Work, file: LineFile) -> LineShown:
    """The line with the address that a clerk sets at the carrier."""
    shown = _show(work, file)
    if not work.actor.may(Action.ENROL) or file.line.state == "released":
        return shown
    slug, token = fallback_token(work, file.line.id)
    url = Addresses(file.connection.public_base_url, slug).fallback(token)
    return shown.model_copy(update={"fallback_url": url})


def _show(work: Work, file: LineFile) -> LineShown:
    line = file.line

    def masked(sealed: bytes) -> str:
        return mask(work.vault.open(sealed, "number"))

    return LineShown(
        id=line.id,
        state=line.state,
        version=line.version,
        created_at=line.created_at,
        public_number=masked(line.public_sealed),
        gateway_number=masked(line.gateway_sealed),
        deliver_to=masked(line.deliver_sealed),
        proposed_deliver_to=masked(line.proposed_sealed) if line.proposed_sealed else None,
        connection=file.connection.slug,
        attestation=AttestationShown(
            source=line.attestation_source,
            reference=line.attestation_reference,
            attested_on=line.attested_on,
            attested_until=line.attested_until,
        ),
        serves_public=line.serves_public,
        caller_id_policy=line.caller_id_policy,
        fallback_url=None,
        fallback_checked_at=line.fallback_checked_at,
        released_at=line.released_at,
    )


ROUTES = (
    create("/lines", "Enrol a line", Action.ENROL, _enrol, LineShown, EnrolLine),
    listing("/lines", "List lines", Action.READ, _list, Listed[LineShown]),
    read("/lines/<id>", "Read a line", Action.READ, _read, LineShown),
    change("/lines/<id>", "Propose another delivery", Action.ENROL, _propose, LineShown, ChangeLine),
    act(
        "/lines/<id>/check-fallback",
        "Call the line's fallback; the line becomes active where it connects",
        Action.ENROL,
        _check_fallback,
        LineShown,
        CheckFallback,
        prepare=_call_fallback,
    ),
    act("/lines/<id>/attest", "Attest a line anew", Action.ATTEST, _attest, LineShown, AttestLine),
    act("/lines/<id>/release", "Stop forwarding", Action.RELEASE, _release, LineShown, ReleaseLine),
    act(
        "/lines/<id>/approve",
        "Apply the proposed delivery",
        Action.APPROVE,
        _approve,
        LineShown,
        OptionalReason,
    ),
)
