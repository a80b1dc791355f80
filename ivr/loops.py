"""The loop guard: which evidence ends a call, and which only takes the notice away."""

from ivr.facts import CallFacts, Line
from ivr.numbers import same


def is_certain_loop(facts: CallFacts, line: Line) -> bool:
    """Only what cannot be anything else: our own SIP header came back, or the delivery address diverted
    the call to us. The public number proves nothing: that is how a diverted line reaches us."""
    if facts.returned:
        return True
    if line.deliver_to in (line.public_number, line.gateway_number):
        return False
    return line.deliver_to in facts.diverted_from


def is_foreign_diversion(facts: CallFacts, line: Line) -> bool:
    """Somebody diverted the call, and the line's public number is not among them: a stale diversion, or
    one set on a wrong telephone. In a chain it is enough that the public number is one of its links."""
    if not facts.diverted_from:
        return False
    return not any(same(number, line.public_number) for number in facts.diverted_from)
