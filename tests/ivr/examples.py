"""A call, a line and a notice to start from; a test says only what matters to it."""

from typing import Any

from ivr.facts import CallerIdPolicy, CallFacts, Line, Notice, Recording

PUBLIC = "+8617100000001"
GATEWAY = "+8617100000002"
HIDDEN = "+8617100000003"
CALLER = "+8617100000009"
CALL_ID = "CA" + "0" * 31 + "1"
ACCOUNT = "AC" + "0" * 32

SOUND = Recording("a" * 64, 9000)
SECOND_SOUND = Recording("b" * 64, 4000)
NOTICE = Notice("notice", (SOUND,))

_CALL = CallFacts(CALL_ID, ACCOUNT, GATEWAY, CALLER)
_LINE = Line("line", PUBLIC, GATEWAY, HIDDEN, CallerIdPolicy.pass_through)


def a_call(**changes: Any) -> CallFacts:
    return _CALL._replace(**changes)


def a_line(**changes: Any) -> Line:
    return _LINE._replace(**changes)
