"""Inviting and changing people: an administrator in his court, an operator where a court has none yet."""

from dataclasses import dataclass

from sqlalchemy import select

from gateway.models import ROLES, Court, User
from gateway.services.access_links import Invited, end_links, lock_person, make_link, new_token
from gateway.services.audit import chain_of
from gateway.services.end_sessions import end_all_sessions
from gateway.services.found_platform import NewUser, add_user
from gateway.services.permissions import Action
from gateway.services.refusals import NotAllowed, NotFound, WrongState, refuse
from gateway.services.work import Work, expect_version


@dataclass(frozen=True, slots=True)
class NewPerson:
    """A person to invite; an operator names the court, everybody else invites into his own."""

    username: str
    name: str
    identity: str
    roles: tuple[str, ...]
    court_id: str | None = None


def invite_person(work: Work, new: NewPerson) -> Invited:
    """An account that its person has to accept within 72 hours, and the link for it."""
    work.actor.must(Action.MANAGE_USERS)
    court_id = _court_of(work, new)
    user = add_user(work, NewUser(new.username, new.name, new.identity, new.roles, court_id))
    return _invited(work, user)


def _court_of(work: Work, new: NewPerson) -> str | None:
    """The court into which this actor may invite this person."""
    if work.actor.court_id is not None:
        return work.actor.court_id
    if new.court_id is None or is_console(work):
        return new.court_id
    if work.session.get(Court, new.court_id) is None:
        raise NotFound
    if set(new.roles) != {"administrator"} or _has_administrator(work, new.court_id):
        raise NotAllowed(
            "first-administrator",
            "An operator invites a court's first administrator; that person invites everybody else.",
            "运维人员只能邀请法院的首位管理员，其他人员由该管理员邀请。",
        )
    return new.court_id


def is_console(work: Work) -> bool:
    """Whether the actor has a shell on the machine, with which he sets the platform up."""
    return work.actor.court_id is None and "administrator" in work.actor.roles


def _has_administrator(work: Work, court_id: str) -> bool:
    query = select(User.roles).where(User.court_id == court_id, User.disabled_at.is_(None))
    return any("administrator" in roles.split() for roles in work.session.scalars(query))


def invite_again(work: Work, user_id: str) -> Invited:
    """A new link for somebody who has not accepted yet; the one before is good no more."""
    work.actor.must(Action.MANAGE_USERS)
    user = managed(work, user_id)
    if user.password_hash is not None or user.disabled_at is not None:
        raise WrongState(
            "accepted-already",
            "This person has an account in use. Ask for a recovery instead.",
            "此人的账户已启用，请改为申请恢复账户。",
        )
    return _invited(work, user)


def _invited(work: Work, user: User) -> Invited:
    token = new_token()
    link = make_link(work, user, "invitation", token)
    work.enter(chain_of(user.court_id), "invited", "user_account", user.id)
    return Invited(user, link, token)


def managed(work: Work, user_id: str) -> User:
    """The person, locked: of the actor's own court; an operator reaches operators and administrators."""
    user = lock_person(work, user_id)
    if user is None or not _reaches(work, user):
        raise NotFound
    return user


def _reaches(work: Work, user: User) -> bool:
    if user.court_id == work.actor.court_id or is_console(work):
        return True
    return work.actor.court_id is None and "administrator" in user.role_names


def disable_person(work: Work, user_id: str, seen_version: int | None = None) -> User:
    """The person's next request fails, whatever session, token or link he holds."""
    work.actor.must(Action.MANAGE_USERS)
    user = managed(work, user_id)
    expect_version(user, seen_version)
    not_oneself(work, user)
    if user.disabled_at is None:
        user.disabled_at = work.now
        user.version += 1
        end_links(work, user.id)
        end_all_sessions(work, user.id, user.court_id, "disabled")
        work.enter(chain_of(user.court_id), "disabled", "user_account", user.id)
    return user


def enable_person(work: Work, user_id: str, seen_version: int | None = None) -> User:
    """The person may sign in again, with what he had."""
    work.actor.must(Action.MANAGE_USERS)
    user = managed(work, user_id)
    expect_version(user, seen_version)
    not_oneself(work, user)
    if user.disabled_at is not None:
        user.disabled_at = None
        user.version += 1
        work.enter(chain_of(user.court_id), "enabled", "user_account", user.id)
    return user


def change_roles(work: Work, user_id: str, roles: tuple[str, ...], seen_version: int | None = None) -> User:
    """Other roles from the very next request on; the person signs in anew."""
    work.actor.must(Action.MANAGE_USERS)
    user = managed(work, user_id)
    expect_version(user, seen_version)
    not_oneself(work, user)
    must_give_roles(work, user.court_id)
    if not roles or set(roles) - (set(ROLES) - {"operator"}):
        raise refuse(
            "roles", "roles", "Choose at least one role of the list.", "请至少选择列表中的一个角色。"
        )
    chosen = " ".join(sorted(set(roles)))
    if chosen != user.roles:
        before, user.roles = user.roles, chosen
        user.version += 1
        fields = {"roles": chosen, "roles_before": before}
        end_all_sessions(work, user.id, user.court_id, "roles_changed")
        work.enter(chain_of(user.court_id), "changed_roles", "user_account", user.id, fields)
    return user


def must_give_roles(work: Work, court_id: str | None) -> None:
    """Raise NotAllowed unless the actor gives roles to people of this court: its administrator, or the
    console. An operator's role is nobody's to change."""
    work.actor.must(Action.MANAGE_USERS)
    if court_id is None or not (court_id == work.actor.court_id or is_console(work)):
        raise NotAllowed("role", "Your role does not include this.", "您的角色无权办理此事项。")


def not_oneself(work: Work, user: User) -> None:
    """Raise NotAllowed where somebody would change what he himself may do."""
    if user.id == work.actor.user_id:
        raise NotAllowed(
            "oneself",
            "Nobody does this to his own account. Ask another administrator.",
            "任何人不得对自己的账户进行此操作，请由其他管理员办理。",
        )
