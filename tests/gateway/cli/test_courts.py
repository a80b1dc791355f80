"""`court`, `connection`, `token`, `protected` in a shell: what takes two persons, what is listed."""

import os
import subprocess
import sys

from gateway.models import Court
from tests.factories import Gateway
from tests.gateway.cli.test_imports import Ended
from tests.gateway.records import actions

REASON = ("--reason", "trial")


def run(gateway: Gateway, *words: str, given: str = "") -> Ended:
    settings = gateway.runtime.settings
    environment = os.environ | {
        "COURT_GATEWAY_DATABASE_URL": settings.database,
        "COURT_GATEWAY_DATA_DIR": str(settings.data_dir),
        "LC_ALL": "C.UTF-8",
        "PYTHONUTF8": "1",
    }
    command = [sys.executable, "-m", "gateway.cli", *words]
    done = subprocess.run(
        command, env=environment, input=given.encode(), capture_output=True, check=False, timeout=60
    )
    return Ended(done.returncode, done.stdout.decode(), done.stderr.decode())


def court_a(gateway: Gateway) -> Court:
    with gateway.read() as session:
        return session.get_one(Court, gateway.court_a)


def test_shadow_mode_goes_on_by_one_and_off_by_two(sqlite_gateway: Gateway) -> None:
    gateway, court = sqlite_gateway, sqlite_gateway.court_a
    assert run(gateway, "court", "policy", court, "shadow", "on", *REASON).out == "on\n"
    assert court_a(gateway).shadow is True
    off = ("court", "policy", court, "shadow", "off", *REASON)
    assert run(gateway, *off).code == 2, "nobody is named"
    proposed = run(gateway, *off, "--as", "operator")
    change = proposed.out.split("court confirm ")[1].split()[0]
    assert change in run(gateway, "court", "list").out
    alone = run(gateway, "court", "confirm", change, "--as", "operator")
    assert (alone.code, "A second person" in alone.err) == (1, True)
    assert run(gateway, "court", "confirm", change, "--as", "operator2").out == "confirmed\n"
    assert court_a(gateway).shadow is False


def test_a_programme_is_proposed_and_may_be_withdrawn(sqlite_gateway: Gateway) -> None:
    gateway = sqlite_gateway
    named = ("--profile", "cn-spc-2017-7", "--legal-basis", "虚构办法第九条", *REASON, "--as", "operator")
    proposed = run(gateway, "court", "programme", gateway.court_a, *named)
    change = proposed.out.split("court confirm ")[1].split()[0]
    assert run(gateway, "court", "withdraw", change, *REASON).out == "withdrawn\n"
    assert actions(gateway, change) == ["programme_proposed", "withdrawn"]


def test_a_court_gets_a_parent_and_working_days(sqlite_gateway: Gateway) -> None:
    gateway = sqlite_gateway
    assert run(gateway, "court", "parent", gateway.court_a, gateway.court_b).out == "done\n"
    assert court_a(gateway).parent_id == gateway.court_b
    day = ("court", "workday", gateway.court_a, "2026-01-10")
    assert run(gateway, *day, "worked").out == "worked\n"
    assert run(gateway, *day, "published").out == "published\n"
    assert court_a(gateway).version == 4


def test_what_to_paste_is_printed(sqlite_gateway: Gateway) -> None:
    told = run(sqlite_gateway, "connection", "settings", "north").out
    assert "https://gw.court.example/webhooks/north/voice#ct=1500" in told
    listed = run(sqlite_gateway, "connection", "list").out
    assert "unchecked: 0 of 0" in listed


def test_a_connection_must_not_be_called_as_a_page_of_the_desk_is(sqlite_gateway: Gateway) -> None:
    told = ("--account", "AC1", "--secret", "s", "--public-base-url", "https://gw.court.example")
    refused = run(sqlite_gateway, "connection", "add", "new", *told)
    assert (refused.code, "slug: reserved: " in refused.err) == (1, True)
    assert run(sqlite_gateway, "connection", "add", "newer", *told).code == 0


def test_tokens_and_protected_callers_of_every_court_are_listed(sqlite_gateway: Gateway) -> None:
    gateway = sqlite_gateway
    for who in ("clerk", "b_clerk", "operator"):
        gateway.token(who)
    listed = run(gateway, "token", "list").out.splitlines()
    assert sorted(line.split()[1] for line in listed) == ["b_clerk", "clerk", "operator"]
    token = next(line.split()[0] for line in listed if " b_clerk " in line)
    assert run(gateway, "token", "revoke", token).out == "revoked\n"
    assert run(gateway, "token", "revoke", "0" * 26).code == 1
    for names in ([], ["--as", "clerk"]):
        given = "+8617100007001\n"
        assert run(gateway, "protected", "add", "--label", "hospital", *names, given=given).code == 0
    listed = run(gateway, "protected", "list").out.splitlines()
    assert [line.split()[1] for line in listed] == ["platform", gateway.court_a]
    assert all("…01" in line and "7001" not in line for line in listed)
