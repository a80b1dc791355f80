"""Rotating keys: nothing changes for callers, and everything kept is under the new key."""

from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import LargeBinary
from sqlalchemy.orm import Session

from gateway.clock import SystemClock
from gateway.models import Base, PhoneLine
from gateway.runtime import Runtime
from gateway.services.protect_caller import protect_caller
from gateway.services.record_progress import line_dialled
from gateway.services.release_line import release_line
from gateway.services.rewrite_keys import SEALED, rewrite_keys
from gateway.services.transactions import Transactions
from gateway.vault import Keyring, Vault
from tests.factories import Gateway, number, open_gateway


def _rotated(gateway: Gateway) -> Runtime:
    """The same gateway, started anew with another current key."""
    settings = gateway.runtime.settings
    gateway.runtime.close()
    Keyring.load(settings.keys_path).rotated().save(settings.keys_path)
    return Runtime.open(settings, SystemClock())


def test_a_line_is_found_before_and_after_its_keys_are_rewritten(database_url: str, tmp_path: Path) -> None:
    gateway = open_gateway(database_url, tmp_path)
    line = gateway.notice().line_id
    with gateway.read() as session:
        kept = session.get_one(PhoneLine, line)
        dialled, connection = gateway.dialled(kept), kept.connection_id
    runtime = _rotated(gateway)
    transactions = Transactions(runtime.engine, runtime.clock, runtime.vault)

    def found() -> str | None:
        with transactions.reading() as work:
            answer = line_dialled(work.session, runtime.vault, connection, dialled)
            return answer.id if answer else None

    assert found() == line
    assert rewrite_keys(transactions) > 0
    assert found() == line
    assert rewrite_keys(transactions) == 0
    with transactions.reading() as work:
        row = work.session.get_one(PhoneLine, line)
        assert row.hash_key == "k2"
        assert Vault.key_of(row.deliver_sealed) == "k2"
    assert runtime.forward_map.refresh(runtime.engine) > 0
    assert runtime.forward_map.deliver_to(connection, dialled) is not None
    runtime.close()


def test_every_sealed_column_is_rewritten() -> None:
    soon_gone = {"idempotency_record.body_sealed", "desk_challenge.secret_sealed"}
    sealed = {
        f"{table.name}.{column.name}"
        for table in Base.metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, LargeBinary) and column.name.endswith("_sealed")
    }
    rewritten = {f"{model.__tablename__}.{name}" for model, columns in SEALED for name in columns}
    assert sealed - soon_gone == rewritten


def test_a_number_that_came_back_is_in_the_forward_map_all_the_while(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its released line is rewritten too, and must not take the entry of the one that has it now."""
    monkeypatch.setattr("gateway.services.rewrite_keys.LEAST", 1)
    monkeypatch.setattr("gateway.services.keep_pace.LEAST", 1)
    monkeypatch.setattr("gateway.services.keep_pace.MOST", 1)
    gateway = open_gateway(database_url, tmp_path)
    before = gateway.line(public_number=number(2001), gateway_number=number(2001))
    with gateway.work() as work:
        release_line(work, before.id, "letter")
    gateway.line(public_number=number(2001), gateway_number=number(2001))
    runtime = _rotated(gateway)
    known: list[bool] = []

    def look(_session: Session) -> None:
        runtime.forward_map.refresh(runtime.engine)
        known.append(runtime.forward_map.deliver_to(before.connection_id, number(2001)) is not None)

    rewrite_keys(Transactions(runtime.engine, runtime.clock, runtime.vault, guard=look))
    runtime.close()
    assert len(known) > 3
    assert all(known)


def test_transactions_are_as_short_as_a_slow_machine_makes_them(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Calls go on while keys are rewritten: on SQLite each waits for the transaction that is open."""
    with gateway.work("operator") as work:
        for each in range(60):
            protect_caller(work, number(7001 + each), "City hospital")
    moments = count()
    monkeypatch.setattr("gateway.services.keep_pace.perf_counter", lambda: float(next(moments)))
    begun: list[Session] = []
    runtime = _rotated(gateway)
    rewrite_keys(Transactions(runtime.engine, runtime.clock, runtime.vault, guard=begun.append))
    runtime.close()
    assert len(begun) >= 6
