"""Chromium, found or skipped with a line that says so, and a gateway behind it: for every folder of tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.stage import CHROMIUM, FLAGS, Stage, staged


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, started once."""
    if not Path(CHROMIUM).exists():
        pytest.skip(f"no {CHROMIUM}: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def stage(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A gateway on SQLite behind the browser, shared by the tests of one file."""
    directory = tmp_path_factory.mktemp("stage")
    with staged(f"sqlite:///{directory / 'gateway.db'}", directory, chromium) as found:
        yield found
