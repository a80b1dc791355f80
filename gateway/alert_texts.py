"""What each kind of alert says to people, in both languages."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class AlertText:
    """One sentence in each language; it names what happened and what to look at."""

    en: str
    zh: str


_OTHER = AlertText(
    "Something needs to be looked at; the kind and id follow.", "有事项需要查看，类别和编号如下。"
)

ALERT_TEXTS: Mapping[str, AlertText] = MappingProxyType(
    {
        "attestation_lapsed": AlertText(
            "A notice was suspended: the carrier's attestation of its line has lapsed.",
            "一条提示音已暂停：其线路的运营商确认已过期。",
        ),
        "audit_broken": AlertText(
            "An audit chain does not hold: entries were changed or are missing.",
            "审计链校验未通过：记录被改动或缺失。",
        ),
        "clock_skew": AlertText(
            "The application's clock and the database's are more than two seconds apart.",
            "应用程序与数据库的时钟相差超过两秒。",
        ),
        "closures_stale": AlertText(
            "No file of closed cases has come in for too long.", "结案名单已超过规定时间未更新。"
        ),
        "damaged": AlertText(
            "A recording is not what was approved; calls are connected without it.",
            "录音与批准时的内容不一致，来电已直接接通。",
        ),
        "diversion_mismatch": AlertText(
            "A call was diverted from a number that is not the line's; it was connected silently.",
            "来电的转移号码与线路不符，已静默接通。",
        ),
        "loop": AlertText("A call came back to us and was ended.", "来电回转至本系统，已挂断。"),
        "misshapen_webhook": AlertText(
            "A signed webhook had fields that cannot be trusted; the call was connected silently.",
            "已签名的回调字段不符合要求，来电已静默接通。",
        ),
        "over_parallel_cap": AlertText(
            "More calls at once than the line allows; they were connected silently.",
            "同时呼入数超过线路上限，来电已静默接通。",
        ),
        "review_lapsed": AlertText(
            "A notice was suspended: its review date has passed.", "一条提示音已暂停：复核期限已过。"
        ),
        "same_pair_again": AlertText(
            "The same caller reached the same line again within seconds; it may be a loop.",
            "同一主叫数秒内再次呼入同一线路，可能存在回环。",
        ),
        "trouble": AlertText(
            "The database is of another revision than the program; nothing plays.",
            "数据库版本与程序不符，不播放任何提示音。",
        ),
        "unknown_line": AlertText(
            "A carrier sent a call for a number that nobody enrolled.", "运营商送来的被叫号码未登记。"
        ),
    }
)
"""Kind -> what it says. Who or what it is about follows as an id."""


def text_of(kind: str) -> AlertText:
    """The words of this kind."""
    return ALERT_TEXTS.get(kind, _OTHER)
