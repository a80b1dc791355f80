"""Sharing recordings between hosts, beside their requests: each brings what it lacks from the database.

A call asks only its own host's store (`RecordingStore.is_whole`): what is not there yet is not played. Bytes
from the database count when their hash proves them, and not before.
"""

import threading
import time
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from gateway.clock import Clock
from gateway.database import reading, writing
from gateway.runtime import Runtime
from gateway.services.keep_sound import keep_sound, read_sound, sounds_not_kept, sounds_since
from gateway.sight import EVERY_COURT
from prompts.store import RecordingDamaged, RecordingMissing, RecordingStore
from prompts.telephone import sha256_of

LOOK_SECONDS, WHOLE_LOOK_SECONDS = 1.0, 60.0
"""Between two looks at what is new; and at all there is, which finds what the first kind missed."""
LATE = timedelta(minutes=10)
"""So much later than others a host's clock may say, or a transaction end, and still be found at once."""
FIRST_LOOK_SECONDS = 1.0
"""How long a process that starts waits for what its host lacks. Without it calls are connected silently;
while it waits, by the carrier's fallback: a database that hangs must not hold it up for long."""
_EVER = datetime(1970, 1, 1, tzinfo=UTC)

_log = structlog.get_logger()


def keep_sharing(runtime: Runtime) -> None:
    """Start the thread that shares recordings; returns after its first look, or when that takes too long."""
    sharing = Sharing(runtime.recordings, runtime.engine, runtime.clock)
    arguments = (sharing, runtime.stopped)
    threading.Thread(target=share, args=arguments, daemon=True, name="recordings").start()
    sharing.looked.wait(FIRST_LOOK_SECONDS)


def share(sharing: "Sharing", stop: threading.Event, every_seconds: float = LOOK_SECONDS) -> None:
    """Look until told to stop; a database or disk that fails is tried again."""
    stopped = False
    while not stopped:
        try:
            sharing.look()
        except (SQLAlchemyError, OSError) as fault:
            _log.warning("recordings not shared", fault=type(fault).__name__)
        sharing.looked.set()
        stopped = stop.wait(every_seconds)


class Sharing:
    """What one process does for its host's store; several of one host do no harm to each other."""

    def __init__(self, store: RecordingStore, engine: Engine, clock: Clock) -> None:
        self._store, self._engine, self._clock = store, engine, clock
        self._newest, self._whole_look_at = _EVER, 0.0
        self._refused: set[str] = set()
        self.looked = threading.Event()

    def look(self) -> None:
        """Bring what is new or was missed; now and then whatever is lacking, and give what only we have."""
        whole = time.monotonic() >= self._whole_look_at
        if whole:
            self._refused.clear()
        missed = self._store.missed()
        with reading(self._engine, EVERY_COURT) as session:
            kept = sounds_since(session, _EVER if whole else max(self._newest - LATE, _EVER))
            not_kept = sounds_not_kept(session) if whole else []
        for sha256 in missed | {each for each in kept if not self._store.has(each)}:
            self._bring(sha256)
        for sha256 in not_kept:
            self._give(sha256)
        self._newest = max(kept.values(), default=self._newest)
        if whole:
            self._whole_look_at = time.monotonic() + WHOLE_LOOK_SECONDS

    def _bring(self, sha256: str) -> None:
        if sha256 in self._refused or self._store.is_whole(sha256):
            return
        with reading(self._engine, EVERY_COURT) as session:
            wav = read_sound(session, sha256)
        if wav is not None and sha256_of(wav) == sha256:
            self._store.add(wav)
            _log.info("recording brought")
            return
        self._refused.add(sha256)
        _log.error("recording not brought", why="damaged" if wav is not None else "missing")

    def _give(self, sha256: str) -> None:
        try:
            wav = self._store.read(sha256)
        except (RecordingMissing, RecordingDamaged):
            return
        with writing(self._engine, EVERY_COURT) as session:
            keep_sound(session, sha256, wav, self._clock.now())
        _log.info("recording given")
