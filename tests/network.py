"""Tests reach nobody: a process that has called `stay_on_this_machine` cannot address another one."""

import sys
from collections.abc import Callable
from ipaddress import ip_address


class LeftTheMachine(BaseException):
    """A test addressed another machine. No `except Exception` of the code under test hides it."""


def is_here(host: object) -> bool:
    """Whether a host, as sockets are given it, is this machine: a loopback address, localhost or none."""
    if host is None:
        return True
    name = host.decode("ascii", "replace") if isinstance(host, bytes) else str(host)
    if name in {"", "localhost"}:
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False


def _of_address(address: object) -> bool:
    return not isinstance(address, tuple) or is_here(address[0])


# What Python reports before it does it, and which of the arguments says where to.
REACHES: dict[str, Callable[[tuple[object, ...]], bool]] = {
    "socket.connect": lambda arguments: _of_address(arguments[1]),
    "socket.sendto": lambda arguments: _of_address(arguments[1]),
    "socket.sendmsg": lambda arguments: _of_address(arguments[1]),
    "socket.getaddrinfo": lambda arguments: is_here(arguments[0]),
    "socket.gethostbyname": lambda arguments: is_here(arguments[0]),
}


def stay_on_this_machine() -> None:
    """From now on, to the end of the process, addressing another machine raises LeftTheMachine."""
    sys.addaudithook(_refuse_other_machines)


def _refuse_other_machines(event: str, arguments: tuple[object, ...]) -> None:
    if event in REACHES and not REACHES[event](arguments):
        raise LeftTheMachine(f"{event} to another machine: give the code a fake instead")
