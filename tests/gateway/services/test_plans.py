"""Every list, search and chart of the desk is read by an index: asked of both databases, at many rows."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import cast

import psycopg
import pytest
from sqlalchemy import Connection, event, text

from bench.crowd import fill_court
from gateway.clock import SystemClock
from gateway.models import EnforcementCase, Notice
from gateway.services.browse_audit import Sought, browse_audit, read_chain_state
from gateway.services.browse_lists import Filter, browse, browse_calls, count_list
from gateway.services.check_file import check_file
from gateway.services.expire_notices import OVER
from gateway.services.extract_debtor import extract_debtor
from gateway.services.handle_alerts import list_alerts
from gateway.services.list_work import list_sections, list_tasks
from gateway.services.read_dashboard import read_dashboard
from gateway.services.record_progress import line_dialled
from gateway.services.search_numbers import search_number
from gateway.services.suspend_lapsed import LAPSES
from gateway.services.sweep_notices import find_due
from gateway.services.transactions import Transactions
from gateway.services.work import Work
from gateway.services.work_sections import SECTIONS, Narrowed
from tests.factories import Gateway, number, open_gateway
from tests.gateway.desk import add_president
from tests.gateway.import_files import EVIDENCE, Desk, file_of, transactions

LARGE = ("notice", "line", "enforcement_case", "call", f"call_{SystemClock().now():%Y_%m}", "audit_entry")
"""Tables that grow with the country, and may never be read from end to end while somebody waits; of the
months into which PostgreSQL divides calls the one that is filled here."""

Statement = tuple[str, object]


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def large(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """A court with 8,000 notices, as many calls, and five times as many entries."""
    place: Path = tmp_path_factory.mktemp("large")
    if request.param == "sqlite":
        url = f"sqlite:///{place / 'gateway.db'}"
    else:
        url = request.getfixturevalue("postgres_server").create()
    gateway = open_gateway(url, place / "data")
    add_president(gateway)
    fill_court(gateway, 8_000, 8_000, 40_000)
    yield gateway
    gateway.runtime.close()


@contextmanager
def _statements(gateway: Gateway) -> Iterator[list[Statement]]:
    seen: list[Statement] = []

    def keep(_conn: object, _cursor: object, statement: str, parameters: object, *_rest: object) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "WITH")):
            seen.append((statement, parameters))

    event.listen(gateway.runtime.engine, "before_cursor_execute", keep)
    try:
        yield seen
    finally:
        event.remove(gateway.runtime.engine, "before_cursor_execute", keep)


def _full_scans(gateway: Gateway, statements: list[Statement]) -> list[tuple[str, str]]:
    """(line of the plan, statement) wherever a large table is read from end to end."""
    found = []
    with gateway.runtime.engine.connect() as connection:
        for statement, parameters in statements:
            lines = _plan(connection, statement, parameters)
            found += [
                (line, statement)
                for line in lines
                if (_reads_all(line) and not _few(line, statement)) or _reads_the_court(line, statement)
            ]
    return found


def _plan(connection: Connection, statement: str, parameters: object) -> list[str]:
    if connection.dialect.name == "sqlite":
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)  # type: ignore[arg-type]
        return [str(row[3]) for row in rows]
    return [
        str(row[0])
        for row in connection.exec_driver_sql(f"EXPLAIN {statement}", parameters)  # type: ignore[arg-type]
    ]


def _reads_the_court(line: str, statement: str) -> bool:
    """SQLite: every row of the court is looked at, to find those in some state."""
    words, where = line.split(), statement.partition("WHERE")[2]
    narrowed = any(f"{each} =" in where for each in (".state", ".formal_deletion", ".decision", ".action"))
    whole = "autoindex" in line and line.endswith("(court_id=?)")
    return words[0] == "SEARCH" and words[1] in LARGE and whole and narrowed


def _few(line: str, statement: str) -> bool:
    """Sorting a handful: what is over and not swept yet, alerts of the platform, a court's four proposals."""
    few = ("notice.ends_at <= ?", "FROM alert", "FROM court_change")
    return line.startswith("USE TEMP") and any(each in statement for each in few)


def _reads_all(line: str) -> bool:
    """SQLite: SCAN of a table, or rows that no index holds in order. PostgreSQL: Seq Scan."""
    if line.startswith("USE TEMP B-TREE FOR ORDER BY"):
        return True
    words = line.replace("->", "").split()
    if words[:2] == ["Seq", "Scan"]:
        return words[3] in LARGE
    return words[0] == "SCAN" and words[1] in LARGE


def _ask(gateway: Gateway, who: str, question: Callable[[Work], object]) -> list[tuple[str, str]]:
    with _statements(gateway) as seen, gateway.work(who) as work:
        question(work)
    assert seen
    return _full_scans(gateway, seen)


@pytest.mark.parametrize("who", ["judge", "clerk", "president", "administrator", "auditor"])
@pytest.mark.parametrize("narrowed", [Narrowed(), Narrowed(7, "north")])
def test_the_counts_of_the_work_list(large: Gateway, who: str, narrowed: Narrowed) -> None:
    assert _ask(large, who, lambda work: list_sections(work, narrowed)) == []


@pytest.mark.parametrize("section", [each.name for each in SECTIONS])
def test_each_section_of_the_work_list(large: Gateway, section: str) -> None:
    action = next(each.action for each in SECTIONS if each.name == section)
    who = next(each for each in ("judge", "clerk", "president") if large.people[each].may(action))
    found: list[str | None] = []

    def question(work: Work) -> None:
        page = list_tasks(work, section, Narrowed(), None, 5)
        found.append(page.next)
        if page.next:
            list_tasks(work, section, Narrowed(connection="north"), page.next, 5)

    assert _ask(large, who, question) == []


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        *[("notices", Filter(state=state)) for state in (None, "draft", "submitted", "approved", "in_force")],
        *[("notices", Filter(state=state)) for state in ("suspended", "ended", "rejected")],
        *[("cases", Filter(state=state)) for state in (None, "open", "closed")],
        ("cases", Filter(case_number="（２０２６）川0042")),
        ("cases", Filter(case_number="(2026)", state="stayed")),
        *[("lines", Filter(state=state)) for state in (None, "enrolled", "released")],
        ("lines", Filter(state="active", connection="north")),
        ("objections", Filter(state="open", kind="removal")),
        ("objections", Filter()),
    ],
)
def test_each_list_its_second_page_and_its_count(large: Gateway, name: str, wanted: Filter) -> None:
    def question(work: Work) -> None:
        page = browse(work, name, wanted, None, 10)
        if page.next:
            assert browse(work, name, wanted, page.next, 10).items[0].id != page.items[0].id
        count_list(work, name, wanted)

    assert _ask(large, "clerk", question) == []


@pytest.mark.parametrize(
    "wanted",
    [Filter(), Filter(state="silent", kind="failed", connection="north"), Filter(line="l" + "0" * 25)],
)
def test_the_list_of_calls(large: Gateway, wanted: Filter) -> None:
    def question(work: Work) -> None:
        page = browse_calls(work, wanted, None, 10)
        if page.next:
            browse_calls(work, wanted, page.next, 10)
        count_list(work, "calls", wanted)

    assert _ask(large, "clerk", question) == []


def test_the_search_for_a_number(large: Gateway) -> None:
    assert _ask(large, "clerk", lambda work: search_number(work, number(1))) == []


@pytest.mark.parametrize("who", ["judge", "operator"])
def test_the_dashboard_and_the_alerts(large: Gateway, who: str) -> None:
    def question(work: Work) -> None:
        read_dashboard(work, 90)
        list_alerts(work, True, None, 10)
        list_alerts(work, False, None, 10)

    assert _ask(large, who, question) == []


def test_the_audit_browser(large: Gateway) -> None:
    def question(work: Work) -> None:
        today = work.today()
        read_chain_state(work)
        page = browse_audit(work, Sought(), None, 10)
        browse_audit(work, Sought(), page.next, 10)
        browse_audit(work, Sought(action="suspended"), None, 10)
        browse_audit(work, Sought(subject="n" + "0" * 25), None, 10)
        browse_audit(work, Sought(since=today - timedelta(days=1), until=today), None, 10)

    assert _ask(large, "auditor", question) == []


def test_the_extract_of_a_debtor(large: Gateway) -> None:
    with large.read() as session:
        case_id = session.query(Notice.case_id).limit(1).scalar()
        assert session.get(EnforcementCase, case_id) is not None
    assert _ask(large, "auditor", lambda work: extract_debtor(work, case_id)) == []


def test_the_sweep_of_what_is_over_and_of_reviews(large: Gateway) -> None:
    runtime = large.runtime
    for sweep in (OVER, LAPSES[1]):
        with _statements(large) as seen:
            find_due(Transactions(runtime.engine, large.clock, runtime.vault), sweep)
        assert _full_scans(large, seen) == []


def test_enrolling_a_line_asks_what_is_taken_by_an_index(large: Gateway) -> None:
    with _statements(large) as seen:
        large.line(active=False)
    assert any("deliver_hash" in statement for statement, _ in seen)
    assert _full_scans(large, seen) == []


def test_checking_a_file_asks_what_is_taken_by_an_index(large: Gateway) -> None:
    desk = Desk.of(large)
    with _statements(large) as seen:
        assert check_file(transactions(large), file_of(desk.rows(2)), EVIDENCE).rows == 2
    assert sum("gateway_hash" in statement for statement, _ in seen) >= 3
    assert _full_scans(large, seen) == []


def test_what_is_taken_is_asked_by_an_index_however_often_it_is_asked(large: Gateway) -> None:
    """PostgreSQL plans what is asked often for all values at once: without them it must know that an index of
    lines that are not released will do."""
    desk, vault = Desk.of(large), large.runtime.vault
    line = large.line()
    with _statements(large) as seen, large.read() as session:
        check_file(transactions(large), file_of(desk.rows(2)), EVIDENCE)
        line_dialled(session, vault, line.connection_id, large.dialled(line))
    of_lines = [each for each in seen if "gateway_hash" in each[0]]
    assert len(of_lines) >= 4
    if large.runtime.engine.dialect.name == "sqlite":
        assert _full_scans(large, of_lines) == []
        return
    with large.runtime.engine.connect() as connection:
        plans = [_plan_for_all_values(connection, *each) for each in of_lines]
    assert [plan for plan in plans if "Seq Scan on line" in plan] == []


def _plan_for_all_values(connection: Connection, statement: str, parameters: object) -> str:
    driver = cast("psycopg.Connection[tuple[str, int]]", connection.connection.driver_connection)
    driver.execute("SET plan_cache_mode = force_generic_plan")
    driver.execute(statement, parameters, prepare=True)  # type: ignore[call-overload]
    name, count = driver.execute(
        "SELECT name, cardinality(parameter_types) FROM pg_prepared_statements WHERE statement LIKE %s"
        " ORDER BY prepare_time DESC",
        ("%_hash%",),
    ).fetchall()[0]
    values = ", ".join(["NULL"] * count)
    explained = driver.execute(f'EXPLAIN EXECUTE "{name}" ({values})').fetchall()
    return "\n".join(row[0] for row in explained)


def test_what_reads_a_large_table_whole_is_noticed(large: Gateway) -> None:
    with _statements(large) as seen, large.runtime.engine.connect() as connection:
        connection.execute(text("SELECT count(*) FROM notice WHERE cap_days = 30")).all()
    assert len(_full_scans(large, seen)) == 1
