"""Identifiers: of one shape, each another, and in the order in which they were made."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from gateway.ids import ID_PATTERN, first_id, new_id, new_ids

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)


def test_many_at_once_are_each_an_id_of_that_moment() -> None:
    ids = new_ids(NOW, 500)
    assert len(set(ids)) == 500
    assert all(re.fullmatch(ID_PATTERN, each) for each in ids)
    assert first_id(NOW) <= min(ids) <= max(ids) < first_id(NOW + timedelta(milliseconds=1))


def test_every_character_behind_the_moment_is_drawn() -> None:
    moments = (NOW + timedelta(milliseconds=each) for each in range(2000))
    drawn = list(zip(*(new_id(each)[10:] for each in moments), strict=True))
    assert len(drawn) == 16
    assert all(len(set(characters)) == 32 for characters in drawn)


def test_ids_of_one_moment_ascend_in_steps_that_are_drawn() -> None:
    ids = [*new_ids(NOW, 1000), *(new_id(NOW) for _ in range(1000))]
    assert ids == sorted(ids)
    drawn = list(zip(*(each[15:] for each in ids), strict=True))
    assert all(len(set(characters)) == 32 for characters in drawn)


def test_a_moment_begins_anew_where_its_numbers_are_used_up(monkeypatch: pytest.MonkeyPatch) -> None:
    starts = iter([2**80 - 1, 2**80 - 1, 5])
    monkeypatch.setattr("secrets.randbits", lambda _bits: next(starts))
    new = new_id(NOW + timedelta(days=1))
    assert new[10:14] == "0000"


def test_threads_make_different_ids_of_one_moment() -> None:
    with ThreadPoolExecutor(8) as threads:
        made = list(threads.map(lambda _: new_ids(NOW, 50), range(40)))
    assert len({each for ids in made for each in ids}) == 2000


def test_no_ids_are_none_and_one_is_another_each_time() -> None:
    assert new_ids(NOW, 0) == []
    assert new_id(NOW) != new_id(NOW)
