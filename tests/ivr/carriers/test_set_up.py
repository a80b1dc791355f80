"""What a person pastes at the carrier: the addresses to the letter, and every field in both languages."""

import pytest

from ivr.carriers import CARRIERS, Addresses
from ivr.carriers.set_up import SET_UPS

HERE = Addresses("https://gateway.example", "city")


def test_every_kind_of_carrier_says_what_to_set() -> None:
    assert set(SET_UPS) == set(CARRIERS)


def test_twilios_number_gets_three_addresses_and_the_overrides() -> None:
    found = [(each.field, each.paste) for each in SET_UPS["twilio"](HERE, "tok-en_1").number]
    assert found == [
        (
            "A call comes in",
            "https://gateway.example/webhooks/city/voice#ct=1500&rt=3000&rc=2&rp=ct,rt,5xx&tt=9000",
        ),
        ("Primary handler fails", "https://gateway.example/webhooks/city/fallback/tok-en_1"),
        ("Call status changes", "https://gateway.example/webhooks/city/status"),
    ]


def test_without_a_line_there_is_no_fallback_to_paste() -> None:
    assert SET_UPS["twilio"](HERE, None).number[1].paste is None


@pytest.mark.parametrize("kind", SET_UPS)
def test_every_field_is_explained_in_both_languages(kind: str) -> None:
    found = SET_UPS[kind](HERE, None)
    for each in (*found.account, *found.number):
        assert each.en
        assert each.zh
        assert not each.zh.isascii()
