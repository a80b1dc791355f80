"""Every alert is sent at least once; what fails is tried again, and no transaction waits for a message."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select

from gateway.alerting import NotDelivered, Note, couriers_of
from gateway.database import writing
from gateway.models import Alert
from gateway.services.alerts import close_alert, open_alert
from gateway.services.send_alerts import Despatch, send_alerts
from gateway.sight import EVERY_COURT
from tests.factories import Gateway
from tests.gateway.receivers import mail_server, web_server
from tests.gateway.services.crowd import transactions


@dataclass
class FakeCourier:
    """Takes what it is given, unless it is out of order."""

    name: str = "fake"
    works: bool = True
    tried: int = 0
    got: list[list[str]] = field(default_factory=list)

    def send(self, notes: Sequence[Note], now: datetime) -> None:  # noqa: ARG002
        self.tried += 1
        if not self.works:
            raise NotDelivered("out of order")
        self.got.append([note.subject for note in notes])


def _open(gateway: Gateway, *subjects: str) -> None:
    with writing(gateway.runtime.engine, EVERY_COURT) as session:
        for subject in subjects:
            gateway.clock.at += timedelta(milliseconds=1)
            open_alert(session, "review_lapsed", subject, gateway.clock.now(), gateway.court_a)


def _unsent(gateway: Gateway) -> list[str]:
    with gateway.read() as session:
        return list(
            session.scalars(select(Alert.subject_id).where(Alert.sent_at.is_(None)).order_by(Alert.id))
        )


def test_each_alert_goes_out_once_and_is_marked_with_the_time(gateway: Gateway) -> None:
    courier = FakeCourier()
    despatch = Despatch([courier])
    _open(gateway, "one", "two")
    assert [send_alerts(transactions(gateway), despatch) for _ in range(2)] == [2, 0]
    _open(gateway, "three", "one")
    assert send_alerts(transactions(gateway), despatch) == 1
    assert courier.got == [["one", "two"], ["three"]]
    with gateway.read() as session:
        assert session.scalars(select(Alert.sent_at).where(Alert.subject_id == "three")).one() is not None


def test_an_alert_that_closed_before_it_was_sent_is_not_lost(gateway: Gateway) -> None:
    courier = FakeCourier()
    _open(gateway, "short")
    with writing(gateway.runtime.engine, EVERY_COURT) as session:
        close_alert(session, "review_lapsed", "short", gateway.clock.now())
    assert send_alerts(transactions(gateway), Despatch([courier])) == 1
    assert courier.got == [["short"]]


def test_what_fails_stays_unsent_and_is_tried_again_ever_more_rarely(gateway: Gateway) -> None:
    courier = FakeCourier(works=False)
    despatch = Despatch([courier])
    _open(gateway, "one")
    tried = []
    for _ in range(8):
        assert send_alerts(transactions(gateway), despatch) == 0
        tried.append(courier.tried)
    assert tried == [1, 2, 2, 3, 3, 3, 3, 4]
    assert _unsent(gateway) == ["one"]
    courier.works = True
    assert sum(send_alerts(transactions(gateway), despatch) for _ in range(8)) == 1
    assert courier.got == [["one"]]
    assert _unsent(gateway) == []


def test_one_who_fails_does_not_make_another_send_twice(gateway: Gateway) -> None:
    mail, webhook = FakeCourier(), FakeCourier(works=False)
    despatch = Despatch([mail, webhook])
    _open(gateway, "one")
    assert [send_alerts(transactions(gateway), despatch) for _ in range(2)] == [0, 0]
    _open(gateway, "two")
    webhook.works = True
    assert sum(send_alerts(transactions(gateway), despatch) for _ in range(4)) == 2
    assert (mail.got, webhook.got) == ([["one"], ["two"]], [["one", "two"]])


def test_a_process_that_died_before_it_marked_them_sends_them_again(gateway: Gateway) -> None:
    class Died(Exception):
        pass

    def die(_session: object) -> None:
        raise Died

    courier = FakeCourier()
    _open(gateway, "one")
    try:
        send_alerts(replace(transactions(gateway), guard=die), Despatch([courier]))
    except Died:
        assert _unsent(gateway) == ["one"]
    assert send_alerts(transactions(gateway), Despatch([courier])) == 1
    assert courier.got == [["one"], ["one"]]


def test_others_write_while_a_message_is_under_way(sqlite_gateway: Gateway) -> None:
    gateway = sqlite_gateway

    class Slow(FakeCourier):
        def send(self, notes: Sequence[Note], now: datetime) -> None:
            _open(gateway, "meanwhile")
            super().send(notes, now)

    assert send_alerts(transactions(gateway), Despatch([Slow()])) == 0
    _open(gateway, "one")
    assert send_alerts(transactions(gateway), Despatch([Slow()])) == 1
    assert _unsent(gateway) == ["meanwhile"]


def test_without_a_courier_nothing_is_marked_and_it_is_said_once(gateway: Gateway) -> None:
    _open(gateway, "one")
    with structlog.testing.capture_logs() as lines:
        despatch = Despatch(couriers_of(gateway.runtime.settings))
        for _ in range(3):
            assert send_alerts(transactions(gateway), despatch) == 0
    assert [line["event"] for line in lines] == ["alerts are not sent"]
    assert _unsent(gateway) == ["one"]


def test_a_real_mail_server_and_a_real_web_server_get_both(sqlite_gateway: Gateway) -> None:
    gateway = sqlite_gateway
    _open(gateway, "notice-1")
    with mail_server() as mail, web_server() as web:
        settings = replace(
            gateway.runtime.settings,
            smtp_url=f"smtp://127.0.0.1:{mail.port}",
            alert_mail_to="desk@court.example",
            alert_webhook_url=web.url,
            alert_webhook_secret="secret",
        )
        despatch = Despatch(couriers_of(settings))
        web.status = 503
        assert send_alerts(transactions(gateway), despatch) == 0
        web.status = 200
        assert send_alerts(transactions(gateway), despatch) == 1
    assert len(mail.messages) == 1
    assert [b"notice-1" in posted.body for posted in web.posted] == [True, True]
