# mypy: ignore-errors
"""FastAPI with an async driver (aiosqlite, or psycopg's pool) and Twilio's SDK.

Its packages lie in an environment of its own, which our type checker does not see.
"""

import asyncio
import hmac
import os
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import aiosqlite
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from fastapi import FastAPI, HTTPException, Request, Response
from psycopg_pool import AsyncConnectionPool
from twilio.request_validator import RequestValidator
from twilio.twiml.voice_response import Dial, VoiceResponse

URL, BASE_URL, CONNECTION = os.environ["DATABASE_URL"], os.environ["BASE_URL"], os.environ["CONNECTION_ID"]
HASH_KEY = bytes.fromhex(os.environ["HASH_KEY"])
validator = RequestValidator(os.environ["AUTH_TOKEN"])
cipher = AESGCM(bytes.fromhex(os.environ["SEAL_KEY"]))

LOOK_UP = """
    SELECT line.id, line.court_id, line.deliver_sealed, line.ring_seconds, line.time_limit_seconds,
           notice.id, notice.recording_id, notice.state, notice.review_until
    FROM line LEFT JOIN notice ON notice.line_id = line.id AND notice.state IN ('approved', 'suspended')
    WHERE line.connection_id = ? AND line.gateway_hash = ? AND line.state <> 'released'
"""
RECORD = """
    INSERT INTO call (id, connection_id, carrier_call_id, court_id, line_id, notice_id, decision, why, shadow,
                      played_ms, outcome, received_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 'unknown', ?)
"""


class Sqlite:
    """One connection that reads and one that writes: SQLite has one writer anyway."""

    def __init__(self, path: str) -> None:
        self.path, self.turn = path, asyncio.Lock()

    async def open(self) -> None:
        self.reader, self.writer = await self._connect(), await self._connect()

    async def _connect(self) -> aiosqlite.Connection:
        connection = await aiosqlite.connect(self.path, isolation_level=None, timeout=5)
        await connection.execute("PRAGMA journal_mode = WAL")
        await connection.execute("PRAGMA synchronous = FULL")
        return connection

    async def close(self) -> None:
        await self.reader.close()
        await self.writer.close()

    def now(self) -> Any:
        return datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")  # noqa: TID251

    async def look_up(self, *values: Any) -> Any:
        async with self.reader.execute(LOOK_UP, values) as cursor:
            return await cursor.fetchone()

    async def record(self, *values: Any) -> None:
        async with self.turn:
            await self.writer.execute(RECORD, values)


class Postgres:
    """A pool; each statement is a transaction of its own."""

    def __init__(self, url: str) -> None:
        self.pool = AsyncConnectionPool(
            url, min_size=8, max_size=8, open=False, kwargs={"autocommit": True, "prepare_threshold": 1}
        )

    async def open(self) -> None:
        await self.pool.open(wait=True)

    async def close(self) -> None:
        await self.pool.close()

    def now(self) -> Any:
        return datetime.now(UTC)  # noqa: TID251

    async def look_up(self, *values: Any) -> Any:
        async with self.pool.connection() as connection:
            cursor = await connection.execute(LOOK_UP.replace("?", "%s"), values)
            return await cursor.fetchone()

    async def record(self, *values: Any) -> None:
        async with self.pool.connection() as connection:
            await connection.execute(RECORD.replace("?", "%s"), values)


db = Sqlite(URL.removeprefix("sqlite:///")) if URL.startswith("sqlite") else Postgres(URL)


@asynccontextmanager
async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
    await db.open()
    yield
    await db.close()


app = FastAPI(lifespan=lifespan, openapi_url=None)


@app.post("/webhooks/{slug}/voice")
async def voice(slug: str, request: Request) -> Response:
    form = dict(await request.form())
    signature = request.headers.get("X-Twilio-Signature", "")
    if not validator.validate(f"{BASE_URL}/webhooks/{slug}/voice", form, signature):
        raise HTTPException(403)
    digest = hmac.digest(HASH_KEY, str(form["To"]).encode(), "sha256")[:16]
    found = await db.look_up(CONNECTION, digest)
    if found is None:
        raise HTTPException(404)
    line_id, court_id, sealed, ring_seconds, time_limit, notice_id, recording_id, state, review_until = found
    now = db.now()
    plays = state == "approved" and review_until > now
    response = VoiceResponse()
    if plays:
        response.play(f"{BASE_URL}/recordings/{recording_id}.wav")
    dial = Dial(timeout=ring_seconds, time_limit=time_limit)
    dial.number(opened(sealed))
    response.append(dial)
    said = ("played", "plays") if plays else ("silent", "review")
    call_id, sid = secrets.token_hex(13), form["CallSid"]
    await db.record(call_id, CONNECTION, sid, court_id, line_id, notice_id, *said, False, now)
    return Response(str(response), media_type="text/xml")


def opened(sealed: bytes) -> str:
    """The number in a sealed value: length of the key's id, the id, 12 bytes nonce, text and tag."""
    start = 1 + sealed[0]
    return cipher.decrypt(sealed[start : start + 12], sealed[start + 12 :], b"number").decode()
