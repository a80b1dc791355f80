"""Logs: JSON lines of allowed fields; whatever else comes with an event is dropped."""

import json
from collections.abc import Iterator

import pytest
import structlog

from gateway.logs import ALLOWED, configure, only_allowed


@pytest.fixture
def restored() -> Iterator[None]:
    yield
    structlog.reset_defaults()


def test_a_field_that_is_not_on_the_list_is_dropped() -> None:
    event = {"event": "answered", "status": 200, "number": "+8617100001234", "exc_info": "x", "name": "y"}
    assert only_allowed(None, "info", event) == {"event": "answered", "status": 200}


def test_no_allowed_field_is_made_for_a_person_a_number_or_a_secret() -> None:
    assert not ALLOWED & {"number", "caller", "dialled", "name", "secret", "token", "query", "url", "body"}


@pytest.mark.usefixtures("restored")
def test_a_line_is_json_on_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    configure("info")
    log = structlog.get_logger()
    log.debug("not this")
    log.info("a call", call="c1", caller="+8617100001234")
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1
    told = json.loads(lines[0])
    assert told.pop("timestamp").endswith("Z")
    assert told == {"event": "a call", "level": "info", "call": "c1"}
