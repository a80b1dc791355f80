"""Accepting an invitation or a recovery: a password, then a second factor, and only then anything changes."""

from dataclasses import dataclass, replace

from sqlalchemy import delete

from gateway.models import SecurityKey
from gateway.services.access_links import Held, look_at_link, open_link
from gateway.services.actor import Actor
from gateway.services.audit import chain_of
from gateway.services.end_sessions import end_all_sessions
from gateway.services.hash_passwords import hash_password
from gateway.services.password_rules import require_password, words_about
from gateway.services.refusals import WrongState, refuse
from gateway.services.security_keys import Site, ask_for_new_key, keep_key, read_new_key
from gateway.services.transactions import Transactions
from gateway.services.use_codes import new_secret, step_of_code
from gateway.services.work import Work


@dataclass(frozen=True, slots=True)
class Welcome:
    """What the holder of a link is shown, and whether he has chosen a password yet."""

    kind: str
    username: str
    name: str
    court: str | None
    roles: frozenset[str]
    has_password: bool


def read_link(work: Work, token: str) -> Welcome:
    """Whom the link is for; raises NotFound."""
    held = look_at_link(work, token)
    user = held.user
    return Welcome(
        kind=held.link.kind,
        username=user.username,
        name=work.vault.open(user.name_sealed, "person"),
        court=held.court.name if held.court else None,
        roles=user.role_names,
        has_password=held.link.password_hash is not None,
    )


def choose_password(transactions: Transactions, token: str, password: str) -> None:
    """Keep the password with the link until the second factor is there; raises NotFound or NotValid."""
    with transactions.reading() as work:
        about = words_about(work, look_at_link(work, token).user)
    hashed = hash_password(require_password(password, about))
    with transactions.writing() as work:
        open_link(work, token).link.password_hash = hashed


def secret_of_link(transactions: Transactions, token: str) -> str:
    """The secret for the person's authenticator program: the same until the link is used."""
    with transactions.writing() as work:
        link = open_link(work, token).link
        if link.totp_sealed is None:
            link.totp_sealed = work.vault.seal(new_secret(), "totp")
        return work.vault.open(link.totp_sealed, "totp")


def accept_with_code(transactions: Transactions, token: str, digits: str) -> None:
    """Set up the account with the authenticator program that shows this code; raises NotFound or NotValid."""
    with transactions.writing() as work:
        held = open_link(work, token)
        sealed = held.link.totp_sealed
        step = step_of_code(work.vault.open(sealed, "totp"), digits, work.now) if sealed else None
        if step is None:
            raise wrong_code()
        _clear(work, held)
        held.user.totp_sealed, held.user.totp_last_step = sealed, step
        _finish(work, held)


def ask_key_for_link(transactions: Transactions, token: str, site: Site) -> str:
    """What the browser asks a new security key, as JSON."""
    with transactions.writing() as work:
        held = open_link(work, token)
        return ask_for_new_key(work, held.user, held.link.id, site)


def accept_with_key(transactions: Transactions, token: str, answer: str, label: str, site: Site) -> None:
    """Set up the account with a security key; raises NotFound or NotValid."""
    with transactions.writing() as work:
        held = open_link(work, token)
        key = read_new_key(work, held.link.id, answer, site)
        _clear(work, held)
        keep_key(work, held.user.id, key, label)
        _finish(work, held)


def _clear(work: Work, held: Held) -> None:
    """What the person had before is lost or in other hands."""
    if held.link.password_hash is None:
        raise WrongState("password-first", "Choose a password first.", "请先设置密码。")
    held.user.totp_sealed = held.user.totp_last_step = None
    work.session.execute(
        delete(SecurityKey)
        .where(SecurityKey.user_id == held.user.id)
        .execution_options(synchronize_session=False)
    )


def _finish(work: Work, held: Held) -> None:
    link, user = held.link, held.user
    user.password_hash, link.password_hash, link.totp_sealed = link.password_hash, None, None
    link.state, link.ended_at = "used", work.now
    link.version += 1
    user.version += 1
    own_work = replace(work, actor=Actor(user.id, user.court_id, user.role_names))
    end_all_sessions(own_work, user.id, user.court_id, link.kind)
    own_work.enter(chain_of(user.court_id), f"accepted_{link.kind}", "user_account", user.id)


def wrong_code() -> Exception:
    """The refusal of a code that the new authenticator program cannot have shown."""
    return refuse(
        "code",
        "code",
        "This is not the code of now. Check the clock of your telephone and enter the next code.",
        "这不是当前的验证码。请检查手机时间，并输入下一个验证码。",
    )
