"""Twilio: signed form posts in, TwiML out (https://www.twilio.com/docs/voice/twiml).

Notices are heard after the call was answered: `<Play>` answers it, and there is no other way to play a file.
"""

import base64
import hmac
import re
from collections.abc import Sequence
from datetime import datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache

from ivr.carriers import twiml_fields as fields
from ivr.carriers.bound import check_names, take, take_if_there
from ivr.carriers.carrier import Abilities, Addresses, Misshapen, NoticeMode, Report, SignedRequest
from ivr.carriers.form import Form
from ivr.carriers.twiml_document import document
from ivr.facts import CallFacts
from ivr.keyed_hash import KeyedHash
from ivr.numbers import is_e164
from ivr.plan import CallPlan
from ivr.progress import KeysPressed, LegEnded, StatusReport

SIGNATURE = "x-twilio-signature"
_FORM = re.compile(r"application/x-www-form-urlencoded *(?:; *charset=utf-8 *)?", re.ASCII | re.IGNORECASE)

# Addresses as we configure them: no user, no IPv6 literal, no fragment, no empty port, parameter or query.
# On these Twilio's SDK and we compute the same two texts.
_URL = re.compile(
    r"(?P<scheme>https?)://(?P<host>[A-Za-z0-9._-]+)(?::(?P<port>[1-9][0-9]{0,4}))?"
    r"(?P<rest>(?:/[!\"$-:<->@-~]*)?(?:\?[!\"$-~]+)?)",
    re.ASCII,
)
_DEFAULT_PORT = {"https": 443, "http": 80}


class Twilio:
    """Twilio's Programmable Voice, and whoever speaks its dialect to the letter."""

    kind = "twilio"
    content_type = "text/xml; charset=utf-8"
    abilities = Abilities(
        notice_modes=frozenset({NoticeMode.answered}),
        pause=True,
        time_limit=True,
        caller_id_pass=True,
        ring_timeout=True,
        fallback_document=True,
    )

    def is_genuine(self, request: SignedRequest, secrets: Sequence[str]) -> bool:
        """HMAC-SHA1 with one of the secrets, over the URL with or without its port, as Twilio does either.

        The algorithm is ours to choose: `X-Twilio-Webhooks-Signature-Settings` is not looked at, so requests
        signed with SHA-256 by a shared key are refused. Only form posts are taken. Stricter than Twilio's
        own RequestValidator: no empty secret, no JSON body, no URL but of the plain form that we configure.
        """
        given = request.headers.get(SIGNATURE, "").encode(errors="replace")
        if request.method != "POST" or not _FORM.fullmatch(request.headers.get("content-type", "")):
            return False
        form, urls = request.form, _signable(request.url)
        if form is None or not given:
            return False
        for url in urls:
            text = (url + form.signed).encode()
            for secret in secrets:
                if secret and hmac.compare_digest(_signature(text, secret), given):
                    return True
        return False

    def sign(self, request: SignedRequest, secret: str) -> dict[str, str]:
        """Raises Misshapen where the body is no form, ValueError without a secret."""
        if not secret:
            raise ValueError("a request cannot be signed with an empty secret")
        text = (request.url + _form(request).signed).encode()
        return {SIGNATURE: _signature(text, secret).decode()}

    def read_account(self, request: SignedRequest) -> str:
        return take(_form(request), fields.CALL, "AccountSid")

    def read_call(self, request: SignedRequest) -> CallFacts:
        form = _form(request)
        dialled = _dialled(form)
        try:
            return _facts(form, dialled)
        except Misshapen as misshapen:
            raise Misshapen(misshapen.reason, dialled) from None

    def read_keys(self, request: SignedRequest) -> Report[KeysPressed]:
        call, form = self.read_call(request), _form(request)
        try:
            return Report(call, KeysPressed(take(form, fields.KEYS, "Digits")))
        except Misshapen as misshapen:
            raise Misshapen(misshapen.reason, call.dialled) from None

    def read_dialled(self, request: SignedRequest) -> Report[LegEnded]:
        call, form = self.read_call(request), _form(request)
        status = take(form, fields.DIALLED, "DialCallStatus")
        seconds = take_if_there(form, fields.DIALLED, "DialCallDuration")
        return Report(call, LegEnded(fields.LEG_STATUS[status], _number(seconds)))

    def read_status(self, request: SignedRequest) -> Report[StatusReport]:
        call, form = self.read_call(request), _form(request)
        status = take(form, fields.STATUS, "CallStatus")
        seconds = take_if_there(form, fields.STATUS, "CallDuration")
        sequence = take_if_there(form, fields.STATUS, "SequenceNumber")
        at = _moment(take_if_there(form, fields.STATUS, "Timestamp"))
        told = StatusReport(fields.CALL_STATUS[status], _number(seconds), _number(sequence) or 0, at)
        return Report(call, told)

    def render(self, plan: CallPlan, addresses: Addresses) -> bytes:
        return document(plan, addresses)


def _signature(text: bytes, secret: str) -> bytes:
    return base64.b64encode(_keyed(secret).digest(text))


@lru_cache(maxsize=256)
def _keyed(secret: str) -> KeyedHash:
    return KeyedHash(secret.encode(), "sha1")


@lru_cache(maxsize=256)
def _signable(url: str) -> tuple[str, ...]:
    """The URL as configured, and as Twilio may have signed it too: without its port, or with the default one
    (`RequestValidator.validate`: "sig generation on back end is inconsistent")."""
    found = _URL.fullmatch(url)
    if found is None or (found["port"] and int(found["port"]) > 65535):
        return ()
    host = f"{found['scheme']}://{found['host']}"
    other = host if found["port"] else f"{host}:{_DEFAULT_PORT[found['scheme']]}"
    return (url, other + found["rest"])


def _form(request: SignedRequest) -> Form:
    if request.form is None:
        raise Misshapen("body")
    return request.form


def _dialled(form: Form) -> str:
    """Raises Misshapen that names nothing dialled: what can be read in two ways is delivered to nobody."""
    return take(form, fields.CALL, "To")


def _facts(form: Form, dialled: str) -> CallFacts:
    check_names(form)
    for unused in ("ApiVersion", "Direction", "CallStatus"):
        take_if_there(form, fields.CALL, unused)
    caller = take(form, fields.CALL, "From")
    diverted = take_if_there(form, fields.CALL, "ForwardedFrom") or ""
    verdict = take_if_there(form, fields.CALL, "StirVerstat")
    return CallFacts(
        carrier_call_id=take(form, fields.CALL, "CallSid"),
        account=take(form, fields.CALL, "AccountSid"),
        dialled=dialled,
        caller=caller if is_e164(caller) and caller not in fields.PLACEHOLDERS else None,
        diverted_from=(diverted,) if fields.ADDRESS.fullmatch(diverted) else (),
        returned=_came_back(tuple(form.values)),
        attested=verdict == "TN-Validation-Passed-A",
    )


@lru_cache(maxsize=64)
def _came_back(names: tuple[str, ...]) -> bool:
    """Whether our own SIP header is among these fields."""
    return any(name.lower() == fields.OWN_HEADER for name in names)


def _number(digits: str | None) -> int | None:
    return int(digits) if digits is not None else None


def _moment(text: str | None) -> datetime | None:
    try:
        return parsedate_to_datetime(text) if text is not None else None
    except ValueError:
        return None
