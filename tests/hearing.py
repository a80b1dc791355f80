"""Whether a notice is in force, asked of callers. For silence nobody asks twice: each call must be silent."""

import threading
from collections.abc import Callable
from typing import Protocol, TypeVar


class Answered(Protocol):
    """What a call was answered: `plays` is true where the caller hears something."""

    @property
    def plays(self) -> object: ...


Answer = TypeVar("Answer", bound=Answered)


def first_heard(call: Callable[[], Answer], callers: int = 10, pause: float = 0.0) -> Answer | None:
    """The first of a few calls, each by somebody new, in which the notice is heard.

    A call that a busy machine cannot decide in time is rightly connected without it: then another one tells.
    """
    for _ in range(callers):
        answer = call()
        if answer.plays:
            return answer
        threading.Event().wait(pause)
    return None


def is_heard(call: Callable[[], Answer], callers: int = 10, pause: float = 0.0) -> bool:
    """Whether callers hear the notice."""
    return first_heard(call, callers, pause) is not None
