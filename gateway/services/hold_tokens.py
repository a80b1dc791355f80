"""API tokens of the desk: issued by the person for himself, listed and revoked by him or by who runs access.

A token speaks for its person. Whoever could issue one in another's name could be two persons at once, so for
somebody else there are only tokens that read.
"""

from dataclasses import dataclass

from sqlalchemy import Select, select

from gateway.models import ApiToken, User
from gateway.services.audit import chain_of
from gateway.services.found_platform import TOKEN_DAYS, issue_token
from gateway.services.list_rows import Page, Wanted, page_of
from gateway.services.permissions import Action, usable_scopes
from gateway.services.read_numbers import Fields
from gateway.services.refusals import NotFound
from gateway.services.work import Work

FOR_OTHERS = frozenset({"read"})


@dataclass(frozen=True, slots=True)
class TokenFile:
    """A token as it is listed: what it is, nobody knows any more."""

    token: ApiToken
    username: str


def issue_own_token(work: Work, scopes: frozenset[str], label: str, days: int) -> str:
    """A token with which one's own programs speak; it is shown this once."""
    work.actor.must(Action.OWN_ACCOUNT)
    user = work.session.get_one(User, work.actor.user_id)
    _check(scopes, usable_scopes(user.role_names), days)
    return issue_token(work, user, scopes, label, days)


def issue_reading_token(work: Work, user_id: str, label: str, days: int) -> str:
    """A token for somebody of the own court, which can read what he may read and change nothing."""
    work.actor.must(Action.MANAGE_USERS)
    user = work.session.scalars(_people(work).where(User.id == user_id)).one_or_none()
    if user is None or user.disabled_at is not None:
        raise NotFound
    _check(FOR_OTHERS, usable_scopes(user.role_names), days)
    return issue_token(work, user, FOR_OTHERS, label, days)


def list_own_tokens(work: Work, wanted: Wanted) -> Page[TokenFile]:
    """A page of one's own tokens, the newest first."""
    work.actor.must(Action.OWN_ACCOUNT)
    query = select(ApiToken).where(ApiToken.user_id == work.actor.user_id)
    return page_of(work, query, ApiToken.id, wanted).shown(lambda token: _file(work, token))


def list_tokens(work: Work, wanted: Wanted) -> Page[TokenFile]:
    """A page of the tokens of everybody in the own court; an operator's are the platform's."""
    work.actor.must(Action.MANAGE_USERS)
    people = _people(work).with_only_columns(User.id)
    query = select(ApiToken).where(ApiToken.user_id.in_(people))
    return page_of(work, query, ApiToken.id, wanted).shown(lambda token: _file(work, token))


def list_holders(work: Work) -> list[User]:
    """Everybody in the own court who may have a token, by user name."""
    work.actor.must(Action.MANAGE_USERS)
    query = _people(work).where(User.disabled_at.is_(None), User.roles != "")
    return list(work.session.scalars(query.order_by(User.username)))


def read_own_token(work: Work, token_id: str) -> TokenFile:
    """One of one's own tokens; raises NotFound."""
    work.actor.must(Action.OWN_ACCOUNT)
    return _file(work, _find(work, token_id, select(User).where(User.id == work.actor.user_id)))


def read_token(work: Work, token_id: str) -> TokenFile:
    """A token of somebody in the own court; raises NotFound."""
    work.actor.must(Action.MANAGE_USERS)
    return _file(work, _find(work, token_id, _people(work)))


def revoke_own_token(work: Work, token_id: str) -> None:
    """The next request with the token fails."""
    work.actor.must(Action.OWN_ACCOUNT)
    _revoke(work, token_id, select(User).where(User.id == work.actor.user_id))


def revoke_token(work: Work, token_id: str) -> None:
    """The same for a token of somebody in the own court."""
    work.actor.must(Action.MANAGE_USERS)
    _revoke(work, token_id, _people(work))


def _revoke(work: Work, token_id: str, people: Select[User]) -> None:
    token = _find(work, token_id, people)
    if token.revoked_at is None:
        token.revoked_at = work.now
        court_id = work.session.get_one(User, token.user_id).court_id
        work.enter(chain_of(court_id), "revoked", "api_token", token.id)


def _find(work: Work, token_id: str, people: Select[User]) -> ApiToken:
    """The token, locked for change, where it is one of these people's."""
    of_them = ApiToken.user_id.in_(people.with_only_columns(User.id))
    query = select(ApiToken).where(ApiToken.id == token_id, of_them)
    token = work.session.scalars(query.with_for_update()).one_or_none()
    if token is None:
        raise NotFound
    return token


def _people(work: Work) -> Select[User]:
    return select(User).where(User.court_id.is_not_distinct_from(work.actor.court_id))


def _file(work: Work, token: ApiToken) -> TokenFile:
    return TokenFile(token, work.session.get_one(User, token.user_id).username)


def _check(scopes: frozenset[str], usable: frozenset[str], days: int) -> None:
    fields = Fields()
    if scopes - usable:
        names = sorted(usable)
        fields.add(
            "scopes",
            "scope-of-role",
            f"With these roles choose from: {', '.join(names)}.",
            f"该角色可选的权限范围：{'、'.join(names)}。",
        )
    if not 1 <= days <= TOKEN_DAYS:
        fields.add("days", "days", f"Enter 1 to {TOKEN_DAYS} days.", f"有效期须为1至{TOKEN_DAYS}天。")
    fields.done()
