"""The local forward map: follows every change, survives a restart, and never mixes two databases."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import update

from gateway.database import open_engine, writing
from gateway.forward_map import ForwardMap, keep_fresh
from gateway.ids import new_id
from gateway.models import Connection, ImportBatch, PhoneLine, Platform
from gateway.services.add_connection import NewConnection, add_connection
from gateway.services.change_delivery import approve_delivery, propose_delivery
from gateway.services.change_numbers import next_change
from gateway.services.release_line import release_line
from gateway.sight import EVERY_COURT
from gateway.vault import Keyring, SealBroken, Vault
from tests.factories import ACCOUNT, BASE, NEXT_SECRET, SECRET, Gateway, number
from tests.gateway.records import change


@pytest.fixture
def fresh(gateway: Gateway, tmp_path: Path) -> Iterator[ForwardMap]:
    """An empty map of its own."""
    found = ForwardMap(tmp_path / "another map", gateway.runtime.vault)
    yield found
    found.close()


def _refresh(gateway: Gateway, found: ForwardMap) -> int:
    return found.refresh(gateway.runtime.engine)


def _import_of(gateway: Gateway, line: PhoneLine) -> str:
    """Make it the one line of an import that is being written."""
    batch = ImportBatch(
        id=new_id(gateway.clock.now()),
        court_id=line.court_id,
        kind="enrolment",
        sha256="1" * 64,
        rows=1,
        state="writing",
        submitted_by=line.created_by,
        created_at=gateway.clock.now(),
    )
    with writing(gateway.runtime.engine, EVERY_COURT) as session:
        session.add(batch)
    change(gateway, PhoneLine, line.id, import_id=batch.id)
    return batch.id


def _publish(gateway: Gateway, batch: str) -> None:
    with gateway.work() as work:
        change_no = next_change(work.session)
    change(gateway, ImportBatch, batch, change_no=change_no)


def test_it_takes_over_what_there_is_and_then_only_what_changed(gateway: Gateway, fresh: ForwardMap) -> None:
    one, two = gateway.line(), gateway.line()
    assert (_refresh(gateway, fresh), _refresh(gateway, fresh)) == (3, 0)
    for line in (one, two):
        assert fresh.deliver_to(line.connection_id, gateway.dialled(line)) == gateway.delivered(line)
    third = gateway.line(active=False)
    assert _refresh(gateway, fresh) == 1
    assert fresh.deliver_to(third.connection_id, gateway.dialled(third)) == gateway.delivered(third)


def test_it_holds_what_the_guard_needs_of_a_connection(gateway: Gateway, fresh: ForwardMap) -> None:
    _refresh(gateway, fresh)
    trunk = fresh.trunk("north")
    assert trunk is not None
    assert (trunk.account, trunk.secrets, trunk.public_base_url) == (ACCOUNT, (SECRET, NEXT_SECRET), BASE)
    assert fresh.trunk("south") is None


def test_a_number_is_known_on_its_own_connection_only(sqlite_gateway: Gateway) -> None:
    line = sqlite_gateway.line()
    with sqlite_gateway.work("operator") as work:
        south = add_connection(work, NewConnection("south", "twilio", ACCOUNT, "s", BASE))
    sqlite_gateway.refresh_map()
    assert sqlite_gateway.runtime.forward_map.deliver_to(south.id, sqlite_gateway.dialled(line)) is None


def test_a_changed_delivery_counts_and_a_proposed_one_does_not(gateway: Gateway, fresh: ForwardMap) -> None:
    line = gateway.line()
    dialled, before = gateway.dialled(line), gateway.delivered(line)
    with gateway.work() as work:
        propose_delivery(work, line.id, number(4444), None)
    _refresh(gateway, fresh)
    assert fresh.deliver_to(line.connection_id, dialled) == before
    with gateway.work("judge") as work:
        approve_delivery(work, line.id)
    _refresh(gateway, fresh)
    assert fresh.deliver_to(line.connection_id, dialled) == number(4444)


def test_a_released_line_is_forgotten_and_its_number_can_come_back(
    gateway: Gateway, fresh: ForwardMap
) -> None:
    line = gateway.line(public_number=number(2001), gateway_number=number(2001))
    _refresh(gateway, fresh)
    with gateway.work() as work:
        release_line(work, line.id, "letter")
    _refresh(gateway, fresh)
    assert fresh.deliver_to(line.connection_id, number(2001)) is None
    again = gateway.line(who="b_clerk", public_number=number(2001), gateway_number=number(2001))
    _refresh(gateway, fresh)
    assert fresh.deliver_to(line.connection_id, number(2001)) == gateway.delivered(again)


def test_a_new_map_knows_a_released_number_that_came_back(gateway: Gateway, fresh: ForwardMap) -> None:
    line = gateway.line(public_number=number(2001), gateway_number=number(2001))
    with gateway.work() as work:
        release_line(work, line.id, "letter")
    again = gateway.line(who="b_clerk", public_number=number(2001), gateway_number=number(2001))
    _refresh(gateway, fresh)
    assert fresh.deliver_to(line.connection_id, number(2001)) == gateway.delivered(again)


def test_it_survives_a_restart(sqlite_gateway: Gateway, tmp_path: Path) -> None:
    line = sqlite_gateway.line()
    first = ForwardMap(tmp_path / "map", sqlite_gateway.runtime.vault)
    _refresh(sqlite_gateway, first)
    first.close()
    second = ForwardMap(tmp_path / "map", sqlite_gateway.runtime.vault)
    dialled = sqlite_gateway.dialled(line)
    assert second.deliver_to(line.connection_id, dialled) == sqlite_gateway.delivered(line)
    assert _refresh(sqlite_gateway, second) == 0
    second.close()


def test_a_map_of_another_database_is_emptied_first(gateway: Gateway, fresh: ForwardMap) -> None:
    line = gateway.line()
    _refresh(gateway, fresh)
    gateway.clock.forward(seconds=1)
    with gateway.work() as work:
        work.session.get_one(Platform, 1).created_at = gateway.clock.at
        work.session.execute(update(Connection).values(change_no=0))
    _refresh(gateway, fresh)
    assert fresh.trunk("north") is None
    assert fresh.deliver_to(line.connection_id, gateway.dialled(line)) == gateway.delivered(line)


def test_a_database_restored_from_a_backup_is_taken_over(gateway: Gateway, fresh: ForwardMap) -> None:
    kept, lost = gateway.line(), gateway.line()
    _refresh(gateway, fresh)
    with gateway.work() as work:
        work.session.delete(work.session.merge(lost))
        work.session.get_one(Platform, 1).change_no -= 1
    _refresh(gateway, fresh)
    assert fresh.deliver_to(lost.connection_id, gateway.dialled(lost)) is None
    assert fresh.deliver_to(kept.connection_id, gateway.dialled(kept)) == gateway.delivered(kept)


def test_after_a_rotation_of_keys_old_entries_are_found(sqlite_gateway: Gateway, tmp_path: Path) -> None:
    line, ring = sqlite_gateway.line(), Keyring.load(sqlite_gateway.runtime.settings.keys_path)
    first = ForwardMap(tmp_path / "map", Vault(ring))
    _refresh(sqlite_gateway, first)
    first.close()
    rotated = ForwardMap(tmp_path / "map", Vault(ring.rotated()))
    dialled = sqlite_gateway.dialled(line)
    assert rotated.deliver_to(line.connection_id, dialled) == sqlite_gateway.delivered(line)
    assert rotated.trunk("north") is not None
    rotated.close()


def test_without_the_keys_it_tells_nothing(sqlite_gateway: Gateway, tmp_path: Path) -> None:
    line = sqlite_gateway.line()
    first = ForwardMap(tmp_path / "map", sqlite_gateway.runtime.vault)
    _refresh(sqlite_gateway, first)
    first.close()
    stolen = ForwardMap(tmp_path / "map", Vault(Keyring.generate()))
    assert stolen.deliver_to(line.connection_id, sqlite_gateway.dialled(line)) is None
    with pytest.raises(SealBroken):
        stolen.trunk("north")
    stolen.close()
    content = (tmp_path / "map" / "data.mdb").read_bytes()
    assert b"1710000" not in content
    assert SECRET.encode() not in content


def test_a_platform_that_is_not_founded_changes_nothing(sqlite_migrated: str, tmp_path: Path) -> None:
    found = ForwardMap(tmp_path / "map", Vault(Keyring.generate()))
    engine = open_engine(sqlite_migrated, wait_ms=1000, statement_ms=1000, pool_size=1)
    assert found.refresh(engine) == 0
    engine.dispose()
    found.close()


class Turns(threading.Event):
    """Lets the loop of `keep_fresh` go round so many times, without a wait."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self.left = count

    def wait(self, timeout: float | None = None) -> bool:  # noqa: ARG002
        self.left -= 1
        return self.left < 0


def test_the_thread_that_keeps_it_fresh_outlives_what_goes_wrong(
    sqlite_gateway: Gateway, tmp_path: Path
) -> None:
    line, engine = sqlite_gateway.line(), sqlite_gateway.runtime.engine
    dialled = sqlite_gateway.dialled(line)
    found = ForwardMap(tmp_path / "map", sqlite_gateway.runtime.vault)
    with sqlite_gateway.read() as session:
        connection = session.query(Connection).one()
        sealed = connection.secret_current_sealed
    change(sqlite_gateway, Connection, connection.id, secret_current_sealed=b"damaged")
    keep_fresh(found, engine, Turns(2))
    assert found.deliver_to(line.connection_id, dialled) is None
    change(sqlite_gateway, Connection, connection.id, secret_current_sealed=sealed)
    keep_fresh(found, engine, Turns(1))
    assert found.deliver_to(line.connection_id, sqlite_gateway.dialled(line)) == sqlite_gateway.delivered(
        line
    )
    with engine.begin() as direct:
        direct.exec_driver_sql("ALTER TABLE platform RENAME TO gone")
    keep_fresh(found, engine, Turns(2))
    assert found.trunk("north") is not None
    found.close()


def test_a_new_map_knows_a_released_number_that_an_import_brought_back(
    gateway: Gateway, fresh: ForwardMap
) -> None:
    line = gateway.line(public_number=number(2001), gateway_number=number(2001))
    with gateway.work() as work:
        release_line(work, line.id, "letter")
    again = gateway.line(who="b_clerk", public_number=number(2001), gateway_number=number(2001))
    _publish(gateway, _import_of(gateway, again))
    change(gateway, PhoneLine, again.id, change_no=0)
    _refresh(gateway, fresh)
    assert fresh.deliver_to(line.connection_id, number(2001)) == gateway.delivered(again)


def test_a_line_of_an_import_is_known_when_all_are_whatever_befell_it_before(
    gateway: Gateway, fresh: ForwardMap
) -> None:
    line = gateway.line()
    batch = _import_of(gateway, line)
    _refresh(gateway, fresh)
    assert fresh.deliver_to(line.connection_id, gateway.dialled(line)) is None
    _publish(gateway, batch)
    _refresh(gateway, fresh)
    assert fresh.deliver_to(line.connection_id, gateway.dialled(line)) == gateway.delivered(line)


def test_what_happens_while_another_process_refreshes_is_taken_over_after_it(
    gateway: Gateway, fresh: ForwardMap
) -> None:
    with fresh._file.begin(write=True):
        waiting = threading.Thread(target=_refresh, args=(gateway, fresh))
        waiting.start()
        line = gateway.line()
    waiting.join()
    assert fresh.deliver_to(line.connection_id, gateway.dialled(line)) == gateway.delivered(line)
