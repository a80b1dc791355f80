"""Connections: added, rotated in two steps, moved; what to paste at the carrier, and whose check is stale."""

from dataclasses import replace

import pytest

from gateway.services.add_connection import NewConnection, Routing, add_connection
from gateway.services.carrier_settings import connection_settings, line_settings
from gateway.services.change_connection import (
    accept_next_secret,
    change_routing,
    drop_next_secret,
    move_connection,
    promote_secret,
)
from gateway.services.check_fallback import check_fallback
from gateway.services.find_connection import find_connection
from gateway.services.list_connections import list_connections, list_unchecked, needs_check, read_connection
from gateway.services.list_lines import list_lines
from gateway.services.list_rows import Wanted
from gateway.services.refusals import NotAllowed, NotFound, NotValid, StaleVersion, WrongState
from gateway.services.release_line import release_line
from tests.factories import Gateway
from tests.gateway.records import actions

SOUTH = NewConnection("south", "twilio", "AC" + "2" * 32, "first", "https://south.example")
ROUTING = Routing("sip:{dialled}@trunk.example", "CN", " trunk.example  b.example:5080 ", "answered")


def secrets(gateway: Gateway, slug: str = "south") -> tuple[str, ...]:
    with gateway.read() as session:
        trunk = find_connection(session, gateway.runtime.vault, slug)
        assert trunk is not None
        return tuple(trunk.secrets)


def add(gateway: Gateway) -> str:
    with gateway.work("operator") as work:
        return add_connection(work, SOUTH).id


def test_a_secret_is_rotated_in_two_steps(gateway: Gateway) -> None:
    row_id = add(gateway)
    assert secrets(gateway) == ("first",)
    with gateway.work("operator") as work:
        accept_next_secret(work, "south", "second")
    assert secrets(gateway) == ("first", "second")
    with gateway.work("operator") as work:
        promote_secret(work, "south")
    assert secrets(gateway) == ("second",)
    assert actions(gateway, row_id) == ["added", "secret_added", "secret_promoted"]


def test_a_rotation_is_broken_off(gateway: Gateway) -> None:
    add(gateway)
    with gateway.work("operator") as work:
        accept_next_secret(work, "south", "second")
        drop_next_secret(work, "south")
    assert secrets(gateway) == ("first",)
    for step in (promote_secret, drop_next_secret):
        with pytest.raises(WrongState) as refused, gateway.work("operator") as work:
            step(work, "south")
        assert refused.value.rule == "no-next-secret"


def test_a_change_is_of_what_was_seen_and_of_what_is_there(sqlite_gateway: Gateway) -> None:
    add(sqlite_gateway)
    with pytest.raises(StaleVersion), sqlite_gateway.work("operator") as work:
        accept_next_secret(work, "south", "second", 2)
    with pytest.raises(NotFound), sqlite_gateway.work("operator") as work:
        promote_secret(work, "west")
    with pytest.raises(NotFound), sqlite_gateway.work("operator") as work:
        read_connection(work, "west")


def test_a_connection_is_refused_field_by_field(sqlite_gateway: Gateway) -> None:
    wrong = NewConnection(
        "North", "smoke", " ", "a b", "https://x.example/path", None, "sip:nobody", "China", "UPPER.example"
    )
    with pytest.raises(NotValid) as refused, sqlite_gateway.work("operator") as work:
        add_connection(work, wrong)
    assert [each.field for each in refused.value.refusals] == [
        "slug",
        "kind",
        "account",
        "secret",
        "public_base_url",
        "default_route",
        "country",
        "sip_hosts",
    ]
    with pytest.raises(NotValid) as refused, sqlite_gateway.work("operator") as work:
        add_connection(work, replace(SOUTH, slug="north", notice_mode="ringback"))
    assert str(refused.value) == "notice_mode: notice_mode; slug: taken"


def test_no_connection_is_called_as_a_page_of_the_desk_is(sqlite_gateway: Gateway) -> None:
    with pytest.raises(NotValid) as refused, sqlite_gateway.work("operator") as work:
        add_connection(work, replace(SOUTH, slug="new"))
    (why,) = refused.value.refusals
    assert (why.field, why.rule) == ("slug", "reserved")
    assert "Choose another name." in why.en


def test_routes_and_hosts_are_changed_and_kept_tidy(gateway: Gateway) -> None:
    add(gateway)
    with gateway.work("operator") as work:
        change_routing(work, "south", ROUTING, 1)
    with gateway.work("operator") as work:
        row = read_connection(work, "south").connection
        assert row.default_route == "sip:{dialled}@trunk.example"
        assert row.sip_hosts == "trunk.example b.example:5080"


def test_the_country_stays_while_there_are_lines(sqlite_gateway: Gateway) -> None:
    gateway = sqlite_gateway
    line, abroad = gateway.line(), replace(ROUTING, country="SG")
    with pytest.raises(NotValid) as refused, gateway.work("operator") as work:
        change_routing(work, "north", abroad)
    assert str(refused.value) == "country: has-lines"
    with gateway.work("clerk") as work:
        release_line(work, line.id, "letter")
    with gateway.work("operator") as work:
        assert change_routing(work, "north", abroad).country == "SG"


def test_only_an_operator_manages_connections(sqlite_gateway: Gateway) -> None:
    for who in ("clerk", "judge", "auditor", "administrator"):
        for refused in (
            lambda work: list_connections(work, Wanted()),
            lambda work: read_connection(work, "north"),
            lambda work: connection_settings(work, "north"),
            lambda work: add_connection(work, SOUTH),
            lambda work: accept_next_secret(work, "north", "x"),
            lambda work: promote_secret(work, "north"),
            lambda work: drop_next_secret(work, "north"),
            lambda work: move_connection(work, "north", "https://other.example"),
            lambda work: change_routing(work, "north", ROUTING),
        ):
            with pytest.raises(NotAllowed), sqlite_gateway.work(who) as work:
                refused(work)


def test_lines_are_listed_whose_fallback_was_never_checked_or_before_the_move(gateway: Gateway) -> None:
    fresh, checked = gateway.line(active=False), gateway.line()
    assert unchecked(gateway) == [fresh.id]
    gateway.clock.forward(minutes=1)
    with gateway.work("operator") as work:
        move_connection(work, "north", "https://elsewhere.example/")
    assert unchecked(gateway) == sorted((checked.id, fresh.id))
    with gateway.work("operator") as work:
        file = read_connection(work, "north")
        assert (file.lines, file.unchecked) == (2, 2)
        assert file.connection.public_base_url == "https://elsewhere.example"
    gateway.clock.forward(minutes=1)
    with gateway.work() as work:
        check_fallback(work, checked.id, True, "again", gateway.delivered(checked))
    assert unchecked(gateway) == [fresh.id]


def unchecked(gateway: Gateway, who: str = "clerk") -> list[str]:
    """The ids as listed; the question of each single line says the same."""
    with gateway.work(who) as work:
        listed = [each.line.id for each in list_unchecked(work, Wanted()).items]
        single = [each for each in list_lines(work, Wanted()).items if needs_check(each)]
        assert [each.line.id for each in single] == listed
        return sorted(listed)


def test_moving_to_where_it_is_changes_nothing(sqlite_gateway: Gateway) -> None:
    gateway = sqlite_gateway
    gateway.line()
    with gateway.work("operator") as work:
        row = move_connection(work, "north", "https://gw.court.example")
        assert (row.version, row.moved_at) == (1, None)
    assert unchecked(gateway) == []


def test_another_courts_lines_are_not_listed(sqlite_gateway: Gateway) -> None:
    sqlite_gateway.line(active=False)
    assert unchecked(sqlite_gateway, "b_clerk") == []
    with pytest.raises(NotAllowed), sqlite_gateway.work("operator") as work:
        list_unchecked(work, Wanted())


def test_what_to_paste_for_a_line_has_its_own_fallback(sqlite_gateway: Gateway) -> None:
    gateway = sqlite_gateway
    line = gateway.line()
    with gateway.work("clerk") as work:
        voice, fallback, status = line_settings(work, line.id).number
    assert (
        voice.paste
        == "https://gw.court.example/webhooks/north/voice#ct=1500&rt=3000&rc=2&rp=ct,rt,5xx&tt=9000"
    )
    assert fallback.paste is not None
    assert fallback.paste.startswith("https://gw.court.example/webhooks/north/fallback/")
    assert status.paste == "https://gw.court.example/webhooks/north/status"
    with gateway.work("operator") as work:
        assert connection_settings(work, "north").number[1].paste is None, "a line's, and not the operator's"
    with pytest.raises(NotFound), gateway.work("b_clerk") as work:
        line_settings(work, line.id)
