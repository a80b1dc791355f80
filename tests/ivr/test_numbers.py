"""Telephone numbers and SIP addresses: what is taken, what is refused, and where calls may go."""

import random

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st
from phonenumbers import PhoneNumberType

from ivr.numbers import (
    NumberClass,
    NumberRefused,
    SipAddress,
    classify,
    country_of,
    is_e164,
    is_protected_class,
    mask,
    may_deliver_to,
    read_number,
    read_sip,
    same,
)


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("+8617100000001", "+8617100000001"),
        ("17100000001", "+8617100000001"),
        (" 171 0000 0001 ", "+8617100000001"),
        ("+86 171-0000-0001", "+8617100000001"),
        ("8617100000001", "+8617100000001"),
        ("010-64571234", "+861064571234"),
        ("(028) 87654321", "+862887654321"),
        ("+85223456789", "+85223456789"),
    ],
)
def test_numbers_are_read_as_a_clerk_writes_them(written: str, number: str) -> None:
    assert read_number(written) == number


@pytest.mark.parametrize(
    ("written", "rule"),
    [
        ("１７１０００００００１", "number-not-ascii"),
        ("+86１7100000001", "number-not-ascii"),
        ("+86\u00a0171 0000 0001", "number-not-ascii"),
        ("+8617100000001;ext=9", "number-has-extension"),
        ("+8617100000001x1", "number-has-extension"),
        ("+8617100000001 ext 9", "number-has-extension"),
        ("1710000CALL", "number-has-extension"),
        ("tel:+8617100000001", "number-has-extension"),
        ("17100000001,,9", "number-has-extension"),
        ("17100000001#9", "number-has-extension"),
        ("", "number-not-valid"),
        ("+", "number-not-valid"),
        ("++8617100000001", "number-not-valid"),
        ("1710000000", "number-not-valid"),
        ("171000000012", "number-not-valid"),
        ("+9991234567", "number-not-valid"),
        ("110", "number-not-valid"),
        ("12368", "number-not-valid"),
        ("+86171\n00000001", "number-not-valid"),
        ("1" * 40, "number-not-valid"),
    ],
)
def test_everything_else_is_refused_with_a_rule_and_words_in_both_languages(written: str, rule: str) -> None:
    with pytest.raises(NumberRefused) as refused:
        read_number(written)
    assert refused.value.rule == rule
    assert refused.value.en
    assert refused.value.zh
    assert "171" not in str(refused.value)


@given(st.text(max_size=20))
def test_any_text_is_read_as_e164_or_refused(text: str) -> None:
    try:
        number = read_number(text)
    except NumberRefused:
        return
    assert is_e164(number)
    assert read_number(number) == number


def _dirty_mix(count: int) -> list[str]:
    """Numbers of China, most of them almost right: of every area, too short, too long, of other services."""
    chance = random.Random(20171001)
    beginnings = [
        "10",
        "21",
        "28",
        "400",
        "800",
        "95",
        "108",
        "179",
        "12",
        "16",
        "310",
        "754",
        "851",
        "978",
        "13",
        "17",
    ]
    digits = (
        chance.choice(beginnings) + "".join(chance.choices("0123456789", k=chance.randint(3, 11)))
        for _ in range(count)
    )
    areas = (
        f"{chance.randint(200, 999)}{chance.choice(('', '1', '95', '96', '100'))}"
        + "".join(chance.choices("0123456789", k=chance.randint(4, 8)))
        for _ in range(count)
    )
    return [f"+86{each}" for pair in zip(digits, areas, strict=True) for each in pair]


def test_what_a_pattern_decides_is_what_the_library_would_have_said() -> None:
    fixed = PhoneNumberType.FIXED_LINE
    kinds = []
    for text in _dirty_mix(3000):
        number = phonenumbers.parse(text, "CN")
        if not phonenumbers.is_valid_number(number):
            with pytest.raises(NumberRefused):
                read_number(text)
            continue
        e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
        assert read_number(text) == e164
        assert country_of(e164) == "CN"
        if (kind := classify(e164)) not in (NumberClass.short, NumberClass.satellite):
            assert (kind is NumberClass.fixed) == (phonenumbers.number_type(number) == fixed)
            kinds.append(kind)
    assert kinds.count(NumberClass.fixed) > 300
    assert len(kinds) > kinds.count(NumberClass.fixed)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("+8617100000001", True),
        ("+1234567", True),
        ("+123456", False),
        ("+123456789012345", True),
        ("+1234567890123456", False),
        ("+0123456789", False),
        ("8617100000001", False),
        ("+86171000000０1", False),
        ("+8617100000001\n", False),
        ("", False),
    ],
)
def test_the_shape_of_e164(text: str, expected: bool) -> None:
    assert is_e164(text) is expected


@pytest.mark.parametrize(
    ("number", "kind", "country"),
    [
        ("+8617100000000", NumberClass.mobile, "CN"),
        ("+8617100009999", NumberClass.mobile, "CN"),
        ("+8613800000001", NumberClass.mobile, "CN"),
        ("+8616500000000", NumberClass.mobile, "CN"),
        ("+861064571234", NumberClass.fixed, "CN"),
        ("+864001234567", NumberClass.shared, "CN"),
        ("+868001234567", NumberClass.toll_free, "CN"),
        ("+8613490000000", NumberClass.satellite, "CN"),
        ("+8617400000000", NumberClass.satellite, "CN"),
        ("+881612345678", NumberClass.satellite, None),
        ("+88212345678", NumberClass.satellite, None),
        ("+870773123456", NumberClass.satellite, None),
        ("+979123456789", NumberClass.premium, None),
        ("+447012345678", NumberClass.personal, "GB"),
        ("+12025550123", NumberClass.fixed, "US"),
        ("+19001234567", NumberClass.unknown, None),
        ("+85223456789", NumberClass.fixed, "HK"),
        ("+8612368", NumberClass.short, "CN"),
        ("+8610110", NumberClass.short, "CN"),
        ("110", NumberClass.short, None),
        ("12368", NumberClass.short, None),
        ("+9991234567", NumberClass.unknown, None),
        ("anonymous", NumberClass.unknown, None),
    ],
)
def test_kinds_and_countries_of_numbers(number: str, kind: NumberClass, country: str | None) -> None:
    assert classify(number) is kind
    assert country_of(number) == country


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("+8617100000001", "+8617100000001", True),
        ("17100000001", "+8617100000001", True),
        ("8617100000001", "+8617100000001", True),
        ("01064571234", "+861064571234", True),
        ("+8617100000002", "+8617100000001", False),
        ("7100000001", "+8617100000001", False),
        ("anonymous", "+8617100000001", False),
        ("sip:a@b.example", "sip:a@b.example", True),
        ("sip:a@b.example", "sip:c@b.example", False),
        ("17100000001", "unreadable", False),
    ],
)
def test_the_same_number_in_another_form(one: str, other: str, expected: bool) -> None:
    assert same(one, other) is expected


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("+8617100000042", "…42"),
        ("12368", "…68"),
        ("1236", "…"),
        ("110", "…"),
        ("", "…"),
        ("sip:17100000042@trunk.example", "…"),
        ("张三", "…"),
    ],
)
def test_a_mask_shows_two_digits_at_most(number: str, masked: str) -> None:
    assert mask(number) == masked


@pytest.mark.parametrize(
    ("caller", "expected"),
    [
        ("110", True),
        ("119", True),
        ("120", True),
        ("122", True),
        ("12368", True),
        ("12119", True),
        ("+8612368", True),
        ("+8612356", True),
        ("010110", True),
        ("+8610110", True),
        ("+86755120", True),
        ("+86102812345", False),
        ("111", False),
        ("123", False),
        ("1236", False),
        ("123680", False),
        ("+8617100000110", False),
        ("+8617100012368", False),
        ("+12368", False),
        (None, False),
    ],
)
def test_emergency_and_public_service_numbers_are_protected(caller: str | None, expected: bool) -> None:
    assert is_protected_class(caller) is expected


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("sip:debtor@pbx.example", SipAddress("debtor", "pbx.example", None)),
        ("sip:+8617100000003@pbx.example:5061", SipAddress("+8617100000003", "pbx.example", 5061)),
        ("sip:a@10.0.0.1", SipAddress("a", "10.0.0.1", None)),
        ("sip:a@b:65535", SipAddress("a", "b", 65535)),
    ],
)
def test_plain_sip_addresses_are_read(text: str, address: SipAddress) -> None:
    assert read_sip(text) == address


@pytest.mark.parametrize(
    "text",
    [
        "sip:@pbx.example",
        "sip:debtor",
        "sip:debtor@",
        "sip:debtor@pbx.example;transport=tls",
        "sip:debtor@pbx.example?X-Court-Gateway=1",
        "sip:debtor:word@pbx.example",
        "sip:debtor@pbx.example:0",
        "sip:debtor@pbx.example:65536",
        "sip:debtor@-pbx.example",
        "sip:debtor@pbx..example",
        "sip:debtor@[2001:db8::1]",
        "sip:debtor@pbx.example@other.example",
        "sip:debtor@pbx.example\n",
        "sips:debtor@pbx.example",
        "sip:Debtor@pbx.example",
        "sip:" + "a" * 65 + "@pbx.example",
        "sip:a@" + ".".join(["b" * 60] * 5),
    ],
)
def test_anything_more_than_a_plain_sip_address_is_refused(text: str) -> None:
    with pytest.raises(NumberRefused) as refused:
        read_sip(text)
    assert refused.value.rule == "sip-not-valid"


HOSTS = frozenset({"pbx.example", "edge.example:5070"})


@pytest.mark.parametrize(
    ("address", "rule"),
    [
        ("+8617100000003", None),
        ("+861064571234", None),
        ("+85223456789", "delivery-abroad"),
        ("+12025550123", "delivery-abroad"),
        ("+864001234567", "delivery-class"),
        ("+868001234567", "delivery-class"),
        ("+8617400000000", "delivery-class"),
        ("+881612345678", "delivery-class"),
        ("+979123456789", "delivery-class"),
        ("+447012345678", "delivery-class"),
        ("+19001234567", "delivery-class"),
        ("+8612368", "delivery-class"),
        ("110", "number-not-valid"),
        ("17100000003", "number-not-valid"),
        ("+8617100000003;ext=9", "number-not-valid"),
        ("", "number-not-valid"),
        ("sip:debtor@pbx.example", None),
        ("sip:debtor@pbx.example:5060", None),
        ("sip:debtor@pbx.example:5061", "sip-host-unknown"),
        ("sip:debtor@edge.example:5070", None),
        ("sip:debtor@edge.example", "sip-host-unknown"),
        ("sip:debtor@edge.example:5060", "sip-host-unknown"),
        ("sip:debtor@evil.example", "sip-host-unknown"),
        ("sip:debtor@sub.pbx.example", "sip-host-unknown"),
        ("sip:debtor@pbx.example;maddr=evil.example", "sip-not-valid"),
    ],
)
def test_where_calls_may_be_delivered(address: str, rule: str | None) -> None:
    refused = may_deliver_to(address, "CN", HOSTS)
    assert (refused.rule if refused else None) == rule


def test_delivery_is_to_the_country_of_the_court() -> None:
    assert may_deliver_to("+85223456789", "HK", frozenset()) is None
    refused = may_deliver_to("+8617100000003", "HK", frozenset())
    assert refused is not None
    assert refused.rule == "delivery-abroad"
