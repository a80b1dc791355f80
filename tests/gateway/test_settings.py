"""Settings: one table, read once, and every wrong one named."""

from dataclasses import fields
from pathlib import Path

import pytest

from gateway.settings import SETTINGS, SettingRefused, Settings, read_settings


def _refused(**environment: str) -> str:
    with pytest.raises(SettingRefused) as refused:
        read_settings({f"COURT_GATEWAY_{name}": value for name, value in environment.items()})
    return str(refused.value)


def test_an_empty_environment_is_enough() -> None:
    settings = read_settings({"PATH": "/bin"})
    assert (settings.host, settings.port, settings.threads) == ("127.0.0.1", 8080, 24)
    assert settings.database == f"sqlite:///{Path('var/gateway.db').absolute()}"
    assert settings.keys_path == Path("var/keys.json")


def test_the_table_and_the_settings_are_one_list() -> None:
    assert [setting.name for setting in SETTINGS] == [field.name for field in fields(Settings)]
    assert all(setting.help for setting in SETTINGS)


def test_paths_follow_the_data_directory_unless_they_are_given() -> None:
    settings = read_settings({"COURT_GATEWAY_DATA_DIR": "/data", "COURT_GATEWAY_KEYS_FILE": "/keys/k.json"})
    assert (settings.keys_path, settings.key_path) == (Path("/keys/k.json"), Path("/data/caller-keys"))
    assert settings.recordings_path == Path("/data/recordings")


@pytest.mark.parametrize(
    ("value", "taken"),
    [
        ("1", True),
        ("65535", True),
        ("0", False),
        ("65536", False),
        ("-1", False),
        ("８０", False),
        ("x", False),
    ],
)
def test_a_port_is_a_port(value: str, taken: bool) -> None:
    if taken:
        assert read_settings({"COURT_GATEWAY_PORT": value}).port == int(value)
    else:
        assert _refused(PORT=value) == "COURT_GATEWAY_PORT: must be a whole number from 1 to 65535"


def test_the_calls_have_a_role_of_their_own_on_postgres_only() -> None:
    calls = {"COURT_GATEWAY_CALLS_DATABASE_URL": "postgresql://c:p@h/n"}
    with pytest.raises(SettingRefused, match="COURT_GATEWAY_CALLS_DATABASE_URL"):
        read_settings(calls)
    assert read_settings({**calls, "COURT_GATEWAY_DATABASE_URL": "postgresql://d:p@h/n"}).calls_database_url


@pytest.mark.parametrize("url", ["mysql://h/n", "sqlite://", "sqlite:///:memory:", "nonsense", "sqlite:///"])
def test_only_a_sqlite_file_or_postgres_is_a_database(url: str) -> None:
    assert _refused(DATABASE_URL=url).startswith("COURT_GATEWAY_DATABASE_URL: must be ")


@pytest.mark.parametrize("url", ["sqlite:////data/g.db", "postgresql://u:p@h/n", "postgresql+psycopg://h/n"])
def test_these_are_databases(url: str) -> None:
    assert read_settings({"COURT_GATEWAY_DATABASE_URL": url}).database == url


@pytest.mark.parametrize(
    "url",
    [
        "http://alerts.example",
        "http://localhost.evil.example/x",
        "http://127.0.0.1.evil.example",
        "https://",
        "ftp://x",
        "alerts",
    ],
)
def test_alerts_leave_the_machine_encrypted_only(url: str) -> None:
    assert "ALERT_WEBHOOK_URL: must be" in _refused(ALERT_WEBHOOK_URL=url, ALERT_WEBHOOK_SECRET="s")


@pytest.mark.parametrize(
    "url", ["https://alerts.example/hook", "http://127.0.0.1:9000/x", "http://localhost/x"]
)
def test_alerts_may_go_there(url: str) -> None:
    environment = {"COURT_GATEWAY_ALERT_WEBHOOK_URL": url, "COURT_GATEWAY_ALERT_WEBHOOK_SECRET": "s"}
    assert read_settings(environment).alert_webhook_url == url


def test_an_alert_webhook_needs_its_secret() -> None:
    assert "ALERT_WEBHOOK_SECRET: needed" in _refused(ALERT_WEBHOOK_URL="https://alerts.example")


def test_every_wrong_and_every_unknown_one_is_named_at_once_and_no_value_is_shown() -> None:
    text = _refused(PORT="x", THREADS="1", PROT="8080", LOG_LEVEL="secret-value")
    assert [line.partition(":")[0] for line in text.splitlines()] == [
        "COURT_GATEWAY_PORT",
        "COURT_GATEWAY_THREADS",
        "COURT_GATEWAY_LOG_LEVEL",
        "COURT_GATEWAY_PROT",
    ]
    assert "secret-value" not in text


def test_what_tests_set_is_nobody_elses_business() -> None:
    assert read_settings({"COURT_GATEWAY_TEST_POSTGRES_URL": "x"}).port == 8080
