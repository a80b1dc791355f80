"""Inserting what may stand already: once, on both databases, and one is told which of the two it was."""

from gateway.models import Heard
from gateway.services.upsert import insert_if_new
from tests.factories import Gateway
from tests.gateway.records import rows


def test_the_first_is_inserted_and_the_second_is_told_apart(gateway: Gateway) -> None:
    row = {"notice_id": "n", "period": "p", "caller_hash": b"h", "at": gateway.clock.at}
    for inserted in (True, False, False):
        with gateway.work() as work:
            assert insert_if_new(work.session, Heard, row) is inserted
    assert rows(gateway, Heard) == 1
