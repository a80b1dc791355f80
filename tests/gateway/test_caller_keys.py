"""Callers' keys: one a period, shared by all processes of a host, and gone when the period is over."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from gateway.caller_keys import CallerKeys, Period, PeriodOver, cap_period, pair_period

NOW = datetime(2026, 3, 15, 10, 30, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)
ENDS = datetime(2026, 3, 15, 16, tzinfo=UTC)  # Midnight in Shanghai.
TODAY = Period("day-2026-03-15-Asia.Shanghai", ENDS)


def test_the_period_of_a_cap_of_one_day_is_the_courts_calendar_day() -> None:
    assert cap_period(NOW, "Asia/Shanghai", 1, NOW, "n") == TODAY
    assert cap_period(ENDS - MOMENT, "Asia/Shanghai", 1, NOW, "n") == TODAY
    assert cap_period(ENDS, "Asia/Shanghai", 1, NOW, "n").name == "day-2026-03-16-Asia.Shanghai"


@pytest.mark.parametrize(
    ("day", "name"),
    [(15, "block-n-0"), (16, "block-n-0"), (17, "block-n-0"), (18, "block-n-1"), (21, "block-n-2")],
)
def test_the_period_of_a_longer_cap_is_a_block_of_days_from_the_start(day: int, name: str) -> None:
    period = cap_period(NOW.replace(day=day), "Asia/Shanghai", 3, NOW, "n")
    assert period.name == name
    block = int(name[-1])
    assert period.ends_at == datetime(2026, 3, 14, 16, tzinfo=UTC) + timedelta(days=3 * (block + 1))


def test_a_day_on_which_the_clocks_change_ends_at_midnight() -> None:
    noon = datetime(2026, 3, 29, 12, tzinfo=UTC)
    assert cap_period(noon, "Europe/Berlin", 1, noon, "n").ends_at == datetime(2026, 3, 29, 22, tzinfo=UTC)


def test_the_period_of_a_pair_is_the_utc_day() -> None:
    assert pair_period(NOW) == Period("pair-2026-03-15", datetime(2026, 3, 16, tzinfo=UTC))


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "Europe/Berlin", "Atlantic/Azores"])
def test_every_moment_has_the_day_of_its_zone_whichever_was_asked_for_before(zone: str) -> None:
    """In summer time and out of it, forwards and back."""
    local = ZoneInfo(zone)
    days = ((3, 29), (3, 30), (10, 25), (10, 26))
    midnights = [datetime(2026, month, day, tzinfo=local) for month, day in days]
    moments = [each.astimezone(UTC) + step for each in midnights for step in (-MOMENT, timedelta(), MOMENT)]
    for at in [*moments, *reversed(moments)]:
        day = at.astimezone(local).date()
        found = cap_period(at, zone, 1, NOW, "n")
        assert found.name == f"day-{day}-{zone.replace('/', '.')}"
        assert found.ends_at == datetime.combine(day + timedelta(days=1), time(), local).astimezone(UTC)


def test_a_caller_is_recognised_within_the_period_by_every_process(tmp_path: Path) -> None:
    one, other = CallerKeys(tmp_path), CallerKeys(tmp_path)
    assert one.hash(TODAY, "n +861", NOW) == other.hash(TODAY, "n +861", ENDS - MOMENT)
    assert one.hash(TODAY, "n +861", NOW) != one.hash(TODAY, "n +862", NOW)


def test_a_caller_is_not_recognised_in_another_period(tmp_path: Path) -> None:
    keys = CallerKeys(tmp_path)
    tomorrow = Period("day-2026-03-16-Asia.Shanghai", ENDS + timedelta(days=1))
    assert keys.hash(TODAY, "x", NOW) != keys.hash(tomorrow, "x", NOW)


def test_a_key_past_its_day_is_refused_even_by_who_still_holds_it(tmp_path: Path) -> None:
    keys = CallerKeys(tmp_path)
    keys.hash(TODAY, "x", ENDS - MOMENT)
    for now in (ENDS, ENDS + MOMENT):
        with pytest.raises(PeriodOver):
            keys.hash(TODAY, "x", now)


def test_a_key_whose_file_outlived_its_day_is_refused(tmp_path: Path) -> None:
    CallerKeys(tmp_path).hash(TODAY, "x", NOW)
    prolonged = Period(TODAY.name, ENDS + timedelta(days=9))
    content = next(tmp_path.glob("*.key")).read_text()
    keys = CallerKeys(tmp_path)
    keys.hash(prolonged, "x", NOW)
    assert next(tmp_path.glob("*.key")).read_text() == content
    with pytest.raises(PeriodOver):
        keys.hash(prolonged, "x", ENDS)


def test_any_process_destroys_a_due_key_and_no_other(tmp_path: Path) -> None:
    keys = CallerKeys(tmp_path)
    keys.hash(TODAY, "x", NOW)
    keys.hash(Period("later", ENDS + MOMENT), "x", NOW)
    other = CallerKeys(tmp_path)
    assert other.destroy_due(ENDS - MOMENT) == 0
    assert other.destroy_due(ENDS) == 1
    assert [each.name for each in tmp_path.iterdir()] == ["later.key"]


def test_making_the_next_key_destroys_what_is_due(tmp_path: Path) -> None:
    keys = CallerKeys(tmp_path)
    keys.hash(TODAY, "x", NOW)
    keys.hash(Period("next", ENDS + timedelta(days=1)), "x", ENDS)
    assert [each.name for each in tmp_path.iterdir()] == ["next.key"]


def test_a_part_left_behind_by_a_crash_is_a_key_and_is_destroyed_with_it(tmp_path: Path) -> None:
    CallerKeys(tmp_path).hash(TODAY, "x", NOW)
    part = tmp_path / "0123456789abcdef.part"
    part.hardlink_to(next(tmp_path.glob("*.key")))
    unfinished = tmp_path / "fedcba9876543210.part"
    unfinished.write_text('{"ends_at": "2026')
    assert CallerKeys(tmp_path).destroy_due(ENDS - MOMENT) == 0
    assert CallerKeys(tmp_path).destroy_due(ENDS) == 2
    assert list(tmp_path.iterdir()) == [unfinished]


@pytest.mark.parametrize(
    "content", ["", "{}", "[]", '{"ends_at": "soon", "key": "00"}', '{"ends_at": 5, "key": 5}']
)
def test_a_damaged_key_is_replaced(tmp_path: Path, content: str) -> None:
    (tmp_path / f"{TODAY.name}.key").write_text(content)
    assert len(CallerKeys(tmp_path).hash(TODAY, "x", NOW)) == 16


def test_many_processes_at_once_make_one_key(tmp_path: Path) -> None:
    def first(_index: int) -> bytes:
        return CallerKeys(tmp_path).hash(TODAY, "x", NOW)

    with ThreadPoolExecutor(16) as threads:
        assert len(set(threads.map(first, range(64)))) == 1
    assert [each.name for each in tmp_path.iterdir()] == [f"{TODAY.name}.key"]


def test_many_processes_destroy_at_once_without_harm(tmp_path: Path) -> None:
    for index in range(200):
        (tmp_path / f"{index}.key").write_text("{}")

    def destroy(_index: int) -> int:
        return CallerKeys(tmp_path).destroy_due(NOW)

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(destroy, range(8))) >= 200
    assert list(tmp_path.iterdir()) == []


def test_keys_are_their_owners_alone(tmp_path: Path) -> None:
    keys = CallerKeys(tmp_path / "keys")
    keys.hash(TODAY, "x", NOW)
    assert (tmp_path / "keys").stat().st_mode & 0o077 == 0
    assert next((tmp_path / "keys").glob("*.key")).stat().st_mode & 0o777 == 0o600


def test_a_key_lost_early_is_made_anew(tmp_path: Path) -> None:
    before = CallerKeys(tmp_path).hash(TODAY, "x", NOW)
    next(tmp_path.glob("*.key")).unlink()
    assert CallerKeys(tmp_path).hash(TODAY, "x", NOW) != before
