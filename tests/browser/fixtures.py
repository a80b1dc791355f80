"""Chromium, found or skipped with a line that says so, and a gateway behind it: for every folder of tests."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.stage import CHROMIUM, FLAGS, Stage, staged


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, started once."""
    if CHROMIUM is None:
        pytest.skip("no Chromium: apt-get install chromium-headless-shell (or chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(autouse=True)
def _pages_are_closed(request: pytest.FixtureRequest) -> Iterator[None]:
    """No test's pages stay open, and ask the server for progress, while the next one runs."""
    yield
    if "chromium" in request.fixturenames:
        for context in request.getfixturevalue("chromium").contexts:
            context.close()


@pytest.fixture(scope="module")
def stage(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A gateway on SQLite behind the browser, shared by the tests of one file."""
    directory = tmp_path_factory.mktemp("stage")
    with staged(f"sqlite:///{directory / 'gateway.db'}", directory, chromium) as found:
        yield found
