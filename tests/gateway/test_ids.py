"""Identifiers: of one shape, each another, and in the order of the moments in which they were made."""

import re
from datetime import UTC, datetime, timedelta

from gateway.ids import ID_PATTERN, first_id, new_id, new_ids

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)


def test_many_at_once_are_each_an_id_of_that_moment() -> None:
    ids = new_ids(NOW, 500)
    assert len(set(ids)) == 500
    assert all(re.fullmatch(ID_PATTERN, each) for each in ids)
    assert first_id(NOW) <= min(ids) <= max(ids) < first_id(NOW + timedelta(milliseconds=1))


def test_every_character_behind_the_moment_is_drawn() -> None:
    drawn = list(zip(*(each[10:] for each in new_ids(NOW, 2000)), strict=True))
    assert len(drawn) == 16
    assert all(len(set(characters)) == 32 for characters in drawn)


def test_no_ids_are_none_and_one_is_another_each_time() -> None:
    assert new_ids(NOW, 0) == []
    assert new_id(NOW) != new_id(NOW)
