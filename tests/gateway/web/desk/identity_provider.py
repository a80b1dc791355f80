"""A real OpenID provider, run by node, and the browser that somebody has at it."""

import fcntl
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import requests

from tests.outside.gateway import free_port

FOLDER = Path(__file__).parents[3] / "oidc"
CLIENT, SECRET = "desk", "secret-of-the-desk-at-the-provider"
_ACTION = re.compile(r'action="([^"]+)"')
_PROMPT = re.compile(r'name="prompt" value="(\w+)"')


@dataclass
class Provider:
    """A running provider that knows one client, the desk."""

    issuer: str
    redirect: str
    browser: requests.Session = field(default_factory=requests.Session)

    def sign_in(self, address: str, name: str) -> str:
        """Follow the desk's request as this person; the address to which the provider sends him back."""
        answer = self.browser.get(address, allow_redirects=False, timeout=30)
        for _ in range(20):
            if answer.is_redirect:
                address = requests.compat.urljoin(answer.url, answer.headers["Location"])  # type: ignore[attr-defined]
                if address.startswith(self.redirect):
                    return str(address)
                answer = self.browser.get(address, allow_redirects=False, timeout=30)
            else:
                answer = self._fill_in(answer, name)
        raise AssertionError(f"{answer.status_code} {answer.url}")

    def _fill_in(self, answer: requests.Response, name: str) -> requests.Response:
        action, prompt = _ACTION.search(answer.text), _PROMPT.search(answer.text)
        assert action is not None, answer.text
        assert prompt is not None, answer.text
        filled = {"prompt": prompt.group(1), "login": name, "password": "anything"}
        return self.browser.post(action.group(1), data=filled, allow_redirects=False, timeout=30)


@contextmanager
def provider_for(redirect: str) -> Iterator[Provider]:
    """The provider, started for one desk; skipped with a line where node or its package cannot be had."""
    _install()
    port = free_port()
    command = ["node", "provider.mjs", str(port), redirect]
    process = subprocess.Popen(
        command, cwd=FOLDER, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        assert process.stdout is not None
        assert any(line.strip() == "listening" for line in process.stdout)
        yield Provider(f"http://127.0.0.1:{port}", redirect)
    finally:
        process.terminate()
        process.wait(30)
        if process.stdout is not None:
            process.stdout.close()


def _install() -> None:
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("no node: apt-get install nodejs npm, for a real OpenID provider")
    with (FOLDER / "package.json").open() as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        _bring()


def _bring() -> None:
    """What the lock file names, once for all processes of a test run."""
    if not (FOLDER / "node_modules/oidc-provider/package.json").exists():
        command = ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
        done = subprocess.run(command, cwd=FOLDER, capture_output=True, text=True, timeout=300)
        if done.returncode:
            pytest.skip(f"npm ci failed in tests/oidc: {done.stderr[-200:]}")
