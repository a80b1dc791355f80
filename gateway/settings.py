"""Configuration: one table of environment variables, read once at start; what is wrong is refused by name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

PREFIX = "COURT_GATEWAY_"


class SettingRefused(Exception):
    """A setting has a value that cannot be used; the text names the variable and the rule."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One row of the table: attribute of Settings, how it is read, what it is for."""

    name: str
    read: Callable[[str], object]
    default: str
    help: str

    @property
    def variable(self) -> str:
        return PREFIX + self.name.upper()


def _number(low: int, high: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not text.isascii() or not text.isdigit() or not low <= int(text) <= high:
            raise ValueError(f"a whole number from {low} to {high}")
        return int(text)

    return read


def _database_url(text: str) -> str:
    try:
        url = make_url(text) if text else None
    except ArgumentError as fault:
        raise ValueError("sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME") from fault
    if url is not None and url.get_backend_name() not in {"sqlite", "postgresql"}:
        raise ValueError("sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME")
    if url is not None and url.get_backend_name() == "sqlite" and url.database in {None, "", ":memory:"}:
        raise ValueError("a file: a database in memory would lose what it acknowledged")
    return text


def _level(text: str) -> str:
    if text.lower() not in {"debug", "info", "warning", "error"}:
        raise ValueError("debug, info, warning or error")
    return text.lower()


def _smtp_url(text: str) -> str:
    if text and not text.startswith(("smtp://", "smtps://", "smtp+starttls://")):
        raise ValueError("smtp://, smtps:// or smtp+starttls:// then [USER:PASSWORD@]HOST[:PORT]")
    return text


def _web_url(text: str) -> str:
    url = urlsplit(text)
    here = url.scheme == "http" and url.hostname in {"127.0.0.1", "localhost"}
    if text and not (url.hostname and (url.scheme == "https" or here)):
        raise ValueError("an https:// address (http:// only on this machine)")
    return text


def _desk_url(text: str) -> str:
    url = urlsplit(_web_url(text))
    if url.path not in {"", "/"} or url.query or url.fragment or "@" in url.netloc:
        raise ValueError("an origin without a path, such as https://desk.court.example")
    return text.rstrip("/")


def _data_dir(text: str) -> Path:
    """The directory named, else `var`, or `var/demo` where only a demonstration lives."""
    demonstration = Path("var/demo")
    only_demonstration = (demonstration / "keys.json").exists() and not Path("var/keys.json").exists()
    return Path(text) if text else demonstration if only_demonstration else Path("var")


SETTINGS = (
    Setting(
        "data_dir",
        _data_dir,
        "",
        "where recordings, keys, the forward map and the SQLite file lie;"
        " empty: var, or var/demo where only a demonstration lives",
    ),
    Setting(
        "database_url", _database_url, "", "SQLite or PostgreSQL; empty: sqlite:///<data_dir>/gateway.db"
    ),
    Setting(
        "calls_database_url",
        _database_url,
        "",
        "the same PostgreSQL database, entered as the calls' role; empty: the role that `init` made",
    ),
    Setting("keys_file", str, "", "the key file (mode 600); empty: <data_dir>/keys.json"),
    Setting(
        "key_dir",
        str,
        "",
        "where the callers' period keys lie, never backed up; empty: <data_dir>/caller-keys",
    ),
    Setting("host", str, "127.0.0.1", "address on which `serve` listens"),
    Setting("port", _number(1, 65535), "8080", "port on which `serve` listens"),
    Setting(
        "desk_url",
        _desk_url,
        "",
        "https origin at which browsers reach the desk; empty: http://<host>:<port>, for this machine only",
    ),
    Setting(
        "proxies",
        _number(0, 5),
        "0",
        "proxies in front that add the visitor's address to X-Forwarded-For; 0: the header is not believed",
    ),
    Setting(
        "oidc_issuer",
        _web_url,
        "",
        "issuer address of the court's identity provider (OpenID Connect); empty: no single sign-on",
    ),
    Setting("oidc_client_id", str, "", "the desk's name at the identity provider; needed with the issuer"),
    Setting("oidc_client_secret", str, "", "the desk's secret at the identity provider; needed likewise"),
    Setting("threads", _number(2, 256), "24", "requests that one worker process answers at the same time"),
    Setting("tick_seconds", _number(1, 60), "5", "how often the scheduler looks for what is due"),
    Setting("api_rate", _number(1, 10000), "50", "requests a second for each API token (none on silencing)"),
    Setting(
        "call_retention_days",
        _number(1, 3650),
        "90",
        "how long call records are kept; on PostgreSQL they go with their month, up to a month later",
    ),
    Setting(
        "remark_retention_days",
        _number(30, 36500),
        "1825",
        "how long free texts and closed cases' names are kept",
    ),
    Setting(
        "closures_max_age_hours",
        _number(1, 720),
        "24",
        "age of the last closure feed after which an alert opens",
    ),
    Setting("log_level", _level, "info", "debug, info, warning or error"),
    Setting("metrics_token", str, "", "bearer token for /metrics; empty: /metrics is off"),
    Setting("smtp_url", _smtp_url, "", "mail server for alerts; empty: no mail"),
    Setting("alert_mail_from", str, "court-gateway@localhost", "sender of alert mails"),
    Setting("alert_mail_to", str, "", "receivers of alert mails, separated by commas"),
    Setting("alert_webhook_url", _web_url, "", "address that alerts are posted to; empty: none"),
    Setting("alert_webhook_secret", str, "", "secret of the webhook's signature; needed with the address"),
)


@dataclass(frozen=True, slots=True)
class Settings:
    """What the environment says, checked; field by field as in SETTINGS."""

    data_dir: Path
    database_url: str
    calls_database_url: str
    keys_file: str
    key_dir: str
    host: str
    port: int
    desk_url: str
    proxies: int
    oidc_issuer: str
    oidc_client_id: str
    oidc_client_secret: str
    threads: int
    tick_seconds: int
    api_rate: int
    call_retention_days: int
    remark_retention_days: int
    closures_max_age_hours: int
    log_level: str
    metrics_token: str
    smtp_url: str
    alert_mail_from: str
    alert_mail_to: str
    alert_webhook_url: str
    alert_webhook_secret: str

    @property
    def database(self) -> str:
        return self.database_url or f"sqlite:///{(self.data_dir / 'gateway.db').absolute()}"

    @property
    def desk_origin(self) -> str:
        """Scheme, host and port at which browsers reach the desk."""
        return self.desk_url or f"http://{self.host}:{self.port}"

    @property
    def desk_is_https(self) -> bool:
        """Whether cookies may be kept from plain networks, and browsers told to come by https only."""
        return self.desk_origin.startswith("https://")

    @property
    def keys_path(self) -> Path:
        return Path(self.keys_file) if self.keys_file else self.data_dir / "keys.json"

    @property
    def logins_path(self) -> Path:
        """Where the passwords of the database's roles lie: beside the keys, and kept like them."""
        return self.keys_path.with_name("database-roles.json")

    @property
    def key_path(self) -> Path:
        return Path(self.key_dir) if self.key_dir else self.data_dir / "caller-keys"

    @property
    def recordings_path(self) -> Path:
        return self.data_dir / "recordings"

    @property
    def forward_map_path(self) -> Path:
        return self.data_dir / "forward-map"


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Settings from the environment; raises SettingRefused with every variable that is wrong or unknown."""
    values: dict[str, object] = {}
    wrong: list[str] = []
    for setting in SETTINGS:
        try:
            values[setting.name] = setting.read(environment.get(setting.variable, setting.default).strip())
        except ValueError as fault:
            wrong.append(f"{setting.variable}: must be {fault}")
    known = {setting.variable for setting in SETTINGS}
    wrong += [
        f"{name}: no such setting; `court-gateway settings` lists them"
        for name in sorted(environment)
        if name.startswith(PREFIX) and name not in known and not name.startswith(PREFIX + "TEST_")
    ]
    if values.get("alert_webhook_url") and not values.get("alert_webhook_secret"):
        wrong.append(f"{PREFIX}ALERT_WEBHOOK_SECRET: needed with {PREFIX}ALERT_WEBHOOK_URL")
    if values.get("calls_database_url") and not str(values.get("database_url")).startswith("postgresql"):
        wrong.append(f"{PREFIX}CALLS_DATABASE_URL: only with PostgreSQL in {PREFIX}DATABASE_URL")
    for needed in ("oidc_client_id", "oidc_client_secret"):
        if values.get("oidc_issuer") and not values.get(needed):
            wrong.append(f"{PREFIX}{needed.upper()}: needed with {PREFIX}OIDC_ISSUER")
    if wrong:
        raise SettingRefused("\n".join(wrong))
    return Settings(**values)  # type: ignore[arg-type]
