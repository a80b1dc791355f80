"""Alerts leave by mail and by a signed webhook, and say nothing that an outsider must not know."""

import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from gateway.alert_texts import ALERT_TEXTS
from gateway.alerting import Mail, NotDelivered, Note, Webhook, couriers_of
from gateway.settings import Settings, read_settings
from tests.gateway.receivers import MailServer, WebServer, mail_server, web_server

NOW = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
NOTES = (
    Note("01a", "review_lapsed", "notice-1", "court-1", 1, NOW),
    Note("01b", "of a kind that nobody has words for", "x", None, 3, NOW),
)


@pytest.fixture
def mail() -> Iterator[MailServer]:
    with mail_server() as server:
        yield server


@pytest.fixture
def web() -> Iterator[WebServer]:
    with web_server() as server:
        yield server


def _settings(**values: str) -> Settings:
    return read_settings({f"COURT_GATEWAY_{name.upper()}": value for name, value in values.items()})


def _mail(server: MailServer, scheme: str = "smtp", who: str = "") -> Mail:
    return Mail(f"{scheme}://{who}127.0.0.1:{server.port}", "gw@court.example", ("a@court.example",))


def test_one_mail_tells_all_alerts_in_both_languages_by_their_ids(mail: MailServer) -> None:
    courier = Mail(
        f"smtp://127.0.0.1:{mail.port}", "gw@court.example", ("a@court.example", "b@court.example")
    )
    courier.send(NOTES, NOW)
    (message,) = mail.messages
    assert message["To"] == "a@court.example, b@court.example"
    assert message["Subject"] == "法院通知网关：2 条告警 / Court Notice Gateway: 2 alert(s)"
    assert message["Date"] == "Mon, 02 Mar 2026 08:30:00 +0000"
    text = message.get_content()
    assert "一条提示音已暂停：复核期限已过。" in text
    assert "A notice was suspended: its review date has passed." in text
    assert "review_lapsed · notice-1 · ×1 · 2026-03-02T08:30:00+00:00 · court-1 · 01a" in text
    assert "of a kind that nobody has words for · x · ×3" in text


def test_the_mail_server_is_told_who_sends_when_the_address_names_a_user(mail: MailServer) -> None:
    _mail(mail, who="desk%40court:p%2Fw@").send(NOTES, NOW)
    assert mail.logins == [("desk@court", "p/w")]
    assert len(mail.messages) == 1


def test_no_password_leaves_for_a_server_that_cannot_encrypt(mail: MailServer) -> None:
    with pytest.raises(NotDelivered):
        _mail(mail, "smtp+starttls", "desk:secret@").send(NOTES, NOW)
    assert "AUTH" not in mail.commands
    assert mail.messages == []


def test_a_refused_mail_and_a_dead_server_are_told_without_any_secret(mail: MailServer) -> None:
    mail.refuses = True
    with pytest.raises(NotDelivered) as refused:
        _mail(mail, who="desk:secret@").send(NOTES, NOW)
    dead = Mail("smtp://desk:secret@127.0.0.1:1", "gw@court.example", ("a@court.example",))
    with pytest.raises(NotDelivered) as gone:
        dead.send(NOTES, NOW)
    assert (str(refused.value), str(gone.value)) == ("SMTPSenderRefused", "ConnectionRefusedError")
    assert "secret" not in repr(dead)


def test_the_webhook_is_signed_over_time_and_body(web: WebServer) -> None:
    Webhook(web.url, "shared secret").send(NOTES, NOW)
    (posted,) = web.posted
    expected = hmac.new(b"shared secret", b"1772440200." + posted.body, hashlib.sha256).hexdigest()
    assert posted.headers["X-Court-Gateway-Timestamp"] == "1772440200"
    assert posted.headers["X-Court-Gateway-Signature"] == f"t=1772440200,v1={expected}"
    assert posted.headers["Content-Type"] == "application/json"
    assert posted.path == "/alerts?to=desk"
    first = json.loads(posted.body)["alerts"][0]
    assert first == {
        "id": "01a",
        "kind": "review_lapsed",
        "subject": "notice-1",
        "court": "court-1",
        "times": 1,
        "opened_at": "2026-03-02T08:30:00+00:00",
        "en": "A notice was suspended: its review date has passed.",
        "zh": "一条提示音已暂停：复核期限已过。",
    }


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_a_failure_and_is_not_followed(web: WebServer, status: int) -> None:
    web.status = status
    with pytest.raises(NotDelivered, match=str(status)):
        Webhook(web.url, "s").send(NOTES, NOW)
    assert [posted.path for posted in web.posted] == ["/alerts?to=desk"]


@pytest.mark.parametrize(("status", "taken"), [(200, True), (299, True), (300, False), (500, False)])
def test_only_a_status_of_success_is_a_delivery(web: WebServer, status: int, taken: bool) -> None:
    web.status = status
    if taken:
        Webhook(web.url, "s").send(NOTES, NOW)
        return
    with pytest.raises(NotDelivered):
        Webhook(web.url, "s").send(NOTES, NOW)


def test_a_server_that_hangs_up_has_not_taken_them(web: WebServer) -> None:
    web.status = None
    with pytest.raises(NotDelivered):
        Webhook(web.url, "s").send(NOTES, NOW)


def test_the_settings_name_the_couriers() -> None:
    webhook = {"alert_webhook_url": "https://desk.court.example/a", "alert_webhook_secret": "s"}
    smtp = {"smtp_url": "smtp://localhost", "alert_mail_to": "a@court.example, b@court.example"}
    assert couriers_of(_settings()) == ()
    assert couriers_of(_settings(smtp_url="smtp://localhost")) == ()
    assert [courier.name for courier in couriers_of(_settings(**smtp, **webhook))] == ["mail", "webhook"]
    (mail,) = couriers_of(_settings(**smtp))
    assert isinstance(mail, Mail)
    assert mail.receivers == ("a@court.example", "b@court.example")


def test_every_kind_has_words_in_both_languages() -> None:
    for text in ALERT_TEXTS.values():
        assert text.en.isascii()
        assert not text.zh.isascii()
