"""How alerts leave the gateway: by mail and by one signed webhook; ids only, never a number or a name."""

import hashlib
import hmac
import http.client
import json
import smtplib
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from typing import Protocol
from urllib.parse import SplitResult, unquote, urlsplit

from gateway.alert_texts import text_of
from gateway.settings import Settings

WAIT_SECONDS = 5.0
TIMESTAMP, SIGNATURE = "X-Court-Gateway-Timestamp", "X-Court-Gateway-Signature"


class NotDelivered(Exception):
    """The receiver did not take the alerts; the text says what went wrong, and holds no secret."""


@dataclass(frozen=True, slots=True)
class Note:
    """An alert as it is told: what kind, about which id, of which court."""

    id: str
    kind: str
    subject: str
    court: str | None
    times: int
    opened_at: datetime


class Courier(Protocol):
    """One way on which alerts leave."""

    @property
    def name(self) -> str: ...

    def send(self, notes: Sequence[Note], now: datetime) -> None:
        """Deliver all of them as one message; raises NotDelivered."""


def couriers_of(settings: Settings) -> tuple[Courier, ...]:
    """The couriers that the settings name; none where alerts are only to be read on the spot."""
    couriers: list[Courier] = []
    receivers = tuple(each.strip() for each in settings.alert_mail_to.split(",") if each.strip())
    if settings.smtp_url and receivers:
        couriers.append(Mail(settings.smtp_url, settings.alert_mail_from, receivers))
    if settings.alert_webhook_url:
        couriers.append(Webhook(settings.alert_webhook_url, settings.alert_webhook_secret))
    return tuple(couriers)


@dataclass(frozen=True, slots=True, repr=False)
class Mail:
    """Through one mail server: smtp://, smtps:// or smtp+starttls:// with [user:password@]host[:port]."""

    url: str
    sender: str
    receivers: tuple[str, ...]
    name: str = "mail"

    def send(self, notes: Sequence[Note], now: datetime) -> None:
        where = urlsplit(self.url)
        try:
            with _open_smtp(where, self.sender.partition("@")[2] or "localhost") as server:
                if where.username:
                    server.login(unquote(where.username), unquote(where.password or ""))
                server.send_message(self._message(notes, now))
        except (OSError, smtplib.SMTPException) as fault:
            raise NotDelivered(type(fault).__name__) from fault

    def _message(self, notes: Sequence[Note], now: datetime) -> EmailMessage:
        message = EmailMessage()
        message["Subject"] = (
            f"法院通知网关：{len(notes)} 条告警 / Court Notice Gateway: {len(notes)} alert(s)"
        )
        message["From"], message["To"] = self.sender, ", ".join(self.receivers)
        message["Date"] = format_datetime(now)
        message["Message-ID"] = make_msgid(domain="court-gateway.invalid")
        message["Auto-Submitted"] = "auto-generated"
        message.set_content("\n".join(_paragraph(note) for note in notes))
        return message


def _open_smtp(where: SplitResult, own_name: str) -> smtplib.SMTP:
    """A connection to the server; `own_name` is how we greet it, so that nobody looks this host's name up."""
    host, context = where.hostname or "localhost", ssl.create_default_context()
    if where.scheme == "smtps":
        return smtplib.SMTP_SSL(host, where.port or 465, own_name, timeout=WAIT_SECONDS, context=context)
    if where.scheme == "smtp":
        return smtplib.SMTP(host, where.port or 25, own_name, timeout=WAIT_SECONDS)
    server = smtplib.SMTP(host, where.port or 587, own_name, timeout=WAIT_SECONDS)
    try:
        server.starttls(context=context)
    except BaseException:
        server.close()
        raise
    return server


def _paragraph(note: Note) -> str:
    text = text_of(note.kind)
    about = f"{note.kind} · {note.subject} · ×{note.times} · {note.opened_at.isoformat(timespec='seconds')}"
    return f"{text.zh}\n{text.en}\n{about} · {note.court or 'platform'} · {note.id}\n"


@dataclass(frozen=True, slots=True, repr=False)
class Webhook:
    """One POST of JSON, signed; a redirect is not followed, as it would take the alerts elsewhere."""

    url: str
    secret: str
    name: str = "webhook"

    def send(self, notes: Sequence[Note], now: datetime) -> None:
        body = json.dumps({"alerts": [_as_json(note) for note in notes]}, ensure_ascii=False).encode()
        time = str(int(now.timestamp()))
        headers = {
            "Content-Type": "application/json",
            TIMESTAMP: time,
            SIGNATURE: f"t={time},v1={sign(self.secret, time, body)}",
        }
        try:
            status = _post(urlsplit(self.url), body, headers)
        except (OSError, http.client.HTTPException) as fault:
            raise NotDelivered(type(fault).__name__) from fault
        if not 200 <= status < 300:
            raise NotDelivered(f"status {status}")


def sign(secret: str, time: str, body: bytes) -> str:
    """HMAC-SHA256 over "<time>.<body>" in hexadecimal; `time` is in seconds since 1970."""
    return hmac.new(secret.encode(), time.encode() + b"." + body, hashlib.sha256).hexdigest()


def _post(where: SplitResult, body: bytes, headers: dict[str, str]) -> int:
    """The status of the answer, whose body nobody reads."""
    kind = http.client.HTTPSConnection if where.scheme == "https" else http.client.HTTPConnection
    connection = kind(where.hostname or "", where.port, timeout=WAIT_SECONDS)
    try:
        target = (where.path or "/") + (f"?{where.query}" if where.query else "")
        connection.request("POST", target, body, headers)
        return connection.getresponse().status
    finally:
        connection.close()


def _as_json(note: Note) -> dict[str, object]:
    text = text_of(note.kind)
    return {
        "id": note.id,
        "kind": note.kind,
        "subject": note.subject,
        "court": note.court,
        "times": note.times,
        "opened_at": note.opened_at.isoformat(),
        "en": text.en,
        "zh": text.zh,
    }
