"""What a carrier is asked for when the gateway itself places a call, and how it says no."""

from dataclasses import dataclass


class CallNotPlaced(Exception):
    """The carrier refused to place the call, or could not be reached; `code` is its own, never its text."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class CallOrder:
    """Whom to call, the number that he sees, and where the carrier asks what to do when he answers."""

    to: str
    shown: str
    answer_url: str
    ring_seconds: int = 30
    time_limit_seconds: int = 60
