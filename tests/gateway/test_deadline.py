"""Work with a deadline: done in time, or given up and never committed afterwards."""

import threading
from collections.abc import Iterator

import pytest

from gateway.deadline import Deadline, Ticket, TooLate

SOON, LONG = 0.05, 30.0


class Hanging:
    """Work that hangs until it is let go, and then asks whether it may commit."""

    def __init__(self) -> None:
        self.started, self.released, self.ended = (threading.Event() for _ in range(3))
        self.committed: bool | None = None

    def __call__(self, ticket: Ticket) -> str:
        self.started.set()
        self.released.wait(LONG)
        self.committed = ticket.settle()
        self.ended.set()
        return "done"


@pytest.fixture
def hanging() -> Iterator[Hanging]:
    work = Hanging()
    yield work
    work.released.set()


def test_work_done_in_time_gives_its_result() -> None:
    deadline = Deadline(1, LONG, LONG)
    assert deadline.run(lambda ticket: ticket.settle(), deadline.until()) is True


def test_the_error_of_the_work_is_the_error_of_the_run() -> None:
    def fail(_ticket: Ticket) -> None:
        raise ZeroDivisionError

    deadline = Deadline(1, LONG, LONG)
    with pytest.raises(ZeroDivisionError):
        deadline.run(fail, deadline.until())


def test_a_time_out_of_the_work_itself_is_its_own_error_and_not_ours() -> None:
    def fail(_ticket: Ticket) -> None:
        raise TimeoutError("the pool")

    deadline = Deadline(1, LONG, LONG)
    with pytest.raises(TimeoutError, match="the pool"):
        deadline.run(fail, deadline.until())


def test_work_that_hangs_is_given_up_and_never_commits(hanging: Hanging) -> None:
    deadline = Deadline(1, SOON, LONG)
    with pytest.raises(TooLate):
        deadline.run(hanging, deadline.until())
    hanging.released.set()
    assert hanging.ended.wait(LONG)
    assert hanging.committed is False


def test_a_commit_under_way_when_time_is_out_is_waited_for() -> None:
    settled, released = threading.Event(), threading.Event()

    def work(ticket: Ticket) -> str:
        ticket.settle()
        settled.set()
        released.wait(LONG)
        return "committed"

    def release() -> None:
        settled.wait(LONG)
        released.set()

    deadline = Deadline(1, SOON, LONG)
    threading.Thread(target=release).start()
    assert deadline.run(work, deadline.until()) == "committed"


def test_a_commit_that_is_not_confirmed_is_not_waited_for_for_ever() -> None:
    released = threading.Event()

    def work(ticket: Ticket) -> None:
        ticket.settle()
        released.wait(LONG)

    deadline = Deadline(1, SOON, SOON)
    with pytest.raises(TooLate, match="commit"):
        deadline.run(work, deadline.until())
    released.set()


def test_where_no_thread_is_left_nobody_waits_for_one(hanging: Hanging) -> None:
    deadline = Deadline(1, LONG, LONG)
    first = threading.Thread(target=lambda: deadline.run(hanging, deadline.until()))
    first.start()
    assert hanging.started.wait(LONG)
    with pytest.raises(TooLate, match="every thread"):
        deadline.run(lambda _ticket: "done", deadline.until())
    hanging.released.set()
    first.join(LONG)
    assert deadline.run(lambda _ticket: "done", deadline.until()) == "done"


def test_a_thread_that_hangs_beyond_its_deadline_is_free_again_when_it_ends(hanging: Hanging) -> None:
    deadline = Deadline(1, SOON, LONG)
    with pytest.raises(TooLate):
        deadline.run(hanging, deadline.until())
    with pytest.raises(TooLate, match="every thread"):
        deadline.run(lambda _ticket: "done", deadline.until())
    hanging.released.set()
    assert hanging.ended.wait(LONG)
    patient = deadline.until() + LONG
    while True:
        try:
            assert deadline.run(lambda _ticket: "done", patient) == "done"
        except TooLate:
            continue
        break


def test_only_the_first_who_asks_settles() -> None:
    ticket, won = Ticket(), []
    start = threading.Barrier(8)

    def ask() -> None:
        start.wait(LONG)
        won.append(ticket.settle())

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LONG)
    assert sorted(won) == [False] * 7 + [True]
