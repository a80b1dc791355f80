"""HMAC against the published vectors (RFC 2202 and RFC 4231) and against Python's own."""

import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.keyed_hash import KeyedHash

LONG = "Test Using Larger Than Block-Size Key - Hash Key First"


@pytest.mark.parametrize(
    ("algorithm", "key", "text", "expected"),
    [
        ("sha1", b"\x0b" * 20, "Hi There", "b617318655057264e28bc0b6fb378c8ef146be00"),
        ("sha1", b"Jefe", "what do ya want for nothing?", "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"),
        ("sha1", b"\xaa" * 80, LONG, "aa4ae5e15272d00e95705637ce8a3b55ed402112"),
        (
            "sha256",
            b"Jefe",
            "what do ya want for nothing?",
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
        ),
        (
            "sha256",
            b"\xaa" * 131,
            LONG,
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
        ),
    ],
)
def test_gives_the_published_values(algorithm: str, key: bytes, text: str, expected: str) -> None:
    assert KeyedHash(key, algorithm).digest(text.encode()).hex() == expected


@given(st.binary(max_size=150), st.lists(st.binary(max_size=200), max_size=3))
def test_is_what_hmac_gives_for_one_text_after_the_other(key: bytes, texts: list[bytes]) -> None:
    hashing = KeyedHash(key, "sha256")
    assert [hashing.digest(each) for each in texts] == [hmac.digest(key, each, "sha256") for each in texts]
