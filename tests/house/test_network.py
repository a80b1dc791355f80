"""The guard itself: a test that leaves the machine fails, one that stays on it does not."""

import socket

import pytest

from tests.network import LeftTheMachine, is_here


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.53", "::1", "localhost", "", None, b"127.0.0.1"])
def test_this_machine_is_here(host: str | bytes | None) -> None:
    assert is_here(host)


@pytest.mark.parametrize(
    "host", ["192.0.2.1", "128.0.0.1", "126.255.255.255", "::2", "carrier.example", "0.0.0.0"]
)
def test_every_other_machine_is_not(host: str) -> None:
    assert not is_here(host)


def test_connecting_to_another_machine_fails() -> None:
    with socket.socket() as caller, pytest.raises(LeftTheMachine):
        caller.connect(("192.0.2.1", 443))


def test_sending_to_another_machine_fails() -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as caller, pytest.raises(LeftTheMachine):
        caller.sendto(b"INVITE", ("192.0.2.1", 5060))


def test_asking_for_the_address_of_another_machine_fails() -> None:
    with pytest.raises(LeftTheMachine):
        socket.getaddrinfo("carrier.example", 443)


def test_connecting_to_this_machine_works() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        caller = socket.create_connection(server.getsockname(), timeout=5)
        assert caller.getpeername() == server.getsockname()
        caller.close()
