"""What each setting is for, in words that are translated: the same as in the table of settings."""

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from gateway.settings import Setting

HELP: dict[str, LazyString] = {
    "data_dir": _l(
        "where recordings, keys, the forward map and the SQLite file lie; empty: var, or "
        "var/demo where only a demonstration lives"
    ),
    "database_url": _l("SQLite or PostgreSQL; empty: sqlite:///<data_dir>/gateway.db"),
    "calls_database_url": _l(
        "the same PostgreSQL database, entered as the calls' role; empty: the role that `init` made"
    ),
    "keys_file": _l("the key file (mode 600); empty: <data_dir>/keys.json"),
    "key_dir": _l("where the callers' period keys lie, never backed up; empty: <data_dir>/caller-keys"),
    "host": _l("address on which `serve` listens"),
    "port": _l("port on which `serve` listens"),
    "desk_url": _l(
        "https origin at which browsers reach the desk; empty: http://<host>:<port>, for this machine only"
    ),
    "proxies": _l(
        "proxies in front that add the visitor's address to X-Forwarded-For; 0: the header is not believed"
    ),
    "oidc_issuer": _l(
        "issuer address of the court's identity provider (OpenID Connect); empty: no single sign-on"
    ),
    "oidc_client_id": _l("the desk's name at the identity provider; needed with the issuer"),
    "oidc_client_secret": _l("the desk's secret at the identity provider; needed likewise"),
    "threads": _l("requests that one worker process answers at the same time"),
    "tick_seconds": _l("how often the scheduler looks for what is due"),
    "api_rate": _l("requests a second for each API token (none on silencing)"),
    "call_retention_days": _l(
        "how long call records are kept; on PostgreSQL they go with their month, up to a month later"
    ),
    "remark_retention_days": _l("how long free texts and closed cases' names are kept"),
    "closures_max_age_hours": _l("age of the last closure feed after which an alert opens"),
    "log_level": _l("debug, info, warning or error"),
    "metrics_token": _l("bearer token for /metrics; empty: /metrics is off"),
    "smtp_url": _l("mail server for alerts; empty: no mail"),
    "alert_mail_from": _l("sender of alert mails"),
    "alert_mail_to": _l("receivers of alert mails, separated by commas"),
    "alert_webhook_url": _l("address that alerts are posted to; empty: none"),
    "alert_webhook_secret": _l("secret of the webhook's signature; needed with the address"),
}


def help_of(setting: Setting) -> str:
    """What the setting is for; in English where nobody has translated it yet."""
    return str(HELP.get(setting.name, setting.help))
