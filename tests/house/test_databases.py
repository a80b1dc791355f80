"""The databases that tests are given: empty, separate, and run by a role without a superuser's powers."""

import psycopg
import pytest
from sqlalchemy import create_engine, inspect, text

from tests.postgres import Server, for_psycopg


def test_a_database_is_empty_at_the_start(database_url: str) -> None:
    engine = create_engine(database_url)
    assert inspect(engine).get_table_names() == []
    engine.dispose()


def test_what_is_written_is_read_again(database_url: str) -> None:
    engine = create_engine(database_url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE notice (title VARCHAR(20))"))
        connection.execute(text("INSERT INTO notice VALUES ('失信被执行人')"))
    with engine.begin() as connection:
        assert connection.execute(text("SELECT title FROM notice")).scalar_one() == "失信被执行人"
    engine.dispose()


@pytest.mark.postgres
def test_a_copy_of_a_database_has_its_tables_and_its_own_life(
    postgres_server: Server, postgres_url: str
) -> None:
    with psycopg.connect(for_psycopg(postgres_url)) as connection:
        connection.execute("CREATE TABLE notice (title text)")
    copy = postgres_server.create(template=postgres_url)
    with psycopg.connect(for_psycopg(copy)) as connection:
        connection.execute("INSERT INTO notice VALUES ('only here')")
    with psycopg.connect(for_psycopg(postgres_url)) as connection:
        assert connection.execute("SELECT count(*) FROM notice").fetchone() == (0,)
    postgres_server.drop(copy)


@pytest.mark.postgres
def test_the_role_of_the_tests_is_no_superuser(postgres_url: str) -> None:
    with psycopg.connect(for_psycopg(postgres_url)) as connection:
        powers = connection.execute(
            "SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user"
        )
        assert powers.fetchone() == (False, False)
