"""The shape of a vendor's sample: Flask, SQLAlchemy's ORM in a scoped session, and Twilio's SDK.

A scoped session that is removed at the end of the request is what Flask-SQLAlchemy does.
"""

import hmac
import os
import secrets
import sqlite3
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask import Flask, Response, abort, request
from sqlalchemy import ForeignKey, create_engine, event, select
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, scoped_session, sessionmaker
from twilio.request_validator import RequestValidator
from twilio.twiml.voice_response import Dial, VoiceResponse

from gateway.clock import SystemClock
from gateway.models.base import UtcTime

BASE_URL, CONNECTION = os.environ["BASE_URL"], os.environ["CONNECTION_ID"]
HASH_KEY = bytes.fromhex(os.environ["HASH_KEY"])

app = Flask(__name__)
engine = create_engine(os.environ["DATABASE_URL"], pool_size=8)
db = scoped_session(sessionmaker(engine))
validator = RequestValidator(os.environ["AUTH_TOKEN"])
cipher = AESGCM(bytes.fromhex(os.environ["SEAL_KEY"]))
clock = SystemClock()

if engine.dialect.name == "sqlite":

    @event.listens_for(engine, "connect")
    def durable(connection: sqlite3.Connection, _entry: object) -> None:
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "busy_timeout = 5000"):
            connection.execute(f"PRAGMA {pragma}")


class Model(DeclarativeBase):
    """What the tables have in common."""


class Line(Model):
    """A number that callers dial."""

    __tablename__ = "line"

    id: Mapped[str] = mapped_column(primary_key=True)
    connection_id: Mapped[str]
    court_id: Mapped[str]
    gateway_hash: Mapped[bytes]
    deliver_sealed: Mapped[bytes]
    state: Mapped[str]
    ring_seconds: Mapped[int]
    time_limit_seconds: Mapped[int]


class Notice(Model):
    """What callers hear first."""

    __tablename__ = "notice"

    id: Mapped[str] = mapped_column(primary_key=True)
    line_id: Mapped[str] = mapped_column(ForeignKey("line.id"))
    recording_id: Mapped[str]
    state: Mapped[str]
    review_until: Mapped[datetime] = mapped_column(UtcTime)


class Call(Model):
    """The record of a call."""

    __tablename__ = "call"

    id: Mapped[str] = mapped_column(primary_key=True)
    connection_id: Mapped[str]
    carrier_call_id: Mapped[str]
    court_id: Mapped[str]
    line_id: Mapped[str]
    notice_id: Mapped[str | None]
    decision: Mapped[str]
    why: Mapped[str]
    shadow: Mapped[bool] = mapped_column(default=False)
    played_ms: Mapped[int] = mapped_column(default=0)
    outcome: Mapped[str] = mapped_column(default="unknown")
    received_at: Mapped[datetime] = mapped_column(UtcTime)


@app.teardown_appcontext
def end_session(_fault: BaseException | None) -> None:
    db.remove()


@app.post("/webhooks/<slug>/voice")
def voice(slug: str) -> Response:
    signature = request.headers.get("X-Twilio-Signature", "")
    if not validator.validate(f"{BASE_URL}/webhooks/{slug}/voice", request.form, signature):
        abort(403)
    digest = hmac.digest(HASH_KEY, request.form["To"].encode(), "sha256")[:16]
    found: Any = db.execute(
        select(Line, Notice)
        .outerjoin(Notice, (Notice.line_id == Line.id) & Notice.state.in_(["approved", "suspended"]))
        .where(Line.connection_id == CONNECTION, Line.gateway_hash == digest, Line.state != "released")
    ).one_or_none()
    if found is None:
        abort(404)
    line: Line
    notice: Notice | None
    line, notice = found
    now = clock.now()
    plays = notice is not None and notice.state == "approved" and notice.review_until > now
    answer = _twiml(line, notice if plays else None)
    db.add(
        Call(
            id=secrets.token_hex(13),
            connection_id=CONNECTION,
            carrier_call_id=request.form["CallSid"],
            court_id=line.court_id,
            line_id=line.id,
            notice_id=notice.id if notice is not None else None,
            decision="played" if plays else "silent",
            why="plays" if plays else "review",
            received_at=now,
        )
    )
    db.commit()
    return Response(answer, content_type="text/xml; charset=utf-8")


def _twiml(line: Line, notice: Notice | None) -> str:
    response = VoiceResponse()
    if notice is not None:
        response.play(f"{BASE_URL}/recordings/{notice.recording_id}.wav")
    dial = Dial(timeout=line.ring_seconds, time_limit=line.time_limit_seconds)
    dial.number(_opened(line.deliver_sealed))
    response.append(dial)
    return str(response)


def _opened(sealed: bytes) -> str:
    """The number in a sealed value: length of the key's id, the id, 12 bytes nonce, text and tag."""
    start = 1 + sealed[0]
    return cipher.decrypt(sealed[start : start + 12], sealed[start + 12 :], b"number").decode()
