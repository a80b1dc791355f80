"""What a person sets at the carrier: each field of its console, and exactly what to put there."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ivr.carriers.carrier import Addresses


@dataclass(frozen=True, slots=True)
class Setting:
    """One field. `paste` is copied to the letter; None where it is a choice, which the texts describe.

    `field` is the carrier's own word for it, in its console's language.
    """

    field: str
    paste: str | None
    en: str
    zh: str


@dataclass(frozen=True, slots=True)
class SetUp:
    """What is set once for an account, and what for each number."""

    account: tuple[Setting, ...]
    number: tuple[Setting, ...]


# Connection overrides (https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides): connect
# 1.5 s, read 3 s, two retries, of time-outs and server errors, all of it within 9 s. By default a caller may
# listen to nothing for 15 s. A repeated request has one effect here.
TWILIO_OVERRIDES = "#ct=1500&rt=3000&rc=2&rp=ct,rt,5xx&tt=9000"


def twilio(addresses: Addresses, fallback_token: str | None = None) -> SetUp:
    """For an account and its numbers; with a token, the fallback of that line."""
    fallback = addresses.fallback(fallback_token) if fallback_token is not None else None
    return SetUp(_TWILIO_ACCOUNT, _twilio_number(addresses, fallback))


def _twilio_number(addresses: Addresses, fallback: str | None) -> tuple[Setting, ...]:
    return (
        Setting(
            "A call comes in",
            addresses.voice + TWILIO_OVERRIDES,
            "Webhook, HTTP POST. What stands behind # is for Twilio: time-outs and retries; we never see it.",
            "选择 Webhook，方式为 HTTP POST。#之后的内容供 Twilio 使用（超时与重试），不会发送给本系统。",
        ),
        Setting(
            "Primary handler fails",
            fallback,
            "Webhook, HTTP POST. The address is this line's own, and another one after its delivery changes.",
            "选择 Webhook，方式为 HTTP POST。每条线路的备用地址各不相同，接续号码变更后地址随之改变。",
        ),
        Setting(
            "Call status changes",
            addresses.status,
            "HTTP POST.",
            "方式为 HTTP POST。",
        ),
    )


_TWILIO_ACCOUNT = (
    Setting(
        "SSL certificate validation",
        None,
        "On. Self-signed certificates are refused.",
        "启用。自签名证书会被拒绝。",
    ),
    Setting(
        "Voice Geographic Permissions",
        None,
        "Allow the countries to which calls are delivered and no other; leave high-risk prefixes off.",
        "仅允许来电接续所在的国家，其余全部关闭；高风险号段保持关闭。",
    ),
    Setting(
        "Usage triggers",
        None,
        "Set a spending limit and an alarm.",
        "设置消费上限和告警。",
    ),
    Setting(
        "Two-factor authentication",
        None,
        "A hardware key for everybody who can sign in to the carrier's console.",
        "凡可登录运营商控制台的人员，均须使用硬件安全密钥。",
    ),
    Setting(
        "Call recording",
        None,
        "Off, and no other application on these numbers.",
        "关闭；这些号码不得再用于其他应用。",
    ),
)

SET_UPS: Mapping[str, Callable[[Addresses, str | None], SetUp]] = {"twilio": twilio}
"""By kind of carrier."""
