"""Between courts on PostgreSQL: what the database itself withholds from a statement that forgot to ask."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from psycopg import RawCursor
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import ProgrammingError

import gateway.services
from gateway.database import reading, writing
from gateway.models import Base, Notice, User
from gateway.services.look_up_call import look_up
from gateway.sight import EVERY_COURT, see, seeing_every_court
from tests.carriers import FakeCarrier
from tests.factories import Gateway, copy_gateway
from tests.postgres import Server

pytestmark = pytest.mark.postgres

WHOSE = {
    **{table.name: "court_id" for table in Base.metadata.sorted_tables if "court_id" in table.columns},
    "audit_entry": "chain",
    "audit_head": "chain",
    "court": "id",
}
"""Every table that says whose a row is, and where."""
READ_BY_ALL = {"protected_caller", "remark", "user_account"}
"""Of these a court also reads the platform's own rows."""


@pytest.fixture
def two_courts(postgres_gateway: Gateway) -> Gateway:
    """Each has a notice, everything that it stands on, and a call."""
    one = postgres_gateway
    for who in ("clerk", "b_clerk"):
        line = one.line(who=who)
        one.notice(line=line, who=who)
        FakeCarrier.of(one).voice(one.dialled(line))
    return one


def _whose(engine: Engine, sees: str, table: str) -> set[str | None]:
    """Whose rows a statement without a condition finds."""
    with reading(engine, sees) as session:
        return set(session.scalars(text(f'SELECT {WHOSE[table]} FROM "{table}"')))


def test_a_statement_without_a_condition_finds_no_other_courts_row(two_courts: Gateway) -> None:
    engine, a, b = two_courts.runtime.engine, two_courts.court_a, two_courts.court_b
    full = {table for table in WHOSE if {a, b} <= _whose(engine, EVERY_COURT, table)}
    assert {
        "notice",
        "line",
        "debtor",
        "enforcement_case",
        "decision",
        "recording",
        "call",
        "audit_entry",
    } <= full
    for table in set(WHOSE) - {"court"}:
        found = _whose(engine, a, table)
        assert found <= {a, None} if table in READ_BY_ALL else found <= {a}, table


def test_whoever_does_not_say_for_which_court_he_works_finds_nothing(two_courts: Gateway) -> None:
    for table in WHOSE:
        assert _whose(two_courts.runtime.engine, "", table) == set(), table


def test_what_was_said_for_one_transaction_does_not_hold_in_the_next(two_courts: Gateway) -> None:
    engine = two_courts.runtime.engine
    with engine.connect() as connection:
        for said in (two_courts.court_a, None):
            with connection.begin():
                if said:
                    connection.execute(
                        text("SELECT set_config('court_gateway.court', :it, true)"), {"it": said}
                    )
                found = connection.execute(text("SELECT count(*) FROM notice")).scalar_one()
            assert found == (1 if said else 0)


def test_a_change_without_a_condition_changes_no_other_courts_row(two_courts: Gateway) -> None:
    with writing(two_courts.runtime.engine, two_courts.court_a) as session:
        for table in ("notice", "line", "enforcement_case"):
            done = session.execute(text(f"UPDATE {table} SET version = version + 1"))
            assert done.rowcount == 1  # type: ignore[attr-defined]
        done = session.execute(text("UPDATE court SET shadow = true"))
        assert done.rowcount == 1  # type: ignore[attr-defined]
        done = session.execute(text("DELETE FROM call"))
        assert done.rowcount == 1  # type: ignore[attr-defined]


def test_a_row_cannot_be_given_to_another_court(two_courts: Gateway) -> None:
    to_b = {"b": two_courts.court_b}
    for statement in (
        "UPDATE recording SET court_id = :b",
        "INSERT INTO prompt VALUES ('x', :b, 'x', 'en', now())",
    ):
        with two_courts.work("clerk") as work, pytest.raises(ProgrammingError, match="row-level security"):
            work.session.execute(text(statement), to_b)


def test_the_fence_stands_before_the_owner_too(two_courts: Gateway) -> None:
    with two_courts.owner() as owner:
        assert _whose(owner, "", "notice") == set()
        assert _whose(owner, two_courts.court_b, "notice") == {two_courts.court_b}


def test_every_table_that_says_whose_a_row_is_has_its_fence(two_courts: Gateway) -> None:
    with two_courts.owner() as owner, reading(owner) as session:
        forced = "SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity"
        fenced = set(session.scalars(text(forced)))
        months = set(session.scalars(text("SELECT relid::text FROM pg_partition_tree('call') WHERE isleaf")))
    assert months < fenced
    assert fenced - months == set(WHOSE), (
        "give the table its policies and privileges in a migration, as 0013 does"
    )


def test_the_desk_has_its_privileges_on_every_table(two_courts: Gateway) -> None:
    with reading(two_courts.runtime.engine, EVERY_COURT) as session:
        for table in Base.metadata.sorted_tables:
            session.execute(table.select().limit(1))


def test_a_question_beyond_the_court_ends_with_its_block(two_courts: Gateway) -> None:
    count = select(Notice.id)
    with two_courts.work("clerk") as work:
        with seeing_every_court(work.session):
            assert len(work.session.scalars(count).all()) == 2
        assert len(work.session.scalars(count).all()) == 1
        with pytest.raises(ZeroDivisionError), seeing_every_court(work.session):
            _ = 1 / 0
        assert len(work.session.scalars(count).all()) == 1
        with pytest.raises(ProgrammingError), work.session.begin_nested(), seeing_every_court(work.session):
            work.session.execute(text("SELECT nothing"))
        assert len(work.session.scalars(count).all()) == 1
        with seeing_every_court(work.session):
            assert len(work.session.scalars(count).all()) == 2
    with reading(two_courts.runtime.engine) as session:
        with seeing_every_court(session):
            assert len(session.scalars(count).all()) == 2
        assert session.scalars(count).all() == []
    with two_courts.work("operator") as work:
        with seeing_every_court(work.session):
            pass
        assert len(work.session.scalars(count).all()) == 2
        see(work.session, two_courts.court_b)
        assert len(work.session.scalars(count).all()) == 1


def test_a_court_reads_the_names_of_operators_and_of_no_other_courts_people(two_courts: Gateway) -> None:
    with two_courts.work("clerk") as work:
        names = set(work.session.scalars(select(User.username)))
    assert {"operator", "clerk"} <= names
    assert not names & {"b_clerk", "b_judge"}


def test_these_questions_are_asked_beyond_ones_court() -> None:
    services = Path(gateway.services.__file__).parent
    found = {path.stem for path in services.glob("*.py") if "seeing_every_court" in path.read_text()}
    assert found == {
        "enrol_line",
        "export_audit",
        "find_duplicate",
        "find_taken",
        "found_platform",
        "place_test_call",
    }, "a court is told no more than that a number or person is taken; decision 0022 counts the places"


def test_a_call_pays_nothing_for_the_fence(founded: Gateway) -> None:
    """What is true of every row is no condition: nothing of it is left in the plan."""
    now, engine = founded.clock.now(), founded.runtime.calls
    written, values = look_up(1).written_for(engine.dialect, [("", "", b"", b"", b"")], (now, now, ""))
    with engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        explain = RawCursor(driver).execute(f"EXPLAIN {written.text}", values)
        steps = [str(row[0]) for row in explain.fetchall()]
    assert any("on line" in step for step in steps)
    assert not any("current_setting" in step for step in steps)


CALLS_MUST_NOT = (
    "SELECT username FROM user_account",
    "SELECT name_sealed FROM debtor",
    "SELECT case_number FROM enforcement_case",
    "SELECT reasons_remark_id FROM decision",
    "SELECT details FROM audit_entry",
    "SELECT text_sealed FROM remark",
    "SELECT token_hash FROM api_token",
    "SELECT token_hash FROM desk_session",
    "SELECT attestation_reference FROM line",
    "SELECT number_sealed FROM protected_caller",
    "SELECT sha256 FROM import_batch",
    "SELECT wav FROM sound",
    "SELECT requests FROM token_pace",
    "UPDATE notice SET state = 'approved'",
    "UPDATE line SET deliver_sealed = ''",
    "UPDATE court SET enabled = true",
    "UPDATE recording SET state = 'approved'",
    "UPDATE platform SET change_no = 0",
    "UPDATE call SET decision = 'silent'",
    "INSERT INTO protected_caller SELECT * FROM protected_caller",
    "INSERT INTO audit_entry SELECT * FROM audit_entry",
    "DELETE FROM call",
    "DELETE FROM heard",
    "DELETE FROM call_event",
    "TRUNCATE call",
    "CREATE TABLE mine (id integer)",
)
DESK_MUST_NOT = (
    "UPDATE audit_entry SET action = 'approved'",
    "DELETE FROM audit_entry",
    "DELETE FROM audit_head",
    "DELETE FROM court",
    "UPDATE sound SET wav = ''",
    "DELETE FROM sound",
    "UPDATE alembic_version SET version_num = '0001'",
    "TRUNCATE call",
    "ALTER TABLE notice DISABLE ROW LEVEL SECURITY",
    "ALTER TABLE notice NO FORCE ROW LEVEL SECURITY",
    "DROP POLICY own_court ON notice",
    "CREATE TABLE mine (id integer)",
)


@pytest.fixture(scope="module")
def founded(
    postgres_server: Server, postgres_founded: Gateway, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Gateway]:
    """One gateway for all that is refused: nothing is changed."""
    url = postgres_server.create(template=postgres_founded.url)
    gateway = copy_gateway(postgres_founded, url, tmp_path_factory.mktemp("refused") / "data")
    yield gateway
    gateway.runtime.close()
    postgres_server.drop(url)


def _refused(engine: Engine, statement: str) -> None:
    with (
        pytest.raises(ProgrammingError, match=r"permission denied|must be owner"),
        writing(engine) as session,
    ):
        session.execute(text(statement))


@pytest.mark.parametrize("statement", CALLS_MUST_NOT)
def test_the_call_path_may_not(founded: Gateway, statement: str) -> None:
    _refused(founded.runtime.calls, statement)


@pytest.mark.parametrize("statement", DESK_MUST_NOT)
def test_the_desk_may_not(founded: Gateway, statement: str) -> None:
    _refused(founded.runtime.engine, statement)
