"""What one process of the gateway holds: settings, clock, keys, engines, sounds, the forward map."""

import gc
import threading
from dataclasses import dataclass
from typing import Self

from sqlalchemy import Engine

from gateway.caller_keys import CallerKeys
from gateway.clock import Clock
from gateway.database import open_engine, refuse_weak_durability
from gateway.deadline import Deadline
from gateway.forward_map import ForwardMap, keep_fresh
from gateway.logins import addresses
from gateway.readiness import NotReady
from gateway.schema import REVISION, revision_of
from gateway.serving_roles import CALLS, DESK, refuse_wrong_role
from gateway.settings import Settings
from gateway.vault import Keyring, Vault
from prompts.store import RecordingStore

CALL_WAIT_MS, CALL_POOL_MS = 400, 200
"""How long a call waits for a lock or a statement, and for one of the connections below."""
CALL_CONNECTIONS, DESK_CONNECTIONS, COUNTING_CONNECTIONS = 8, 6, 1
"""Database connections of one process, for calls, for everything else, and for counting requests: PostgreSQL
allows 100 in all."""
COUNTING_WAIT_MS = 200
"""A request is let through rather than held up for being counted."""
CALL_SECONDS = 0.5
COMMIT_GRACE_SECONDS = 0.15
"""Together with rendering they keep an answer within 0.8 s, whatever the database does."""


@dataclass(frozen=True, slots=True)
class Runtime:
    """Two engines: one whose waits end within a call's time, one for everything else; and a small third one,
    for counts that a power cut may take."""

    settings: Settings
    clock: Clock
    vault: Vault
    caller_keys: CallerKeys
    recordings: RecordingStore
    forward_map: ForwardMap
    calls: Engine
    engine: Engine
    counting: Engine
    deadline: Deadline
    stopped: threading.Event

    @classmethod
    def open(cls, settings: Settings, clock: Clock) -> Self:
        """Open what the settings name. Nothing is connected yet: a call needs no database to go through."""
        vault = Vault(Keyring.load(settings.keys_path))
        database = addresses(settings)
        return cls(
            settings=settings,
            clock=clock,
            vault=vault,
            caller_keys=CallerKeys(settings.key_path),
            recordings=RecordingStore(settings.recordings_path),
            forward_map=ForwardMap(settings.forward_map_path, vault),
            calls=open_engine(
                database.calls,
                wait_ms=CALL_WAIT_MS,
                statement_ms=CALL_WAIT_MS,
                pool_size=CALL_CONNECTIONS,
                pool_ms=CALL_POOL_MS,
                only_by_key=True,
            ),
            engine=open_engine(database.desk, wait_ms=5000, statement_ms=15000, pool_size=DESK_CONNECTIONS),
            counting=open_engine(
                database.desk,
                wait_ms=COUNTING_WAIT_MS,
                statement_ms=COUNTING_WAIT_MS,
                pool_size=COUNTING_CONNECTIONS,
                durable=False,
            ),
            deadline=Deadline(settings.threads, CALL_SECONDS, COMMIT_GRACE_SECONDS),
            stopped=threading.Event(),
        )

    def keep_forward_map_fresh(self) -> None:
        """Start the thread that follows changes to lines and connections."""
        arguments = (self.forward_map, self.engine, self.stopped)
        threading.Thread(target=keep_fresh, args=arguments, daemon=True, name="forward-map").start()

    def refuse_half_safe(self) -> None:
        """Raise where the database would lose what it acknowledged, has another schema, or lets us in as a
        role that may do more than its work needs."""
        found = revision_of(self.engine)
        if found != REVISION:
            raise NotReady(
                f"the schema is {found or 'missing'}, this program needs {REVISION}:"
                " run `court-gateway upgrade`"
            )
        refuse_wrong_role(self.engine, DESK)
        refuse_wrong_role(self.calls, CALLS)
        refuse_weak_durability(self.engine)
        refuse_weak_durability(self.calls)

    def close(self) -> None:
        self.stopped.set()
        self.calls.dispose()
        self.engine.dispose()
        self.counting.dispose()
        self.forward_map.close()


def spare_the_collector() -> None:
    """What a process holds by now it keeps: Python's collector of garbage need not look at it again.

    A full collection of a web worker's 190,000 objects takes about a tenth of a second, every ten thousand
    calls or so, and nobody is answered meanwhile; where it comes in a sweep, the write lock is held.
    """
    gc.freeze()
