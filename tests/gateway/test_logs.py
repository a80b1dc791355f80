"""Logs: JSON lines of allowed fields; whatever else comes with an event is dropped."""

import io
import json
import sys
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


@pytest.mark.usefixtures("restored")
@pytest.mark.parametrize(
    "fault", [BrokenPipeError(), OSError(28, "no space left"), ValueError("closed file")]
)
def test_nothing_fails_because_it_cannot_be_logged(monkeypatch: pytest.MonkeyPatch, fault: Exception) -> None:
    """Who collects the log may be gone, or its disk full: calls go on."""

    class Gone(io.StringIO):
        gone = True

        def write(self, text: str) -> int:
            if self.gone:
                raise fault
            return super().write(text)

    stream = Gone()
    monkeypatch.setattr(sys, "stderr", stream)
    configure("info")
    structlog.get_logger().info("lost")
    stream.gone = False
    structlog.get_logger().info("read again")
    told = [json.loads(line)["event"] for line in stream.getvalue().splitlines()]
    assert told == ["read again"]
