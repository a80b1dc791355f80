"""The desk's door: every page's address and action in one table, and who is let in, at every request."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from flask import Blueprint, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from werkzeug.routing import BaseConverter

from gateway.database import reading, writing
from gateway.ids import ID_PATTERN
from gateway.models import Court
from gateway.runtime import Runtime
from gateway.services.actor import Actor
from gateway.services.find_session import SignedIn, find_session, note_seen
from gateway.services.permissions import Action
from gateway.services.transactions import Transactions
from gateway.services.work import Work
from gateway.sight import EVERY_COURT
from gateway.vault import token_hash
from gateway.web.desk.frame.cookies import session_token
from gateway.web.desk.frame.csrf import refuse_forged
from gateway.web.requests import runtime

Result = TypeVar("Result")
View = Callable[..., ResponseReturnValue]
HOME_ZONE = "Asia/Shanghai"
TRIES = 3
_AGAIN = {"40P01", "40001", "23505"}
"""Deadlock, serialisation failure, and a key that another transaction took: they pass on a second try."""


class IdConverter(BaseConverter):
    """`<id:name>` in an address: what cannot be an id is not looked for."""

    regex = ID_PATTERN.strip("^$")


class SignedOut(Exception):
    """The session has ended, or its person was disabled, since the page was opened."""


@dataclass(frozen=True, slots=True)
class Visit:
    """One request by somebody who is signed in."""

    runtime: Runtime
    signed_in: SignedIn
    court: Court | None
    """None for an operator."""

    @property
    def actor(self) -> Actor:
        return self.signed_in.actor

    @property
    def name(self) -> str:
        """The person's name, for himself to see."""
        return self.runtime.vault.open(self.signed_in.user.name_sealed, "person")

    @property
    def zone(self) -> ZoneInfo:
        """The court's zone; for an operator that of the platform's home."""
        return ZoneInfo(self.court.zone if self.court is not None else HOME_ZONE)

    def may(self, action: Action) -> bool:
        return self.actor.may(action)

    @contextmanager
    def reading(self) -> Iterator[Work]:
        """One transaction that only reads."""
        with reading(self.runtime.engine, self.actor.sees) as session:
            yield self._work(session)

    def change(self, do: Callable[[Work], Result]) -> Result:
        """One transaction that may write, tried again where two met.

        Who acts is looked up in it once more: a person who was disabled, or lost the role, before it began
        has no effect.
        """
        for _ in range(TRIES - 1):
            try:
                return self._once(do)
            except DBAPIError as fault:
                if getattr(fault.orig, "sqlstate", None) not in _AGAIN:
                    raise
        return self._once(do)

    def transactions(self) -> Transactions:
        """Transactions of their own for what takes long: each that writes asks once more who it is."""
        here = self.runtime

        def still_present(session: Session) -> None:
            self._signed_in(session)

        return Transactions(here.engine, here.clock, here.vault, still_present, self.actor)

    def _once(self, do: Callable[[Work], Result]) -> Result:
        with writing(self.runtime.engine, self.actor.sees) as session:
            actor = self._signed_in(session).actor
            return do(Work(self.runtime.clock.now(), self.runtime.vault, actor, session))

    def _signed_in(self, session: Session) -> SignedIn:
        found = find_session(session, token_hash(session_token()), self.runtime.clock.now())
        if found is None:
            raise SignedOut
        return found

    def _work(self, session: Session) -> Work:
        return Work(self.runtime.clock.now(), self.runtime.vault, self.actor, session)


@dataclass(frozen=True, slots=True)
class Page:
    """One address of the desk. `action` None: anybody who is signed in; `is_open`: anybody at all."""

    path: str
    endpoint: str
    methods: tuple[str, ...]
    action: Action | None
    is_open: bool
    view: View


@dataclass(frozen=True)
class Area:
    """A part of the desk and its pages, in the order in which they were written."""

    name: str
    pages: list[Page] = field(default_factory=list)

    def page(
        self, path: str, action: Action | None, methods: tuple[str, ...] = ("GET",)
    ) -> Callable[[View], View]:
        """Declare the page of a view that takes the Visit and what stands in the address."""
        return self._add(path, action, methods, is_open=False)

    def form(self, path: str, action: Action | None) -> Callable[[View], View]:
        """The same for a page with a form, which is sent back to its own address."""
        return self._add(path, action, ("GET", "POST"), is_open=False)

    def open_page(self, path: str, methods: tuple[str, ...] = ("GET",)) -> Callable[[View], View]:
        """Declare a page for people who are not signed in; its view takes no Visit."""
        return self._add(path, None, methods, is_open=True)

    def _add(
        self, path: str, action: Action | None, methods: tuple[str, ...], *, is_open: bool
    ) -> Callable[[View], View]:
        def declare(view: View) -> View:
            endpoint = f"{self.name}_{view.__name__}"
            self.pages.append(Page(path, endpoint, methods, action, is_open, view))
            return view

        return declare


def add_pages(blueprint: Blueprint, area: Area) -> None:
    """Put an area's pages behind the door."""
    for page in area.pages:
        blueprint.add_url_rule(page.path, page.endpoint, _guarded(page), methods=list(page.methods))


def visit() -> Visit | None:
    """The visit of this request; None where nobody is signed in. Looked up once a request."""
    if "visit" not in g:
        g.visit = _recognise()
    found: Visit | None = g.visit
    return found


def _recognise() -> Visit | None:
    here = runtime()
    token = session_token()
    if not token:
        return None
    now = here.clock.now()
    with reading(here.engine, EVERY_COURT) as session:
        found = find_session(session, token_hash(token), now)
        court = session.get(Court, found.user.court_id) if found and found.user.court_id else None
    if found is None:
        return None
    if found.unnoted:
        with writing(here.engine) as session:
            note_seen(session, found.session.id, now)
    return Visit(here, found, court)


def _guarded(page: Page) -> View:
    def answer(**named: Any) -> ResponseReturnValue:
        if request.method == "POST":
            refuse_forged()
        if page.is_open:
            return page.view(**named)
        here = visit()
        if here is None:
            return to_sign_in()
        if page.action is not None:
            here.actor.must(page.action)
        return page.view(here, **named)

    return answer


def to_sign_in() -> ResponseReturnValue:
    """To the sign-in page, and back to where the visitor wanted to go where that can be opened again."""
    wanted = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("desk.sign_in_password", next=wanted if wanted != "/" else None))
