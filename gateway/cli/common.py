"""What every command needs: settings, the runtime, who acts, and how a refusal is told."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TypeVar

import click
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from gateway.clock import SystemClock
from gateway.database import DurabilityOff, reading, writing
from gateway.logs import configure
from gateway.models import User
from gateway.readiness import NotReady
from gateway.runtime import Runtime, spare_the_collector
from gateway.services.actor import Actor
from gateway.services.list_courts import list_courts
from gateway.services.list_rows import Page, Wanted
from gateway.services.refusals import NotAllowed, NotFound, NotValid, ServiceRefused, WrongState
from gateway.services.work import Work
from gateway.settings import SettingRefused, Settings, read_settings
from gateway.sight import EVERY_COURT
from gateway.vault import KeysUnusable

Item = TypeVar("Item")

CONSOLE = Actor("console", None, frozenset({"operator", "administrator"}))
"""Whoever has a shell on the machine: may set the platform up, and is named so in the record."""


def language() -> str:
    """zh or en, as the terminal's locale says."""
    locale = next(
        (os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), ""
    )
    return "zh" if locale.lower().startswith("zh") else "en"


def settings() -> Settings:
    """The settings; exit 2 with every one that is wrong."""
    try:
        found = read_settings(os.environ)
    except SettingRefused as refused:
        raise click.UsageError(str(refused)) from refused
    configure(found.log_level)
    return found


def open_runtime(*, checked: bool = True) -> Runtime:
    """The runtime over the settings; exit 1 where it cannot work, with what to do."""
    try:
        runtime = Runtime.open(settings(), SystemClock())
        if checked:
            runtime.refuse_half_safe()
    except (KeysUnusable, NotReady, DurabilityOff) as fault:
        raise click.ClickException(f"{fault}\nFirst time here? Run `court-gateway init`.") from fault
    except SQLAlchemyError as fault:
        raise click.ClickException(f"the database does not answer ({type(fault).__name__})") from fault
    spare_the_collector()
    return runtime


@contextmanager
def working(runtime: Runtime, actor: Actor = CONSOLE) -> Iterator[Work]:
    """One transaction; a refusal is told in the reader's language and ends the command with 1."""
    with told(), writing(runtime.engine, actor.sees) as session:
        yield Work(runtime.clock.now(), runtime.vault, actor, session)


@contextmanager
def told() -> Iterator[None]:
    """Tell a refusal in words: field and rule, and exit with 1."""
    try:
        yield
    except NotValid as refused:
        for each in refused.refusals:
            click.echo(f"{each.field}: {each.rule}: {getattr(each, language())}", err=True)
        sys.exit(1)
    except (NotAllowed, WrongState) as refused:
        raise click.ClickException(getattr(refused, language())) from refused
    except NotFound as refused:
        raise click.ClickException({"en": "There is none.", "zh": "没有此记录。"}[language()]) from refused
    except ServiceRefused as refused:
        raise click.ClickException(str(refused)) from refused


def acting(runtime: Runtime, username: str) -> Actor:
    """The person with this user name, present at the console."""
    with reading(runtime.engine, EVERY_COURT) as session:
        user = find_user(session, username)
        return Actor(user.id, user.court_id, user.role_names)


def find_user(session: Session, username: str) -> User:
    """The user; exit 1 where there is none, or he is disabled."""
    user = session.scalars(select(User).where(User.username == username)).one_or_none()
    if user is None or user.disabled_at is not None:
        raise click.ClickException(f"no active user is named {username}")
    return user


def at_court(work: Work, court_id: str | None) -> Work:
    """The console's work at one court, as that court's administrator; at none, the platform's."""
    roles = work.actor.roles - {"operator"} if court_id is not None else work.actor.roles
    return replace(work, actor=replace(work.actor, court_id=court_id, roles=roles))


def places(work: Work) -> Iterator[Work]:
    """The console's work at the platform, and then at each court."""
    yield work
    for court in pages(lambda wanted: list_courts(work, wanted)):
        yield at_court(work, court.id)


def pages(read: Callable[[Wanted], Page[Item]]) -> Iterator[Item]:
    """Every row of a list, page after page."""
    after: str | None = None
    while True:
        page = read(Wanted(200, after))
        yield from page.items
        if page.next is None:
            return
        after = page.next
