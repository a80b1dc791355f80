"""Two people at the same thing on PostgreSQL: one waits for the other, and there is never a deadlock."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import psycopg
import pytest
from sqlalchemy.engine import URL

from gateway.models import Notice, PhoneLine
from gateway.services.check_fallback import check_fallback, route_of
from gateway.services.close_case import close_case
from gateway.services.decide_objection import uphold_objection
from gateway.services.end_notice import end_notice
from gateway.services.record_objection import NewObjection, record_objection
from gateway.services.suspend_notice import suspend_notice
from gateway.services.work import Work
from tests.factories import Gateway

pytestmark = pytest.mark.postgres


def _meet(
    gateway: Gateway,
    lock: Callable[[Work], object],
    first: Callable[[Work], object],
    second: Callable[[Work], object],
) -> None:
    """`lock` is taken; `second` comes and waits, or is done; then `first` goes on. Both must get through."""

    def do_second() -> None:
        with gateway.work("judge") as work:
            second(work)

    with ThreadPoolExecutor(1) as thread, _watching(gateway.runtime.engine.url) as settled:
        with gateway.work() as work:
            lock(work)
            waiting = thread.submit(do_second)
            settled(waiting.done)
            first(work)
        waiting.result(30)


@contextmanager
def _watching(url: URL) -> Iterator[Callable[[Callable[[], bool]], None]]:
    """A function that returns once a session of this database waits for a lock, or `done` says yes.

    `url`: the role's that waits, as no other role is told what its sessions wait for.
    """
    address = url.set(drivername="postgresql").render_as_string(hide_password=False)
    query = (
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    with psycopg.connect(address, autocommit=True) as session:

        def wait(done: Callable[[], bool]) -> None:
            while not done():
                row = session.execute(query).fetchone()
                if row is not None and row[0]:
                    return

        yield wait


def _suspend(notice: Notice) -> Callable[[Work], object]:
    return lambda work: suspend_notice(work, notice.id, "doubt")


def _check(line: PhoneLine) -> Callable[[Work], object]:
    return lambda work: check_fallback(work, line.id, True, "again", route_of(work, line).deliver_to)


@pytest.fixture
def notice(postgres_gateway: Gateway) -> Notice:
    return postgres_gateway.notice()


def _line(gateway: Gateway, notice: Notice) -> PhoneLine:
    with gateway.read() as session:
        line = session.get_one(PhoneLine, notice.line_id)
        session.expunge(line)
        return line


def test_a_close_waits_for_a_suspension(postgres_gateway: Gateway, notice: Notice) -> None:
    _meet(
        postgres_gateway,
        lambda work: work.find(Notice, notice.id),
        _suspend(notice),
        lambda work: close_case(work, notice.case_id, 1, "paid"),
    )
    assert _state(postgres_gateway, notice) == "ended"


@pytest.mark.parametrize(
    "second",
    [
        lambda work, notice: close_case(work, notice.case_id, 1, "paid"),
        lambda work, notice: end_notice(work, notice.id, "over"),
        lambda work, notice: record_objection(work, NewObjection("wrong_number", "not me", notice=notice.id)),
        lambda work, notice: record_objection(
            work, NewObjection("wrong_number", "not me", line=notice.line_id)
        ),
    ],
    ids=["close", "end", "objection to the notice", "objection to the line"],
)
def test_what_silences_waits_for_a_check_of_the_line(
    postgres_gateway: Gateway,
    notice: Notice,
    second: Callable[[Work, Notice], object],
) -> None:
    line = _line(postgres_gateway, notice)
    _meet(
        postgres_gateway,
        lambda work: work.find(PhoneLine, line.id),
        _check(line),
        lambda work: second(work, notice),
    )
    assert _state(postgres_gateway, notice) in {"ended", "suspended"}


def test_upholding_an_objection_waits_for_a_suspension(postgres_gateway: Gateway, notice: Notice) -> None:
    with postgres_gateway.work() as work:
        objection = record_objection(work, NewObjection("correction", "wrong", notice=notice.id))
    _meet(
        postgres_gateway,
        lambda work: work.find(Notice, notice.id),
        lambda work: end_notice(work, notice.id, "over"),
        lambda work: uphold_objection(work, objection.id, "right"),
    )
    assert _state(postgres_gateway, notice) == "ended"


def test_two_closes_of_one_case_are_one(postgres_gateway: Gateway, notice: Notice) -> None:
    def close(_index: int) -> None:
        with postgres_gateway.work("judge") as work:
            close_case(work, notice.case_id, 1, "paid")

    with ThreadPoolExecutor(6) as threads:
        list(threads.map(close, range(6)))
    assert _state(postgres_gateway, notice) == "ended"


def _state(gateway: Gateway, notice: Notice) -> str:
    with gateway.read() as session:
        return session.get_one(Notice, notice.id).state
