"""One's own password, authenticator program and keys: changed after proving once more who one is."""

from collections.abc import Iterable
from dataclasses import dataclass

from gateway.models import SecurityKey, User
from gateway.services.accept_link import wrong_code
from gateway.services.access_links import lock_person
from gateway.services.audit import chain_of
from gateway.services.challenges import ask_challenge, peek_challenge, take_challenge
from gateway.services.end_sessions import end_other_sessions
from gateway.services.hash_passwords import hash_password, is_password
from gateway.services.limit_attempts import count_attempts, counter, forgive
from gateway.services.password_rules import require_password, words_about
from gateway.services.permissions import Action
from gateway.services.read_numbers import Fields
from gateway.services.reauthenticate import spend_confirmation
from gateway.services.refusals import NotFound, WrongState, refuse
from gateway.services.security_keys import Site, ask_for_new_key, keep_key, keys_of, read_new_key
from gateway.services.transactions import Transactions
from gateway.services.use_codes import new_secret, step_of_code
from gateway.services.work import Work

CHANGE = "change own access"
"""The purpose for which each of these is confirmed."""
_NEW_SECRET = "new secret"


@dataclass(frozen=True, slots=True)
class OwnAccess:
    """What the actor signs in with."""

    has_codes: bool
    keys: tuple[SecurityKey, ...]


def read_own_access(work: Work) -> OwnAccess:
    """The actor's second factors."""
    work.actor.must(Action.OWN_ACCOUNT)
    user = work.session.get_one(User, work.actor.user_id)
    return OwnAccess(user.totp_sealed is not None, tuple(keys_of(work, user.id)))


def read_own_key(work: Work, key_id: str) -> SecurityKey:
    """One of the actor's security keys; NotFound for anybody else's."""
    work.actor.must(Action.OWN_ACCOUNT)
    return _own_key(keys_of(work, work.actor.user_id), key_id)


def _own_key(keys: Iterable[SecurityKey], key_id: str) -> SecurityKey:
    key = next((each for each in keys if each.id == key_id), None)
    if key is None:
        raise NotFound
    return key


def change_password(transactions: Transactions, session_id: str, present: str, chosen: str) -> None:
    """Another password, given the present one; every other session of the person ends.

    Raises NotValid, TooManyAttempts, or NotAllowed where the step is not confirmed.
    """
    with transactions.reading() as work:
        work.actor.must(Action.OWN_ACCOUNT)
        user = work.session.get_one(User, work.actor.user_id)
        kept, about = user.password_hash, words_about(work, user)
        counters = (counter(work.vault, "person", "own password", user.id),)
    count_attempts(transactions, counters)
    if not is_password(kept, present):
        raise refuse("present", "present-password", "This is not your present password.", "当前密码不正确。")
    hashed = hash_password(require_password(chosen, about))
    with transactions.writing() as work:
        user = _oneself(work, session_id)
        forgive(work, counters)
        user.password_hash = hashed
        _changed(work, user, session_id, "changed_password")


def _oneself(work: Work, session_id: str) -> User:
    """The actor's own row, locked, where the step is confirmed in this session."""
    user = lock_person(work, work.actor.user_id)
    if user is None:
        raise NotFound
    spend_confirmation(work, session_id, CHANGE)
    return user


def _changed(work: Work, user: User, session_id: str, action: str) -> None:
    user.version += 1
    end_other_sessions(work, session_id)
    work.enter(chain_of(user.court_id), action, "user_account", user.id)


def offer_secret(work: Work, session_id: str) -> str:
    """A secret for a new authenticator program; it replaces the present one once a code of it is entered."""
    work.actor.must(Action.OWN_ACCOUNT)
    secret = peek_challenge(work, session_id, _NEW_SECRET)
    if secret is None:
        secret = new_secret()
        ask_challenge(work, session_id, _NEW_SECRET, secret)
    return secret


def set_secret(work: Work, session_id: str, digits: str) -> None:
    """Take the new authenticator program, which shows this code; the one before is good no more."""
    work.actor.must(Action.OWN_ACCOUNT)
    user = _oneself(work, session_id)
    secret = peek_challenge(work, session_id, _NEW_SECRET)
    step = step_of_code(secret, digits, work.now) if secret else None
    if secret is None or step is None:
        raise wrong_code()
    take_challenge(work, session_id, _NEW_SECRET)
    user.totp_sealed, user.totp_last_step = work.vault.seal(secret, "totp"), step
    _changed(work, user, session_id, "set_codes")


def remove_secret(work: Work, session_id: str) -> None:
    """Give the authenticator program up, where a key is left."""
    work.actor.must(Action.OWN_ACCOUNT)
    user = _oneself(work, session_id)
    if not keys_of(work, user.id):
        raise _last_one()
    user.totp_sealed = None
    _changed(work, user, session_id, "removed_codes")


def ask_own_new_key(work: Work, session_id: str, site: Site) -> str:
    """What the browser asks a new security key, as JSON."""
    work.actor.must(Action.OWN_ACCOUNT)
    return ask_for_new_key(work, work.session.get_one(User, work.actor.user_id), session_id, site)


def add_key(work: Work, session_id: str, answer: str, label: str, site: Site) -> SecurityKey:
    """Take one more security key; the label tells its owner which it is."""
    work.actor.must(Action.OWN_ACCOUNT)
    fields = Fields()
    named = fields.text("label", label, 60)
    fields.done()
    user = _oneself(work, session_id)
    key = keep_key(work, user.id, read_new_key(work, session_id, answer, site), named)
    _changed(work, user, session_id, "added_key")
    return key


def remove_key(work: Work, session_id: str, key_id: str) -> None:
    """Give a security key up, never the last second factor."""
    work.actor.must(Action.OWN_ACCOUNT)
    user = _oneself(work, session_id)
    keys = keys_of(work, user.id)
    key = _own_key(keys, key_id)
    if len(keys) == 1 and user.totp_sealed is None:
        raise _last_one()
    work.session.delete(key)
    _changed(work, user, session_id, "removed_key")


def _last_one() -> WrongState:
    return WrongState(
        "last-factor",
        "This is your last second factor. Add another one first.",
        "这是您最后一个第二验证方式，请先添加另一个。",
    )
