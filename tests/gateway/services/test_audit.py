"""The audit record: whatever is done to it behind our back is found, and nothing else is."""

import random
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier, Event
from typing import Any

import pytest
from sqlalchemy import Connection, select, text
from sqlalchemy.orm import Session

from gateway.clock import SystemClock
from gateway.database import writing
from gateway.ids import new_id
from gateway.models import AuditEntry
from gateway.services.audit import (
    PLATFORM,
    Chain,
    Verdict,
    anchor_heads,
    append_entry,
    entry_hash,
    read_heads,
    verify_chains,
)
from gateway.sight import EVERY_COURT
from tests.factories import Gateway

Heads = dict[str, tuple[int, str]]


def _write(gateway: Gateway, count: int, chain: str | None = None) -> None:
    for index in range(count):
        with gateway.work() as work:
            work.enter(Chain(chain or gateway.court_a), "tried", "test", f"subject {index}", {"n": index})


def _verify(gateway: Gateway, known: Heads | None = None) -> Verdict:
    with gateway.read() as session:
        return verify_chains(session, known)


def _heads(gateway: Gateway) -> Heads:
    with gateway.read() as session:
        return read_heads(session)


@contextmanager
def _any_right(gateway: Gateway) -> Iterator[Connection]:
    """As the owner, who may let himself see and change whatever he likes: no role that serves could."""
    with gateway.owner() as owner, writing(owner, EVERY_COURT) as session:
        yield session.connection()


def _tamper(gateway: Gateway, statement: str, **values: Any) -> None:
    with _any_right(gateway) as connection:
        _let_through(connection)
        assert connection.execute(text(statement), values).rowcount >= 1


def _let_through(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        connection.execute(text("PRAGMA defer_foreign_keys = ON"))


def test_an_untouched_record_is_intact_and_counts_its_entries(gateway: Gateway) -> None:
    before = _verify(gateway)
    _write(gateway, 5)
    after = _verify(gateway, _heads(gateway))
    assert (before.intact, after.intact) == (True, True)
    assert after.entries == before.entries + 5


def test_an_entry_is_hashed_as_the_sum_says_that_was_made_by_hand() -> None:
    """printf '%s' '["e","c",1,"2026-01-02T03:04:05.000006+00:00","a","b","k","s","{}","00"]' | sha256sum"""
    at = SystemClock().now().replace(2026, 1, 2, 3, 4, 5, 6)
    entry = AuditEntry(
        id="e", chain="c", sequence=1, at=at, actor="a", action="b", subject_kind="k", subject_id="s",
        details="{}", previous_hash="00",
    )  # fmt: skip
    assert entry_hash(entry) == BY_HAND


BY_HAND = "6c829bfc65b92d28c1d2c18f0516f5a57c3ac72a467ebd9d388d323d8ddd34d5"


EDITS = {
    "at": "2020-01-01 00:00:00.000000",
    "actor": "somebody else",
    "action": "approved",
    "subject_kind": "court",
    "subject_id": "another",
    "details": "{}",
    "previous_hash": "0" * 64,
    "hash": "f" * 64,
    "sequence": 99,
    "id": "0" * 26,
}


@pytest.mark.parametrize("column", EDITS)
def test_every_column_of_an_entry_is_protected(gateway: Gateway, column: str) -> None:
    _write(gateway, 4)
    _tamper(
        gateway,
        f"UPDATE audit_entry SET {column} = :value WHERE chain = :chain AND sequence = 3",
        value=EDITS[column],
        chain=gateway.court_a,
    )
    verdict = _verify(gateway)
    assert [each.chain for each in verdict.breaks] == [gateway.court_a]
    assert verdict.breaks[0].sequence in {3, 4}


def _delete(rng: random.Random, last: int) -> Iterator[tuple[str, dict[str, Any]]]:
    yield "DELETE FROM audit_entry WHERE chain = :chain AND sequence = :n", {"n": rng.randint(1, last)}


def _swap(rng: random.Random, last: int) -> Iterator[tuple[str, dict[str, Any]]]:
    one, other = rng.sample(range(1, last + 1), 2)
    move = "UPDATE audit_entry SET sequence = :to WHERE chain = :chain AND sequence = :n"
    yield move, {"n": one, "to": -1}
    yield move, {"n": other, "to": one}
    yield move, {"n": -1, "to": other}


def _edit(rng: random.Random, last: int) -> Iterator[tuple[str, dict[str, Any]]]:
    column = rng.choice(["actor", "action", "subject_kind", "subject_id", "details"])
    statement = f"UPDATE audit_entry SET {column} = {column} || 'x' WHERE chain = :chain AND sequence = :n"
    yield statement, {"n": rng.randint(1, last)}


def _truncate(rng: random.Random, last: int) -> Iterator[tuple[str, dict[str, Any]]]:
    yield "DELETE FROM audit_entry WHERE chain = :chain AND sequence > :n", {"n": rng.randint(1, last - 1)}


@pytest.mark.parametrize("harm", [_delete, _swap, _edit, _truncate])
def test_random_harm_is_found(sqlite_gateway: Gateway, harm: Callable[..., Any]) -> None:
    rng = random.Random(20170501)
    _write(sqlite_gateway, 8)
    last = _heads(sqlite_gateway)[sqlite_gateway.court_a][0]
    engine = sqlite_gateway.runtime.engine
    for _ in range(25):
        with engine.connect() as connection:
            for statement, values in harm(rng, last):
                connection.execute(text(statement), {**values, "chain": sqlite_gateway.court_a})
            verdict = verify_chains(Session(connection))
            assert [each.chain for each in verdict.breaks] == [sqlite_gateway.court_a]
            connection.rollback()
    assert _verify(sqlite_gateway).intact


def _rewrite(gateway: Gateway, chain: str, keep: int, again: int) -> None:
    """What somebody with all rights could do: cut a chain off and append another history, hashes and all."""
    with _any_right(gateway) as connection:
        values = {"chain": chain, "keep": keep}
        connection.execute(text("DELETE FROM audit_entry WHERE chain = :chain AND sequence > :keep"), values)
        last = connection.execute(
            text("SELECT hash FROM audit_entry WHERE chain = :chain AND sequence = :keep"), values
        ).scalar_one()
        head = "UPDATE audit_head SET sequence = :keep, hash = :hash WHERE chain = :chain"
        connection.execute(text(head), {**values, "hash": last})
    for index in range(again):
        with gateway.work() as work:
            work.enter(Chain(chain), "tried", "test", f"another past {index}")


@pytest.mark.parametrize("again", [0, 1, 2, 5])
def test_a_rewritten_or_shortened_chain_is_found_against_a_head_saved_outside(
    gateway: Gateway, again: int
) -> None:
    _write(gateway, 6)
    saved = _heads(gateway)
    _rewrite(gateway, gateway.court_a, saved[gateway.court_a][0] - 2, again)
    assert _verify(gateway).intact
    found = _verify(gateway, saved)
    assert [each.chain for each in found.breaks] == [gateway.court_a]


def test_a_chain_that_grew_honestly_agrees_with_an_old_head(gateway: Gateway) -> None:
    saved = _heads(gateway)
    _write(gateway, 3)
    assert _verify(gateway, saved).intact


def test_a_chain_that_is_gone_is_found_against_a_head_saved_outside(sqlite_gateway: Gateway) -> None:
    _write(sqlite_gateway, 2)
    saved = _heads(sqlite_gateway)
    for table in ("audit_entry", "audit_head"):
        _tamper(sqlite_gateway, f"DELETE FROM {table} WHERE chain = :chain", chain=sqlite_gateway.court_a)
    assert [each.what for each in _verify(sqlite_gateway, saved).breaks] == ["the chain is gone"]


# Anchors: the platform's chain holds the courts' heads.


def _anchor(gateway: Gateway) -> bool:
    with gateway.work("operator") as work:
        return anchor_heads(work.session, work.new_id(), work.now, "system")


def test_heads_are_anchored_when_one_has_moved_and_not_again(gateway: Gateway) -> None:
    _write(gateway, 1)
    assert [_anchor(gateway), _anchor(gateway)] == [True, False]
    _write(gateway, 1)
    assert _anchor(gateway)
    assert _verify(gateway).intact


@pytest.mark.parametrize("again", [0, 2, 5])
def test_a_court_that_rewrites_its_past_is_found_by_the_anchor_alone(gateway: Gateway, again: int) -> None:
    _write(gateway, 4)
    _anchor(gateway)
    _rewrite(gateway, gateway.court_a, 1, again)
    assert [each.chain for each in _verify(gateway).breaks] == [gateway.court_a]


@pytest.mark.parametrize("details", ["", "{", "{}", "[]", '{"heads": 1}', '{"heads": {"a": []}}', "null"])
def test_an_anchor_that_was_made_unreadable_is_a_break_and_no_crash(
    sqlite_gateway: Gateway, details: str
) -> None:
    _write(sqlite_gateway, 1)
    _anchor(sqlite_gateway)
    _tamper(sqlite_gateway, "UPDATE audit_entry SET details = :it WHERE action = 'anchored'", it=details)
    assert [each.chain for each in _verify(sqlite_gateway).breaks] == [PLATFORM]


def test_a_time_that_is_no_time_is_a_break_and_no_crash(sqlite_gateway: Gateway) -> None:
    _write(sqlite_gateway, 3)
    _tamper(
        sqlite_gateway,
        "UPDATE audit_entry SET at = 'once upon a time' WHERE chain = :chain AND sequence = 2",
        chain=sqlite_gateway.court_a,
    )
    assert [each.chain for each in _verify(sqlite_gateway).breaks] == [sqlite_gateway.court_a]


# Many at once.


def _append(gateway: Gateway, chain: str, count: int, start: Barrier) -> None:
    start.wait(30)
    for index in range(count):
        with gateway.work() as work:
            entry_id, subject = new_id(work.now), f"{index}"
            append_entry(
                work.session, Chain(chain), entry_id, work.now, "system", "tried", "test", subject, {}
            )


def test_eight_writers_at_once_neither_fork_the_chain_nor_leave_a_gap(gateway: Gateway) -> None:
    before = _heads(gateway)[gateway.court_a][0]
    start, done = Barrier(9), Event()
    seen: list[Verdict] = []

    def watch() -> None:
        start.wait(30)
        while not done.is_set():
            seen.append(_verify(gateway))

    with ThreadPoolExecutor(9) as threads:
        writers = [threads.submit(_append, gateway, gateway.court_a, 30, start) for _ in range(8)]
        watcher = threads.submit(watch)
        for writer in writers:
            writer.result(60)
        done.set()
        watcher.result(60)
    assert _heads(gateway)[gateway.court_a][0] == before + 240
    assert _verify(gateway).intact
    assert [verdict for verdict in seen if not verdict.intact] == []
    with gateway.read() as session:
        rows = session.scalars(
            select(AuditEntry.sequence)
            .where(AuditEntry.chain == gateway.court_a)
            .order_by(AuditEntry.sequence)
        ).all()
    assert rows == list(range(1, before + 241))


def test_an_entry_and_what_it_tells_of_are_written_together_or_not_at_all(gateway: Gateway) -> None:
    before = _heads(gateway)

    def fail() -> None:
        with gateway.work() as work:
            work.enter(Chain(gateway.court_a), "tried", "test", "subject")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert _heads(gateway) == before


def test_an_entry_holds_no_value_but_its_salted_digest(gateway: Gateway) -> None:
    for _ in range(2):
        with gateway.work() as work:
            work.enter(Chain(gateway.court_a), "tried", "test", "s", {"deliver_to": "+8617100001234"})
    with gateway.read() as session:
        details = session.scalars(select(AuditEntry.details).where(AuditEntry.subject_id == "s")).all()
    assert len(set(details)) == 2
    assert "1710000" not in "".join(details)
