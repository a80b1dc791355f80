"""Security keys (WebAuthn): what they are asked, and what they answer."""

import json
from dataclasses import dataclass

from sqlalchemy import select, update
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from gateway.models import SecurityKey, User
from gateway.services.challenges import ask_challenge, take_challenge
from gateway.services.refusals import refuse
from gateway.services.use_codes import ISSUER
from gateway.services.work import Work

LONGEST_ANSWER = 20_000


@dataclass(frozen=True, slots=True)
class Site:
    """Where the desk is: the host that keys are bound to, and the origin that browsers name."""

    host: str
    origin: str


@dataclass(frozen=True, slots=True)
class NewKey:
    """A credential as a key has just made it."""

    credential_id: bytes
    public_key: bytes
    sign_count: int


def ask_for_key(work: Work, user: User, bound_to: str, purpose: str, site: Site) -> str | None:
    """What the browser hands to `navigator.credentials.get`, as JSON; None where the person has no key."""
    known = [_named(row.credential_id) for row in keys_of(work, user.id)]
    if not known:
        return None
    options = generate_authentication_options(
        rp_id=site.host, allow_credentials=known, user_verification=UserVerificationRequirement.DISCOURAGED
    )
    ask_challenge(work, bound_to, f"key {purpose}", bytes_to_base64url(options.challenge))
    return options_to_json(options)


def use_key(work: Work, user: User, bound_to: str, purpose: str, answer: str, site: Site) -> bool:
    """Whether a key of this person answers what was asked; the question is used up either way."""
    challenge = take_challenge(work, bound_to, f"key {purpose}")
    row = _key_of_answer(work, user, answer)
    if challenge is None or row is None:
        return False
    try:
        verified = verify_authentication_response(
            credential=answer,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=row.public_key,
            credential_current_sign_count=row.sign_count,
        )
    except WebAuthnException:
        return False
    return _count_use(work, row, verified.new_sign_count)


def _count_use(work: Work, row: SecurityKey, sign_count: int) -> bool:
    done = work.session.execute(
        update(SecurityKey)
        .where(SecurityKey.id == row.id, SecurityKey.sign_count == row.sign_count)
        .values(sign_count=sign_count, last_used_at=work.now)
        .execution_options(synchronize_session=False)
    )
    return bool(done.rowcount)  # type: ignore[attr-defined]


def _key_of_answer(work: Work, user: User, answer: str) -> SecurityKey | None:
    if len(answer) > LONGEST_ANSWER:
        return None
    try:
        named = json.loads(answer)["rawId"]
        credential_id = base64url_to_bytes(named)
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    query = select(SecurityKey).where(
        SecurityKey.user_id == user.id, SecurityKey.credential_id == credential_id
    )
    return work.session.scalars(query).one_or_none()


def ask_for_new_key(work: Work, user: User, bound_to: str, site: Site) -> str:
    """What the browser hands to `navigator.credentials.create`, as JSON."""
    options = generate_registration_options(
        rp_id=site.host,
        rp_name=ISSUER,
        user_name=user.username,
        user_id=user.id.encode(),
        exclude_credentials=[_named(row.credential_id) for row in keys_of(work, user.id)],
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.DISCOURAGED,
            user_verification=UserVerificationRequirement.DISCOURAGED,
        ),
    )
    ask_challenge(work, bound_to, "new key", bytes_to_base64url(options.challenge))
    return options_to_json(options)


def read_new_key(work: Work, bound_to: str, answer: str, site: Site) -> NewKey:
    """The key that was made for this session or link; raises NotValid."""
    challenge = take_challenge(work, bound_to, "new key")
    try:
        if challenge is None or len(answer) > LONGEST_ANSWER:
            raise ValueError
        verified = verify_registration_response(
            credential=answer,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=site.host,
            expected_origin=site.origin,
        )
    except (WebAuthnException, ValueError) as fault:
        raise refuse(
            "key", "key", "The security key did not answer. Try again.", "安全密钥未应答，请重试。"
        ) from fault
    return NewKey(verified.credential_id, verified.credential_public_key, verified.sign_count)


def keep_key(work: Work, user_id: str, key: NewKey, label: str) -> SecurityKey:
    """Keep the key as the person's; raises NotValid for one that is somebody's already."""
    taken = select(SecurityKey.id).where(SecurityKey.credential_id == key.credential_id)
    if work.session.scalars(taken).first() is not None:
        raise refuse("key", "key-taken", "This security key is registered already.", "该安全密钥已被登记。")
    row = SecurityKey(
        id=work.new_id(),
        user_id=user_id,
        credential_id=key.credential_id,
        public_key=key.public_key,
        sign_count=key.sign_count,
        label=label,
        created_at=work.now,
    )
    work.session.add(row)
    return row


def keys_of(work: Work, user_id: str) -> list[SecurityKey]:
    """The person's keys, the oldest first."""
    query = select(SecurityKey).where(SecurityKey.user_id == user_id).order_by(SecurityKey.id)
    return list(work.session.scalars(query))


def _named(credential_id: bytes) -> PublicKeyCredentialDescriptor:
    return PublicKeyCredentialDescriptor(id=credential_id)
