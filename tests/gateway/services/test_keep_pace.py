"""Keeping pace: chunks grow while they are quick, and shrink when they are slow."""

import pytest

from gateway.services.keep_pace import Pace, next_size


@pytest.mark.parametrize(
    ("size", "seconds", "following"),
    [
        (40, 0.015, 40),
        (40, 0.02, 30),
        (40, 0.03, 20),
        (40, 0.3, 20),
        (40, 0.0075, 60),
        (40, 0.0, 60),
        (900, 0.001, 1000),
        (10, 10.0, 10),
        (1, 10.0, 10),
    ],
)
def test_a_chunk_holds_the_lock_for_about_fifteen_milliseconds(
    size: int, seconds: float, following: int
) -> None:
    assert next_size(size, seconds) == following


def test_the_first_size_and_the_aim_are_given() -> None:
    assert Pace(5).size == 5
    assert next_size(30, 0.4, aim=0.2) == 15
