"""A number in full: only for who needs it, each time entered into the record, of the own court only."""

import pytest

from gateway.services.refusals import NotAllowed, NotFound
from gateway.services.unmask import MASKED, unmask
from tests.factories import Gateway
from tests.gateway.records import actions


def test_a_clerk_sees_the_number_and_the_record_says_so(gateway: Gateway) -> None:
    line = gateway.line()
    with gateway.work() as work:
        assert unmask(work, "public_number", line.id) == gateway.dialled(line)
    with gateway.work("judge") as work:
        assert unmask(work, "deliver_to", line.id) == gateway.delivered(line)
    assert actions(gateway, line.id)[-2:] == ["unmasked", "unmasked"]


def test_an_identity_number_is_shown_by_its_case(gateway: Gateway) -> None:
    case = gateway.case()
    with gateway.work() as work:
        assert unmask(work, "identity_number", case.id).startswith("51130219800101")
    assert actions(gateway, case.id) == ["enrolled", "unmasked"]


def test_nobody_else_sees_it_and_what_is_not_there_is_not_found(sqlite_gateway: Gateway) -> None:
    line = sqlite_gateway.line()
    before = actions(sqlite_gateway, line.id)
    for who, error in (("auditor", NotAllowed), ("operator", NotAllowed), ("b_clerk", NotFound)):
        for field in MASKED:
            with pytest.raises(error), sqlite_gateway.work(who) as work:
                unmask(work, field, line.id)
    for field in ("proposed_deliver_to", "identity_number", "hash_key"):
        with pytest.raises(NotFound), sqlite_gateway.work() as work:
            unmask(work, field, line.id)
    assert actions(sqlite_gateway, line.id) == before
