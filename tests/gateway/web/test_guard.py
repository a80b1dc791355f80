"""Who is let in: only the connection's carrier, over the very address that it signed."""

import re
from dataclasses import replace

import pytest
import structlog
from prometheus_client import generate_latest
from twilio.request_validator import RequestValidator

from gateway.forward_map import ForwardMap
from gateway.models import Alert, Call, CallEvent, Connection
from gateway.services.add_connection import NewConnection, add_connection
from gateway.vault import Keyring, Vault
from tests.applications import open_app
from tests.carriers import Answer, FakeCarrier, sid
from tests.factories import ACCOUNT, BASE, NEXT_SECRET, SECRET, Gateway, number
from tests.gateway.records import alerts, change, rows
from tests.gateway.web.conftest import Scene

HOOKS = ("voice", "keys", "dialled", "dialled/again", "status", "fallback/abc")
FORBIDDEN = (403, "forbidden\n")


def _seen(answer: Answer) -> tuple[int, str]:
    return answer.status, answer.body


def _nothing_written(gateway: Gateway) -> bool:
    return rows(gateway, Call) == rows(gateway, CallEvent) == rows(gateway, Alert) == 0


@pytest.mark.parametrize("hook", HOOKS)
def test_a_request_without_a_genuine_signature_is_forbidden_and_leaves_nothing(
    sqlite_scene: Scene, hook: str
) -> None:
    carrier = sqlite_scene.carrier
    fields = carrier.fields(sqlite_scene.dialled, None, None, {"Digits": "1", "DialCallStatus": "busy"})
    for signature in ("", "bm8=", "\u00e9", "x" * 5000):
        assert _seen(carrier.post(hook, fields, signature)) == FORBIDDEN
    carrier.secret = "another secret"
    assert _seen(carrier.post(hook, fields)) == FORBIDDEN
    assert _nothing_written(sqlite_scene.gateway)


def test_the_next_secret_is_as_good_as_the_current_one(sqlite_scene: Scene) -> None:
    for secret in (SECRET, NEXT_SECRET):
        sqlite_scene.carrier.secret = secret
        assert sqlite_scene.voice().plays


def test_a_signature_of_one_webhook_does_not_open_another(sqlite_scene: Scene) -> None:
    sqlite_scene.carrier.base = "https://gw.court.example/evil"
    assert _seen(sqlite_scene.voice()) == FORBIDDEN


def test_an_account_that_is_not_the_connections_is_forbidden(sqlite_scene: Scene) -> None:
    sqlite_scene.carrier.account = "AC" + "0" * 31 + "2"
    assert _seen(sqlite_scene.voice()) == FORBIDDEN
    sqlite_scene.carrier.account = ""
    assert _seen(sqlite_scene.voice()) == FORBIDDEN
    assert _nothing_written(sqlite_scene.gateway)


def test_an_unknown_connection_is_forbidden_in_the_same_words(sqlite_scene: Scene) -> None:
    sqlite_scene.carrier.slug = "south"
    assert _seen(sqlite_scene.voice()) == FORBIDDEN


@pytest.mark.parametrize("slug", ["x" * 600, "%00", "nor%20th", "NORTH", "%C3%A9"])
def test_what_cannot_be_a_connections_name_is_forbidden_with_and_without_the_database(
    sqlite_scene: Scene, slug: str
) -> None:
    client = sqlite_scene.carrier.client
    form = {"content_type": "application/x-www-form-urlencoded"}
    assert client.post(f"/webhooks/{slug}/voice", data="a=b", **form).status_code == 403
    _lose_database(sqlite_scene.gateway)
    assert client.post(f"/webhooks/{slug}/voice", data="a=b", **form).status_code == 403


@pytest.mark.parametrize("kind", ["application/json", "multipart/form-data", "text/plain", ""])
def test_only_form_posts_are_taken(sqlite_scene: Scene, kind: str) -> None:
    answer = sqlite_scene.carrier.client.post(
        "/webhooks/north/voice", data=b"{}", content_type=kind, headers={"X-Twilio-Signature": "eA=="}
    )
    assert (answer.status_code, answer.text) == FORBIDDEN


def test_a_body_of_more_than_64_kilobytes_is_forbidden(sqlite_scene: Scene) -> None:
    assert _seen(sqlite_scene.voice(Filler="x" * 64 * 1024)) == FORBIDDEN
    assert sqlite_scene.voice(Filler="x" * 60 * 1024).status == 200


def test_a_query_that_the_carrier_did_not_sign_is_forbidden(sqlite_scene: Scene) -> None:
    carrier = sqlite_scene.carrier
    fields = carrier.fields(sqlite_scene.dialled, None, None, {})
    signed = RequestValidator(SECRET).compute_signature(f"{BASE}/webhooks/north/voice", dict(fields))
    for target, status in (("", 200), ("?x=1", 403)):
        answer = carrier.client.post(
            f"/webhooks/north/voice{target}", data=dict(fields), headers={"X-Twilio-Signature": signed}
        )
        assert answer.status_code == status


def test_a_changed_secret_counts_at_once(sqlite_scene: Scene) -> None:
    gateway = sqlite_scene.gateway
    with gateway.read() as session:
        connection_id = session.query(Connection.id).scalar()
    sealed = gateway.runtime.vault.seal("fresh secret", "secret")
    change(gateway, Connection, str(connection_id), secret_current_sealed=sealed, secret_next_sealed=None)
    assert sqlite_scene.voice().status == 403
    sqlite_scene.carrier.secret = "fresh secret"
    assert sqlite_scene.voice().plays


def test_a_line_of_another_connection_is_not_found_by_this_one(sqlite_scene: Scene) -> None:
    gateway = sqlite_scene.gateway
    with gateway.work("operator") as work:
        add_connection(work, NewConnection("south", "twilio", ACCOUNT, "south-secret", BASE))
    south = FakeCarrier.of(gateway, slug="south", secret="south-secret")
    assert south.voice(sqlite_scene.dialled).hangs_up
    assert alerts(gateway) == ["unknown_line"]


# Signed, but not as it should be.


@pytest.mark.parametrize(
    "spoil",
    [
        lambda fields: [each for each in fields if each[0] != "CallSid"],
        lambda fields: [*fields, ("CallSid", sid())],
        lambda fields: [(name, "CA123" if name == "CallSid" else value) for name, value in fields],
        lambda fields: [*fields, ("From", number(1))],
    ],
    ids=["no CallSid", "two CallSids", "a CallSid of wrong shape", "two callers"],
)
def test_a_misshapen_call_is_connected_silently_and_leaves_an_alert_only(scene: Scene, spoil: object) -> None:
    fields = scene.carrier.fields(scene.dialled, number(9999), sid(), {})
    answer = scene.carrier.post("voice", spoil(fields))  # type: ignore[operator]
    assert (answer.status, answer.plays, answer.dials) == (200, (), scene.delivered)
    assert (rows(scene.gateway, Call), alerts(scene.gateway)) == (0, ["misshapen_webhook"])


def test_a_call_that_does_not_say_what_was_dialled_ends(sqlite_scene: Scene) -> None:
    fields = [
        each for each in sqlite_scene.carrier.fields(sqlite_scene.dialled, None, None, {}) if each[0] != "To"
    ]
    assert sqlite_scene.carrier.post("voice", fields).hangs_up


@pytest.mark.parametrize("hook", ["dialled", "status"])
def test_a_misshapen_report_changes_nothing(sqlite_scene: Scene, hook: str) -> None:
    fields = sqlite_scene.carrier.fields(sqlite_scene.dialled, None, None, {"CallStatus": "asleep"})
    assert sqlite_scene.carrier.post(hook, fields).status in {200, 204}
    assert rows(sqlite_scene.gateway, CallEvent) == 0


def test_misshapen_keys_still_connect(sqlite_scene: Scene) -> None:
    answer = sqlite_scene.carrier.keys(sqlite_scene.dialled, sid(), digits="1x")
    assert answer.dials == sqlite_scene.delivered


# Without the database.


def test_without_the_database_the_signature_is_checked_from_the_map(sqlite_scene: Scene) -> None:
    _lose_database(sqlite_scene.gateway)
    answer = sqlite_scene.voice()
    assert (answer.plays, answer.dials) == ((), sqlite_scene.delivered)
    sqlite_scene.carrier.secret = "another secret"
    assert _seen(sqlite_scene.voice()) == FORBIDDEN


def test_where_neither_knows_the_connection_the_carrier_is_told_to_fall_back(sqlite_scene: Scene) -> None:
    _lose_database(sqlite_scene.gateway)
    sqlite_scene.carrier.slug = "south"
    assert _seen(sqlite_scene.voice()) == (503, "")


def test_where_neither_knows_the_number_the_carrier_is_told_to_fall_back(sqlite_scene: Scene) -> None:
    _lose_database(sqlite_scene.gateway)
    assert _seen(sqlite_scene.carrier.voice(number(7777))) == (503, "")


def _lose_database(gateway: Gateway) -> None:
    gateway.runtime.calls.dispose()
    (gateway.runtime.settings.data_dir.parent / "gateway.db").unlink()


def test_where_the_keys_open_nothing_the_carrier_is_told_to_fall_back(sqlite_scene: Scene) -> None:
    gateway = sqlite_scene.gateway
    gateway.runtime.forward_map.close()
    strange = Vault(Keyring.generate())
    runtime = replace(
        gateway.runtime,
        vault=strange,
        forward_map=ForwardMap(gateway.runtime.settings.forward_map_path, strange),
    )
    sqlite_scene.carrier.client = open_app(runtime).test_client()
    assert _seen(sqlite_scene.voice()) == (503, "")


# What may never be seen.


def test_no_number_is_in_a_log_line_or_a_metric(scene: Scene) -> None:
    carrier, call = scene.carrier, sid()
    with structlog.testing.capture_logs() as lines:
        scene.voice(number(9999), call)
        scene.voice("anonymous")
        scene.voice(ForwardedFrom=number(8888))
        carrier.keys(scene.dialled, call)
        carrier.dialled(scene.dialled, call, "failed")
        carrier.status(scene.dialled, call, "completed")
        carrier.post("voice", [*carrier.fields(scene.dialled, None, call, {}), ("CallSid", call)])
        carrier.voice(number(7777))
        carrier.post("fallback/x", carrier.fields(scene.dialled, None, None, {}))
        _break_schema(scene.gateway)
        scene.voice(number(9998))
    assert len(lines) >= 10
    assert not re.search("1710000|current-secret|next-secret", str(lines))
    assert not re.search("1710000|current-secret|next-secret", generate_latest().decode())


def _break_schema(gateway: Gateway) -> None:
    with gateway.owner() as owner, owner.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE call RENAME TO called")


def test_every_webhook_is_a_post_and_guarded(sqlite_scene: Scene) -> None:
    app = open_app(sqlite_scene.gateway.runtime)
    rules = [rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/webhooks/")]
    assert sorted(rule.rule.removeprefix("/webhooks/<slug>/") for rule in rules) == sorted(
        [*HOOKS[:-1], "fallback/<token>", "test/<token>"]
    )
    for rule in rules:
        path = rule.rule.replace("<slug>", "north").replace("<token>", "abc")
        assert sqlite_scene.carrier.client.get(path).status_code == 405
        assert sqlite_scene.carrier.client.post(path, data={"a": "b"}).status_code == 403
