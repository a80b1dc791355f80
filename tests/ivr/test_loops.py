"""Only certain evidence of a loop ends a call."""

import pytest

from ivr.facts import CallFacts, Line
from ivr.loops import is_certain_loop, is_foreign_diversion
from tests.ivr.examples import GATEWAY, HIDDEN, PUBLIC, a_call, a_line

STRANGER = "+8617100000077"
SIP_LINE = a_line(deliver_to="sip:debtor@pbx.example")


@pytest.mark.parametrize(
    ("call", "line", "certain", "foreign"),
    [
        pytest.param(a_call(), a_line(), False, False, id="an ordinary call"),
        pytest.param(a_call(returned=True), a_line(), True, False, id="our own header came back"),
        pytest.param(
            a_call(diverted_from=(HIDDEN,)), a_line(), True, True, id="the hidden number diverted it"
        ),
        pytest.param(
            a_call(diverted_from=(PUBLIC,)), a_line(), False, False, id="the public number diverted it"
        ),
        pytest.param(
            a_call(diverted_from=(PUBLIC, HIDDEN)),
            a_line(),
            True,
            False,
            id="both numbers diverted it in turn",
        ),
        pytest.param(
            a_call(diverted_from=(STRANGER, PUBLIC)),
            a_line(),
            False,
            False,
            id="a chain with the public number",
        ),
        pytest.param(a_call(diverted_from=(STRANGER,)), a_line(), False, True, id="a stranger diverted it"),
        pytest.param(
            a_call(diverted_from=(GATEWAY,)), a_line(), False, True, id="our own number as diverting"
        ),
        pytest.param(
            a_call(diverted_from=("17100000001",)),
            a_line(),
            False,
            False,
            id="the public number, national form",
        ),
        pytest.param(
            a_call(diverted_from=("17100000003",)),
            a_line(),
            False,
            True,
            id="the hidden number in national form is not certain enough",
        ),
        pytest.param(
            a_call(diverted_from=("sip:debtor@pbx.example",)),
            SIP_LINE,
            True,
            True,
            id="the SIP address diverted it",
        ),
        pytest.param(
            a_call(diverted_from=(PUBLIC,)),
            a_line(deliver_to=PUBLIC),
            False,
            False,
            id="a line misconfigured to deliver to its public number is still connected",
        ),
    ],
)
def test_what_a_diversion_proves(call: CallFacts, line: Line, certain: bool, foreign: bool) -> None:
    assert is_certain_loop(call, line) is certain
    assert is_foreign_diversion(call, line) is foreign
