"""Twilio's signature: as its own SDK has it, and stricter where the SDK is too kind."""

from collections.abc import Iterator
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from ivr.carriers import CARRIERS, Misshapen, SignedRequest

TWILIO = CARRIERS["twilio"]
FORM = "application/x-www-form-urlencoded"
VOICE = "https://gw.court.example/voice/in?n=1"
# The vector's numbers and name are part of it: made with twilio 9.13.0 and the token 12345.
VECTOR = {
    "AccountSid": "AC" + "0" * 32,
    "CallSid": "CA" + "0" * 31 + "1",
    "From": "+8613800000001",
    "To": "+8613800000002",
    "CallStatus": "ringing",
    "CallerName": "张三",
}
SHA1 = "aiFA8WXXo66r7cGJEjhDFhvWQ14="
SHA256 = "FtPqM3eQHWjvfZ3ThoiSR7UUckdahfBGnN29Bltc26U="


class Fields:
    """Fields as a web framework hands them to the SDK."""

    def __init__(self, pairs: list[tuple[str, str]]) -> None:
        self._pairs = pairs

    def __iter__(self) -> Iterator[str]:
        return iter([name for name, _ in self._pairs])

    def __len__(self) -> int:
        return len(self._pairs)

    def getlist(self, name: str) -> list[str]:
        return [value for each, value in self._pairs if each == name]


def a_request(body: bytes, signature: str | None, url: str = VOICE, **headers: str) -> SignedRequest:
    sent = {"content-type": FORM, **{name.replace("_", "-"): value for name, value in headers.items()}}
    if signature is not None:
        sent["x-twilio-signature"] = signature
    return SignedRequest.of("POST", url, sent, body)


BODY = urlencode(VECTOR).encode()


def test_the_vector_of_twilios_sdk_is_genuine() -> None:
    assert TWILIO.is_genuine(a_request(BODY, SHA1), ["12345"])
    assert TWILIO.sign(a_request(BODY, None), "12345") == {"x-twilio-signature": SHA1}


def test_the_order_of_fields_does_not_matter() -> None:
    assert TWILIO.is_genuine(a_request(urlencode(list(VECTOR.items())[::-1]).encode(), SHA1), ["12345"])


def test_both_the_current_and_the_next_secret_are_taken() -> None:
    assert TWILIO.is_genuine(a_request(BODY, SHA1), ["12345", "next"])
    assert TWILIO.is_genuine(a_request(BODY, SHA1), ["next", "12345"])
    assert not TWILIO.is_genuine(a_request(BODY, SHA1), ["next"])


@pytest.mark.parametrize(
    "settings",
    ["", "key=webhooks_sharedkey_1,algorithm=HMAC_SHA256", "algorithm=HMAC_SHA1", "algorithm=none"],
)
def test_a_sender_cannot_choose_the_algorithm(settings: str) -> None:
    sha256 = a_request(BODY, SHA256, x_twilio_webhooks_signature_settings=settings)
    assert not TWILIO.is_genuine(sha256, ["12345"])
    sha1 = a_request(BODY, SHA1, x_twilio_webhooks_signature_settings=settings)
    assert TWILIO.is_genuine(sha1, ["12345"])


@pytest.mark.parametrize(
    "request_",
    [
        pytest.param(a_request(BODY, None), id="no signature"),
        pytest.param(a_request(BODY, ""), id="an empty signature"),
        pytest.param(a_request(BODY, SHA1 + "\n"), id="a line end after it"),
        pytest.param(a_request(BODY, SHA1[:-1]), id="no padding"),
        pytest.param(a_request(BODY, f"{SHA1},{SHA1}"), id="two signatures"),
        pytest.param(a_request(BODY, "\udcff"), id="bytes that are no text"),
        pytest.param(a_request(BODY, SHA1, content_type="application/json"), id="JSON"),
        pytest.param(a_request(BODY, SHA1, content_type=""), id="no content type"),
        pytest.param(a_request(BODY, SHA1, content_type=f"{FORM}; charset=gbk"), id="another charset"),
        pytest.param(a_request(BODY, SHA1, content_type=f"{FORM}, text/plain"), id="two content types"),
        pytest.param(a_request(BODY + b"&N=%FF", SHA1), id="not UTF-8"),
        pytest.param(a_request(b"", SHA1), id="an empty body"),
        pytest.param(a_request(BODY, SHA1)._replace(method="GET"), id="GET"),
        pytest.param(a_request(BODY, SHA1, url=VOICE.replace("https", "http")), id="another scheme"),
        pytest.param(a_request(BODY, SHA1, url=VOICE.replace("gw.", "evil.")), id="another host"),
        pytest.param(a_request(BODY, SHA1, url=VOICE.replace("in?", "in/?")), id="another path"),
        pytest.param(a_request(BODY, SHA1, url=VOICE + "&n=2"), id="another query"),
    ],
)
def test_everything_else_is_refused(request_: SignedRequest) -> None:
    assert not TWILIO.is_genuine(request_, ["12345"])


def test_json_with_a_body_hash_is_refused_though_the_sdk_takes_it() -> None:
    digest = "015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862"
    url, signature = f"https://gw.court.example/e?bodySHA256={digest}", "7/rLNiK2AqqbcDk0TDs3at//toM="
    assert RequestValidator("12345").validate(url, '{"a":1}', signature)
    for kind in ("application/json", FORM):
        assert not TWILIO.is_genuine(a_request(b'{"a":1}', signature, url, content_type=kind), ["12345"])


def test_an_empty_secret_signs_nothing() -> None:
    empty = RequestValidator("").compute_signature(VOICE, VECTOR)
    assert RequestValidator("").validate(VOICE, VECTOR, empty)
    assert not TWILIO.is_genuine(a_request(BODY, empty), [""])
    assert not TWILIO.is_genuine(a_request(BODY, empty), [])
    with pytest.raises(ValueError, match="empty secret"):
        TWILIO.sign(a_request(BODY, None), "")


def test_a_body_that_is_no_form_cannot_be_signed() -> None:
    with pytest.raises(Misshapen, match="body"):
        TWILIO.sign(a_request(b"N=%FF", None), "12345")


def test_every_changed_bit_of_the_body_is_refused_or_says_the_same() -> None:
    said = dict(parse_qsl(BODY.decode(), keep_blank_values=True))
    for place in range(len(BODY)):
        for bit in range(8):
            changed = bytearray(BODY)
            changed[place] ^= 1 << bit
            request = a_request(bytes(changed), SHA1)
            if TWILIO.is_genuine(request, ["12345"]):
                # Hex digits of an escape mean the same in either case.
                assert request.form is not None
                assert dict(request.form.pairs) == said


@pytest.mark.parametrize(
    ("configured", "signed_over", "genuine"),
    [
        ("https://gw.court.example/v", "https://gw.court.example:443/v", True),
        ("https://gw.court.example:443/v", "https://gw.court.example/v", True),
        ("https://gw.court.example:8443/v", "https://gw.court.example/v", True),
        ("http://gw.court.example/v", "http://gw.court.example:80/v", True),
        ("http://127.0.0.1:8080/v", "http://127.0.0.1:8080/v", True),
        ("http://127.0.0.1:8080/v", "http://127.0.0.1/v", True),
        ("http://gw.court.example/v", "http://gw.court.example:443/v", False),
        ("https://gw.court.example/v", "https://gw.court.example:8443/v", False),
        ("https://gw.court.example:8443/v", "https://gw.court.example:443/v", False),
    ],
)
def test_with_and_without_the_port_as_the_sdk_has_it(
    configured: str, signed_over: str, genuine: bool
) -> None:
    body = [("CallSid", "CA1")]
    signature = TWILIO.sign(a_request(b"CallSid=CA1", None, url=signed_over), "12345")["x-twilio-signature"]
    assert TWILIO.is_genuine(a_request(b"CallSid=CA1", signature, url=configured), ["12345"]) is genuine
    assert RequestValidator("12345").validate(configured, Fields(body), signature) is genuine


@pytest.mark.parametrize(
    "url",
    [
        "https://user:word@gw.court.example/v",
        "https://[2001:db8::1]/v",
        "https://gw.court.example/v?",
        "https://gw.court.example/v#part",
        "https://gw.court.example:0/v",
        "https://gw.court.example:65536/v",
        "https://gw.court.example:/v",
        "https://gw.court.example/v;",
        "https://gw.court.example/a b",
        "https://gw.court.example/张",
        "ftp://gw.court.example/v",
        "gw.court.example/v",
        "",
    ],
)
def test_addresses_that_we_never_configure_are_refused(url: str) -> None:
    signature = TWILIO.sign(a_request(BODY, None, url=url), "12345")["x-twilio-signature"]
    assert not TWILIO.is_genuine(a_request(BODY, signature, url=url), ["12345"])


texts = st.text(st.characters(codec="utf-8"), max_size=8)
names = st.sampled_from(["A", "B", "CallSid", "a", "张", "A1"]) | texts
schemes = st.sampled_from(["http", "https"])
hosts = st.sampled_from(["gw.court.example", "127.0.0.1", "GW.example", "a_b.example"])
ports = st.sampled_from(["", ":80", ":443", ":8080", ":65535"])
paths = st.text("abc/%2F.=&:@-_~+A!\"'()*,[]|\\^`{}<>", max_size=10).map("/{}".format)
queries = st.sampled_from(["", "?n=1", "?n=1&n=2", "?bodySHA256=00", "?x=%E5%BC%A0;y=?"])
urls = st.tuples(schemes, st.just("://"), hosts, ports, st.just("") | paths, queries).map("".join)


@given(
    url=urls,
    pairs=st.lists(st.tuples(names, texts), max_size=5),
    signed_port=st.sampled_from(["as it is", ":80", ":443", "", ":8081"]),
    secret=st.sampled_from(["12345", "x" * 32, "密钥"]),
    tampered=st.booleans(),
)
def test_we_and_the_sdk_say_the_same_of_every_request(
    url: str, pairs: list[tuple[str, str]], signed_port: str, secret: str, tampered: bool
) -> None:
    scheme, _, rest = url.partition("://")
    authority, slash, path = rest.partition("/")
    moved = f"{scheme}://{authority.partition(':')[0].partition('?')[0]}{signed_port}{slash}{path}"
    signed_over = url if signed_port == "as it is" else moved
    body = urlencode(pairs).encode()
    pairs = parse_qsl(body.decode(), keep_blank_values=True)
    signature = RequestValidator(secret).compute_signature(signed_over, Fields(pairs))
    if tampered:
        signature = signature[::-1]
    theirs = RequestValidator(secret).validate(url, Fields(pairs), signature)
    assert TWILIO.is_genuine(a_request(body, signature, url=url), ["other", secret]) is theirs
    if signed_over == url:
        assert TWILIO.sign(a_request(body, None, url=url), secret) == {
            "x-twilio-signature": signature[::-1] if tampered else signature
        }
