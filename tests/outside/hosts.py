"""Several hosts on one database behind nginx, as an operator sets them up: each with a folder of its own."""

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from tests.outside.gateway import (
    PATIENCE_SECONDS,
    Outside,
    command,
    free_port,
    processes_under,
    until,
    wait_until_alive,
)

COPIED = ("keys.json", "database-roles.json")
"""All that another host gets of the first one's folder."""
SHIPPED = Path(__file__).parents[2] / "deploy/nginx.conf"
_MAIN = """
{user}
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 512; }}
http {{
    {temporary}
    include {folder}/site.conf;
}}
"""


@dataclass
class Host:
    """One machine's gateway: `outside` reaches it directly, past nginx."""

    directory: Path
    outside: Outside

    @property
    def output(self) -> Path:
        return self.directory / "output"

    @property
    def has_answered_calls(self) -> bool:
        return '/voice"' in self.output.read_text()

    def kill(self) -> None:
        """All its processes at once, as a power cut would."""
        top = self.outside.process
        for pid in (top.pid, *processes_under(top.pid)):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        top.wait(PATIENCE_SECONDS)

    def drain(self) -> int:
        """Ask it to end; its exit code."""
        self.outside.process.send_signal(signal.SIGTERM)
        return self.outside.process.wait(PATIENCE_SECONDS)


@dataclass
class Hosts:
    """The hosts of one gateway, started one after the other."""

    url: str
    behind: Outside
    started: list[Host] = field(default_factory=list)

    def start(self, directory: Path, *options: str, port: int | None = None) -> Host:
        """Another host; returns when it answers."""
        if self.started:
            directory.mkdir()
            for name in COPIED:
                shutil.copy(self.started[0].directory / name, directory)
        port = port or free_port()
        named = {"DATABASE_URL": self.url, "DATA_DIR": directory, "PORT": port, "API_RATE": 10000}
        environment = {**os.environ, **{f"COURT_GATEWAY_{name}": str(value) for name, value in named.items()}}
        with (directory / "output").open("wb") as output:
            process = subprocess.Popen(
                command("serve", *options), env=environment, stdout=output, stderr=output
            )
        paper = {**self.behind.paper, "base_url": f"http://127.0.0.1:{port}"}
        host = Host(directory, replace(self.behind, process=process, paper=paper))
        self.started.append(host)
        wait_until_alive(host.outside)
        return host

    def end(self) -> None:
        for host in self.started:
            if host.outside.process.poll() is None:
                host.drain()


@contextmanager
def hosts_of(url: str, behind: Outside) -> Iterator[Hosts]:
    """No host yet; whatever was started is ended."""
    hosts = Hosts(url, behind)
    try:
        yield hosts
    finally:
        hosts.end()


class Nginx:
    """A real nginx with the site file that we ship: only addresses, certificates and logs are changed."""

    def __init__(self, folder: Path, port: int) -> None:
        found = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
        if found is None:
            pytest.skip("no nginx: install Debian's nginx-light")
        self._program, self._folder, self._port = found, folder, port
        self._process: subprocess.Popen[bytes] | None = None

    def serve(self, hosts: Sequence[Host]) -> None:
        """Pass requests on to these hosts, without losing any that is under way; returns when no request goes
        to others any more: nginx's old workers still take some after its new ones have begun."""
        self._write(hosts)
        if self._process is not None:
            nginx = self._process.pid
            old = processes_under(nginx).keys()
            self._process.send_signal(signal.SIGHUP)
            until(lambda: old.isdisjoint(processes_under(nginx)), "nginx goes on with its old addresses")
            return
        words = [self._program, "-c", str(self._folder / "nginx.conf"), "-e", str(self._folder / "error.log")]
        self._process = subprocess.Popen(words, cwd=self._folder)
        until(lambda: (self._folder / "nginx.pid").exists(), "nginx did not start")

    def end(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(PATIENCE_SECONDS)

    def _write(self, hosts: Sequence[Host]) -> None:
        servers = "".join(f"    server 127.0.0.1:{each.outside.port} max_fails=0;\n" for each in hosts)
        site = SHIPPED.read_text()
        for pattern, here in (
            (r"    server 127\.0\.0\.1:8080 max_fails=0;\n", servers),
            (r"listen 443 ssl;", f"listen 127.0.0.1:{self._port};"),
            (r"    (?:listen \[::\]|ssl_).*\n", ""),
            (r"/var/log/nginx", str(self._folder)),
        ):
            site, changed = re.subn(pattern, here, site)
            assert changed, f"deploy/nginx.conf has no {pattern}"
        (self._folder / "site.conf").write_text(site)
        kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        temporary = " ".join(f"{kind}_temp_path {self._folder}/{kind};" for kind in kinds)
        user = "user root;" if os.geteuid() == 0 else ""
        main = _MAIN.format(user=user, folder=self._folder, temporary=temporary)
        (self._folder / "nginx.conf").write_text(main)


@contextmanager
def nginx_in_front(folder: Path, port: int) -> Iterator[Nginx]:
    """Not started before it is told of a host."""
    folder.mkdir()
    nginx = Nginx(folder, port)
    try:
        yield nginx
    finally:
        nginx.end()
