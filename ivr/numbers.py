"""Telephone numbers and SIP addresses: read strictly, compare, classify, mask, and may we deliver there?

Clean numbers are decided by a pattern; the library `phonenumbers` decides what is odd.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

import phonenumbers
from phonenumbers import PhoneNumberType


class NumberRefused(ValueError):
    """A number or address that we do not take. `rule` is a stable code; the texts name no number."""

    def __init__(self, rule: str) -> None:
        super().__init__(rule)
        self.rule = rule
        self.en, self.zh = _TEXTS[rule]


class NumberClass(StrEnum):
    """What kind of number it is, as far as it matters to where a court may have calls delivered."""

    mobile = "mobile"
    fixed = "fixed"
    premium = "premium"
    shared = "shared"
    satellite = "satellite"
    personal = "personal"
    short = "short"
    toll_free = "toll_free"
    unknown = "unknown"


_TEXTS = {
    "number-not-ascii": (
        "Write the number with ordinary digits 0-9.",
        "号码只能使用半角数字 0-9。",
    ),
    "number-has-extension": (
        "A number with an extension or letters cannot be used; write the number alone.",
        "号码不能带分机号或字母，请只填写号码本身。",
    ),
    "number-not-valid": (
        "This is not a complete telephone number.",
        "该号码不是完整有效的电话号码。",
    ),
    "delivery-abroad": (
        "Calls may only be delivered to a number of the court's own country.",
        "来电只能转接至法院所在国家的号码。",
    ),
    "delivery-class": (
        "Calls may only be delivered to an ordinary fixed or mobile number.",
        "来电只能转接至普通固定电话或移动电话号码。",
    ),
    "sip-not-valid": (
        "A SIP address is written sip:user@host or sip:user@host:port, in lower case, with nothing after it.",
        "SIP 地址应写作 sip:user@host 或 sip:user@host:port，使用小写，其后不得有其他内容。",
    ),
    "sip-host-unknown": (
        "Calls may only be delivered to a SIP host that the operator of the connection has listed.",
        "来电只能转接至线路运营方登记的 SIP 主机。",
    ),
}

_E164 = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII)
_WRITTEN = re.compile(r"\+?[0-9(][0-9() -]{1,30}", re.ASCII)
_SIP = re.compile(
    r"sip:(?P<user>[a-z0-9+][a-z0-9+_.-]{0,63})"
    r"@(?P<host>(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)"
    r"(?::(?P<port>[1-9][0-9]{0,4}))?",
    re.ASCII,
)

# Mobile numbers of mainland China, the great majority of all that we see: blocks that are wholly assigned to
# mobile service. What stands outside (satellite 1349 and 174, data cards 14x, 16x in part) is decided below.
_CN_MOBILE = re.compile(r"\+861(?:3[0-35-9]|5[0-35-9]|7[135678]|8[0-9]|9[0-35-9])[0-9]{8}", re.ASCII)


def _fixed_of_china() -> re.Pattern[str]:
    """Fixed lines of mainland China by the library's own metadata, but for what it calls otherwise."""
    china = phonenumbers.PhoneMetadata.metadata_for_region("CN")
    assert china is not None
    assert china.fixed_line is not None
    others = (china.premium_rate, china.toll_free, china.shared_cost, china.mobile)
    otherwise = "|".join(f"(?:{each.national_number_pattern})" for each in others if each is not None)
    return re.compile(rf"\+86(?!(?:{otherwise})\Z)(?:{china.fixed_line.national_number_pattern})", re.ASCII)


_CN_FIXED = _fixed_of_china()

# Satellite telephones that the library calls mobile or does not know: Inmarsat, the global mobile satellite
# systems, the networks that share +882 and +883, and in China Globalstar (1349), Tiantong and Inmarsat (174).
_SATELLITE = re.compile(r"\+(?:870|88[123]|861349|86174)[0-9]+", re.ASCII)

# Emergency and public service numbers of mainland China: police 110, fire 119, ambulance 120, traffic 122,
# sea rescue 12395, forest fire 12119, and the five-digit public service block 123xx (courts 12368,
# procuratorate 12309, legal aid 12348, youth 12355, mental health 12356); 86 or an area code may precede.
_PUBLIC_SERVICE = r"(?:11[029]|12[02]|12110|12119|123[0-9]{2})"
_PROTECTED = re.compile(rf"(?:(?:\+?86|0)?(?:10|2[0-9]|[3-9][0-9]{{2}})?)?{_PUBLIC_SERVICE}", re.ASCII)

_CLASSES = {
    PhoneNumberType.MOBILE: NumberClass.mobile,
    PhoneNumberType.FIXED_LINE: NumberClass.fixed,
    PhoneNumberType.FIXED_LINE_OR_MOBILE: NumberClass.fixed,
    PhoneNumberType.PREMIUM_RATE: NumberClass.premium,
    PhoneNumberType.SHARED_COST: NumberClass.shared,
    PhoneNumberType.UAN: NumberClass.shared,
    PhoneNumberType.PERSONAL_NUMBER: NumberClass.personal,
    PhoneNumberType.TOLL_FREE: NumberClass.toll_free,
}


@dataclass(frozen=True, slots=True)
class SipAddress:
    user: str
    host: str
    port: int | None


def is_e164(text: str) -> bool:
    """Has it the shape of E.164: `+`, 7 to 15 digits? Says nothing of whether the number exists."""
    return _E164.fullmatch(text) is not None


def read_number(text: str, country: str = "CN") -> str:
    """A number as a clerk writes it, international or national of `country`, as E.164.

    Spaces, hyphens and brackets between digits are taken; letters, extensions and full-width digits are not.
    Raises NumberRefused.
    """
    if _CN_MOBILE.fullmatch(text) or _CN_FIXED.fullmatch(text):
        return text
    written = text.strip(" ")
    if not written.isascii():
        raise NumberRefused("number-not-ascii")
    if re.search(r"[A-Za-z;,#*]", written):
        raise NumberRefused("number-has-extension")
    if not _WRITTEN.fullmatch(written):
        raise NumberRefused("number-not-valid")
    try:
        number = phonenumbers.parse(written, country)
    except phonenumbers.NumberParseException as unreadable:
        raise NumberRefused("number-not-valid") from unreadable
    e164: str = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    if not phonenumbers.is_valid_number(number) or not is_e164(e164):
        raise NumberRefused("number-not-valid")
    return e164


def same(one: str, other: str) -> bool:
    """Are these one number or address? `other` is E.164 or a SIP address; `one` may be in national form."""
    if one == other:
        return True
    country = country_of(other)
    if country is None:
        return False
    try:
        return read_number(one, country) == other
    except NumberRefused:
        return False


def classify(number: str) -> NumberClass:
    """The kind of an E.164 number, or of a short code written as dialled."""
    if _SATELLITE.fullmatch(number):
        return NumberClass.satellite
    if _CN_MOBILE.fullmatch(number):
        return NumberClass.mobile
    if _PROTECTED.fullmatch(number) or re.fullmatch("[0-9]{3,6}", number):
        return NumberClass.short
    if _CN_FIXED.fullmatch(number):
        return NumberClass.fixed
    parsed = _parsed(number)
    if parsed is None:
        return NumberClass.unknown
    return _CLASSES.get(phonenumbers.number_type(parsed), NumberClass.unknown)


def country_of(number: str) -> str | None:
    """ISO 3166 code of an E.164 number's country; None where it belongs to none, or is not a number."""
    if _CN_MOBILE.fullmatch(number) or _CN_FIXED.fullmatch(number):
        return "CN"
    parsed = _parsed(number)
    region = phonenumbers.region_code_for_number(parsed) if parsed is not None else None
    return region if region != "001" else None


def mask(number: str) -> str:
    """The last two digits and nothing else, not even the length; of a SIP address nothing at all."""
    return f"…{number[-2:]}" if re.fullmatch(r"\+?[0-9]{5,}", number) else "…"


def read_sip(text: str) -> SipAddress:
    """`sip:user@host[:port]` in lower case, without password, parameters or headers. Raises NumberRefused."""
    found = _SIP.fullmatch(text)
    port = int(found["port"]) if found and found["port"] else None
    if found is None or len(found["host"]) > 253 or (port is not None and port > 65535):
        raise NumberRefused("sip-not-valid")
    return SipAddress(found["user"], found["host"], port)


def may_deliver_to(address: str, country: str, sip_hosts: frozenset[str]) -> NumberRefused | None:
    """Why calls may not be delivered there; None if they may.

    Numbers: fixed or mobile, of the court's country. SIP: a listed host. An entry without a port allows no
    port but 5060; another port needs its own entry `host:port`.
    """
    if address.startswith("sip:"):
        return _sip_refusal(address, sip_hosts)
    if not is_e164(address):
        return NumberRefused("number-not-valid")
    if classify(address) not in (NumberClass.mobile, NumberClass.fixed):
        return NumberRefused("delivery-class")
    return None if country_of(address) == country else NumberRefused("delivery-abroad")


def is_protected_class(caller: str | None) -> bool:
    """Is the caller an emergency or public service number, which must never wait for a notice?"""
    return caller is not None and _PROTECTED.fullmatch(caller) is not None


def _sip_refusal(text: str, hosts: frozenset[str]) -> NumberRefused | None:
    try:
        address = read_sip(text)
    except NumberRefused as refused:
        return refused
    plain = address.port in (None, 5060) and address.host in hosts
    listed = plain or f"{address.host}:{address.port}" in hosts
    return None if listed else NumberRefused("sip-host-unknown")


def _parsed(number: str) -> phonenumbers.PhoneNumber | None:
    if not is_e164(number):
        return None
    try:
        return phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return None
