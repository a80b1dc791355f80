"""What every test may ask for: an empty database of its own. What no test may do: reach another machine."""

import os
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TypeVar

import pytest
from hypothesis import settings

from tests.memory import folder_in_memory
from tests.network import stay_on_this_machine
from tests.postgres import NoPostgres, Server, running

Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)
TESTS = Path(__file__).parent
LONG = ("browser", "journeys", "outside")
NO_SKIPS = "COURT_GATEWAY_TEST_NO_SKIPS"
pytest_plugins = ["tests.browser.fixtures"]


def pytest_configure() -> None:
    """No test leaves the machine, hears the developer's settings, or fails because the machine is busy."""
    stay_on_this_machine()
    for name in list(os.environ):
        if name.startswith("COURT_GATEWAY_") and not name.startswith("COURT_GATEWAY_TEST_"):
            del os.environ[name]
    settings.register_profile("gateway", deadline=None)
    settings.load_profile("gateway")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that start servers and browsers come first: at the end short ones keep every processor busy."""
    items.sort(key=lambda item: item.path.relative_to(TESTS).parts[0] not in LONG)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Where nothing may be skipped (COURT_GATEWAY_TEST_NO_SKIPS=1), a test that wants to skip fails."""
    return _failed_if_skipped((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """The same for a whole file of tests."""
    return _failed_if_skipped((yield))


def _failed_if_skipped(report: Report) -> Report:
    expected_failure = hasattr(report, "wasxfail")
    if report.skipped and not expected_failure and os.environ.get(NO_SKIPS) == "1":
        report.outcome = "failed"
        report.longrepr = f"skipped, and {NO_SKIPS}=1 lets nothing be skipped: {report.longrepr}"
    return report


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    """One PostgreSQL for the whole run; `create` and `drop` are for tests that need more than a database."""
    try:
        with running(folder_in_memory()) as server:
            yield server
    except NoPostgres as absent:
        pytest.skip(str(absent))


@pytest.fixture
def postgres_url(postgres_server: Server) -> Iterator[str]:
    """The address of an empty PostgreSQL database, for one test."""
    url = postgres_server.create()
    yield url
    postgres_server.drop(url)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database, for one test; the test runs once on each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'gateway.db'}"
    return str(request.getfixturevalue("postgres_url"))
