"""How long work opens its transactions: many short ones, each allowed anew."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from gateway.clock import Clock
from gateway.database import reading, writing
from gateway.services.actor import SYSTEM, Actor
from gateway.services.work import Work
from gateway.vault import Vault

NOBODY = Actor(SYSTEM, None, frozenset())


def always(_session: Session) -> None:
    """The guard of work that needs no leave."""


@dataclass(frozen=True, slots=True)
class Transactions:
    """Opens transactions one after the other; `guard` is asked in each that writes, and raises to stop it.

    `actor` is the person who asked for the work, and whose court's rows it sees; nobody asked where the
    scheduler does it, or where somebody is still to be recognised: it sees every court's.
    What is found while reading is only a hint: whatever writes asks for the expected state once more.
    """

    engine: Engine
    clock: Clock
    vault: Vault
    guard: Callable[[Session], None] = always
    actor: Actor = NOBODY

    @contextmanager
    def reading(self) -> Iterator[Work]:
        """Look for what is due, without a lock."""
        with reading(self.engine, self.actor.sees) as session:
            yield Work(self.clock.now(), self.vault, self.actor, session)

    @contextmanager
    def writing(self) -> Iterator[Work]:
        """Change a few rows; committed at the end."""
        with writing(self.engine, self.actor.sees) as session:
            self.guard(session)
            yield Work(self.clock.now(), self.vault, self.actor, session)
