"""People who sign in: with passwords, authenticator programs and security keys of their own."""

from dataclasses import dataclass, field, replace
from datetime import timedelta

import pyotp

from gateway.models import User
from gateway.services.actor import Actor
from gateway.services.find_session import SignedIn, find_session
from gateway.services.found_platform import NewUser, add_user
from gateway.services.hash_passwords import hash_password
from gateway.services.prove_person import Code
from gateway.services.security_keys import Site
from gateway.services.sign_in import (
    HalfOpen,
    Opened,
    Visitor,
    ask_at_the_door,
    check_password,
    check_second_factor,
    open_half,
)
from gateway.services.transactions import Transactions
from gateway.vault import token_hash
from tests.factories import Gateway

PASSWORD = "correct horse battery staple"
PASSWORD_HASH = hash_password(PASSWORD)
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
HOME = Visitor("192.0.2.7", browser="Firefox on Linux")
ATTACKER = Visitor("198.51.100.9", browser="curl")


def add_president(gateway: Gateway) -> None:
    """Court A's president, who signs in as everybody in PEOPLE does."""
    with gateway.work("operator") as work:
        new = NewUser("president", "虚构院长", "person president", ("president",), gateway.court_a)
        user = add_user(work, new)
    gateway.people["president"] = Actor(user.id, gateway.court_a, frozenset({"president"}))
    Desk.of(gateway, "president")


def code_at(gateway: Gateway, **ahead: float) -> str:
    """What the authenticator program shows now, or so far ahead."""
    return pyotp.TOTP(SECRET).at(gateway.clock.now() + timedelta(**ahead))


@dataclass
class Desk:
    """A gateway at whose desk everybody has the same password and authenticator secret."""

    gateway: Gateway
    known: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, gateway: Gateway, *names: str) -> "Desk":
        for name in names or ("clerk", "judge"):
            with gateway.work("operator") as work:
                user = work.session.get_one(User, gateway.people[name].user_id)
                user.password_hash = PASSWORD_HASH
                user.totp_sealed = work.vault.seal(SECRET, "totp")
        return cls(gateway)

    @property
    def transactions(self) -> Transactions:
        runtime = self.gateway.runtime
        return Transactions(runtime.engine, runtime.clock, runtime.vault)

    def as_person(self, name: str) -> Transactions:
        return replace(self.transactions, actor=self.gateway.people[name])

    def password(self, name: str = "clerk", password: str = PASSWORD, visitor: Visitor = HOME) -> HalfOpen:
        return check_password(self.transactions, visitor, name, password)

    def second(self, half: HalfOpen, code: str, visitor: Visitor = HOME) -> Opened:
        return check_second_factor(self.transactions, visitor, half.token, Code(code))

    def sign_in(self, name: str = "clerk", visitor: Visitor = HOME) -> Opened:
        """Sign in with a code that was not used yet: the clock moves on by a step.

        The password is taken as right, which spares each test a second of hashing.
        """
        self.gateway.clock.forward(seconds=30)
        with self.transactions.writing() as work:
            user = work.session.get_one(User, self.gateway.people[name].user_id)
            half = open_half(work, user, visitor, "password")
        return self.second(half, code_at(self.gateway), visitor)

    def seen(self, token: str) -> SignedIn | None:
        """Who this token stands for, now."""
        with self.gateway.read() as session:
            return find_session(session, token_hash(token), self.gateway.clock.now())

    def question(self, half: HalfOpen, site: Site) -> str:
        """What a security key is asked at the door."""
        with self.transactions.writing() as work:
            asked = ask_at_the_door(work, half.token, site)
        assert asked is not None
        return asked
