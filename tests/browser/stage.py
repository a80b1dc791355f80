"""A real gateway behind a real browser: a server process, and people who sit before Chromium."""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyotp
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from gateway.clock import SystemClock
from gateway.models import User
from gateway.services.change_connection import move_connection
from tests.factories import PEOPLE, Gateway, open_gateway
from tests.gateway.desk import SECRET, Desk
from tests.outside.gateway import Outside, command, free_port, wait_until_alive

CHROMIUM = next(
    (found for name in ("chromium-headless-shell", "chromium") if (found := shutil.which(name))), None
)
"""Debian's. The one without windows of its own draws the same pages with fewer processes."""
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WIDTHS = {"desktop": (1280, 900), "phone": (375, 720)}


@dataclass
class Stage:
    """The gateway as the test sees it inside, its address, and Chromium."""

    gateway: Gateway
    desk: Desk
    base: str
    browser: Browser

    def stranger(
        self, language: str = "en", width: str = "desktop", *, javascript: bool = True, **more: Any
    ) -> Page:
        """A browser of its own in which nobody has signed in."""
        size = {"width": WIDTHS[width][0], "height": WIDTHS[width][1]}
        context = self.browser.new_context(
            base_url=self.base,
            locale={"en": "en-GB", "zh": "zh-CN"}[language],
            viewport=size,  # type: ignore[arg-type]
            java_script_enabled=javascript,
            reduced_motion="reduce",
            **more,
        )
        context.set_default_timeout(15000)
        return context.new_page()

    def person(
        self, who: str, language: str = "en", width: str = "desktop", *, javascript: bool = True, **more: Any
    ) -> Page:
        """One of the people of tests.factories.PEOPLE, signed in."""
        page = self.stranger(language, width, javascript=javascript, **more)
        token = self.desk.sign_in(who).token
        page.context.add_cookies([{"name": "desk-session", "value": token, "url": self.base}])
        return page

    def code(self, who: str) -> str:
        """What the person's authenticator program shows now, as if no code had been used yet."""
        with self.gateway.work("administrator") as work:
            work.session.get_one(User, self.gateway.people[who].user_id).totp_last_step = None
        return pyotp.TOTP(SECRET).at(SystemClock().now())


def look(page: Page, name: str | None = None) -> None:
    """What every page must be: without violations that axe finds, and not wider than the screen.

    With COURT_GATEWAY_TEST_SCREENSHOTS=DIR a picture of it is kept there under the name.
    """
    results = (
        Axe().run(page, options={"resultTypes": ["violations"]}).response
        if _scripts(page)
        else {"violations": []}
    )
    told = [(each["id"], [node["html"][:160] for node in each["nodes"]]) for each in results["violations"]]
    assert told == [], f"{page.url}: {told}"
    if _scripts(page):
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{page.url} is {wide} px wider than the screen"
    folder = os.environ.get("COURT_GATEWAY_TEST_SCREENSHOTS")
    if folder and name:
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def picture(page: Page, name: str, height: int = 1040) -> None:
    """A picture of the guide (docs/guide/pictures), as much of the page as a small screen shows.

    With COURT_GATEWAY_TEST_SCREENSHOTS=DIR it is kept in DIR/guide; a Chinese one under zh-<name>.
    """
    folder = os.environ.get("COURT_GATEWAY_TEST_SCREENSHOTS")
    if not folder:
        return
    before = page.viewport_size
    page.set_viewport_size({"width": 1000, "height": height})
    is_chinese = (page.locator("html").get_attribute("lang") or "").startswith("zh")
    Path(folder, "guide").mkdir(parents=True, exist_ok=True)
    page.screenshot(path=Path(folder, "guide", f"{'zh-' if is_chinese else ''}{name}.png"))
    if before:
        page.set_viewport_size(before)


def _scripts(page: Page) -> bool:
    """Whether this browser runs scripts: axe is one."""
    return page.evaluate("1") == 1 and page.locator("body.js-enabled").count() == 1


@contextmanager
def staged(database_url: str, directory: Path, browser: Browser, host: str = "127.0.0.1") -> Iterator[Stage]:
    """A served gateway; the server is ended, whatever happened.

    Security keys know no bare address: their desk is reached as `localhost`.
    """
    gateway = open_gateway(database_url, directory / "data")
    port = free_port()
    base = f"http://{host}:{port}"
    with gateway.work("operator") as work:
        move_connection(work, "north", base)
    stage = Stage(gateway, Desk.of(gateway, *PEOPLE), base, browser)
    environment = {
        **os.environ,
        "COURT_GATEWAY_DATABASE_URL": database_url,
        "COURT_GATEWAY_DATA_DIR": str(directory / "data"),
        "COURT_GATEWAY_PORT": str(port),
        "COURT_GATEWAY_DESK_URL": base,
    }
    with (directory / "output").open("wb") as output:
        process = subprocess.Popen(command("serve"), env=environment, stdout=output, stderr=output)
    try:
        wait_until_alive(Outside(process, {"base_url": base}))
        yield stage
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)
        gateway.runtime.close()
