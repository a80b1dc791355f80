"""A password is long and not one that is tried first; of which signs it is made is its owner's matter."""

import pytest

from gateway.services.password_rules import require_password
from gateway.services.refusals import NotValid


def _rule(password: str, *about: str) -> str | None:
    try:
        require_password(password, about)
    except NotValid as refused:
        return refused.refusals[0].rule
    return None


@pytest.mark.parametrize(
    "password",
    [
        "three green kettles",
        "all small letters only",
        "没有人会想到的一个很长的句子",
        "  spaces at both ends  ",
        "x7Gd-92kf-Lq3v-88ab",
        "🐎 battery staple right",
        "a long sentence that nobody else would think of, repeated until it has " + "many words " * 16,
    ],
)
def test_long_passwords_of_any_signs_are_good(password: str) -> None:
    padded = password if len(password) >= 15 else password + "，真的"
    assert _rule(padded) is None


@pytest.mark.parametrize(
    ("length", "rule"),
    [(14, "password-length"), (15, None), (128, None), (256, None), (257, "password-length")],
)
def test_fifteen_to_256_characters(length: int, rule: str | None) -> None:
    signs = "vq7 tmz kx2 wprl jh9 sbd ygn cfe4 u"
    assert _rule((signs * 8)[:length]) == rule


def test_characters_are_counted_as_people_see_them() -> None:
    """Composed and decomposed are the same password: here fourteen signs, typed as fifteen."""
    assert _rule("vq7tmzkx2wprle\u0301") == "password-length"


@pytest.mark.parametrize(
    "password",
    [
        "aaaaaaaaaaaaaaaaaaaa",
        "123456789012345678",
        "qwertyuiopasdfghjkl",
        "passwordpassword",
        "password1234567",
        "abcdefghijklmnopqrstuvwxyz",
        "Summer2024Summer2024",
        "1qaz2wsx3edc4rfv5tgb",
        "mypasswordishere",
    ],
)
def test_what_is_tried_first_is_refused(password: str) -> None:
    assert _rule(password) == "password-common"


@pytest.mark.parametrize(
    "password",
    [
        "court notice gateway",
        "wang.xiaoming.wang.xiaoming",
        "某市人民法院某市人民法院2026",
        "Court-Gateway-2026!",
    ],
)
def test_a_password_of_ones_own_words_is_refused(password: str) -> None:
    assert _rule(password, "wang.xiaoming", "王小明", "某市人民法院") == "password-context"


def test_a_refusal_never_repeats_what_was_entered() -> None:
    with pytest.raises(NotValid) as refused:
        require_password("passwordpassword")
    told = refused.value.refusals[0]
    assert (told.field, told.en) == (
        "password",
        "This password is among those that are tried first. Choose one that nobody else would.",
    )
    assert told.zh == "该密码属于最先被尝试的密码，请换一个他人想不到的密码。"
