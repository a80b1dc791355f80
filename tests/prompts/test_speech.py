"""Where something is said: against the loudest windows, and above an absolute floor."""

from prompts.speech import is_said


def test_within_forty_decibels_of_the_loud_windows_something_is_said() -> None:
    assert is_said([-10.0] * 99 + [-49.9]) == [True] * 100
    assert is_said([-10.0] * 99 + [-50.0]) == [True] * 99 + [False]


def test_below_the_floor_nothing_is_said_however_quiet_the_rest_is() -> None:
    assert is_said([-59.9, -60.0, -120.0]) == [True, False, False]
    assert is_said([-70.0] * 10) == [False] * 10


def test_one_click_among_twenty_windows_is_not_what_the_others_are_held_against() -> None:
    """The loud level is that below which 95 of 100 windows lie, in proportion between two."""
    assert is_said([-45.0] * 40 + [-1.0]) == [True] * 41
    assert is_said([-45.0, -0.0]) == [False, True]


def test_of_no_windows_none_is_said() -> None:
    assert is_said([]) == []
