"""Addresses are written as Werkzeug writes them, although their writing is compiled late."""

import pytest
from werkzeug.routing import BuildError, Map, Rule

from gateway import create_app
from gateway.web.addresses import Address
from tests.factories import Gateway


def written(kind: type[Rule], endpoint: str, **values: object) -> str:
    rules = [kind("/plain", endpoint="plain"), kind("/case/<int:number>/<name>", endpoint="case")]
    return Map(rules).bind("gw.example").build(endpoint, values)


@pytest.mark.parametrize(
    ("endpoint", "values", "address"),
    [
        ("plain", {}, "/plain"),
        ("plain", {"after": "a b"}, "/plain?after=a+b"),
        ("case", {"number": 7, "name": "张 三", "page": 2}, "/case/7/%E5%BC%A0%20%E4%B8%89?page=2"),
    ],
)
def test_an_address_is_written_with_what_it_needs_and_the_rest_asked_for(
    endpoint: str, values: dict[str, object], address: str
) -> None:
    assert written(Address, endpoint, **values) == written(Rule, endpoint, **values) == address


def test_what_is_missing_is_an_error_as_always() -> None:
    with pytest.raises(BuildError):
        written(Address, "case", number=7)


def test_an_application_has_such_rules_and_no_others(sqlite_gateway: Gateway) -> None:
    rules = list(create_app(sqlite_gateway.runtime).url_map.iter_rules())
    assert len(rules) > 100
    assert {type(rule) for rule in rules} == {Address}
