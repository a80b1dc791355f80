"""Keys under which callers are hashed: one for each period, destroyed when it is over, never backed up."""

import contextlib
import json
import os
import secrets
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from ivr.keyed_hash import KeyedHash


class PeriodOver(Exception):
    """The key of a period that is over is never used again, whether or not its file still exists."""


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of time in which a caller can be recognised; `name` is safe as a file name."""

    name: str
    ends_at: datetime


def pair_period(now: datetime) -> Period:
    """The UTC day: for recognising the same caller on the same line within seconds."""
    return _day(now, "UTC", "pair-{day}")


def cap_period(now: datetime, zone: str, cap_days: int, starts_at: datetime, notice_id: str) -> Period:
    """The period of a notice's frequency cap: the court's calendar day, or blocks of days from the start."""
    if cap_days == 1:
        return _day(now, zone, "day-{day}-{zone}")
    local = ZoneInfo(zone)
    today = now.astimezone(local).date()
    first = starts_at.astimezone(local).date()
    block = (today - first).days // cap_days
    return Period(
        f"block-{notice_id}-{block}", _midnight(first + timedelta(days=(block + 1) * cap_days), local)
    )


_DAYS: dict[tuple[str, str], tuple[datetime, Period]] = {}
"""By zone and naming the day asked for last, with its beginning: call after call asks for the same."""


def _day(now: datetime, zone: str, naming: str) -> Period:
    known = _DAYS.get((zone, naming))
    if known is None or not known[0] <= now < known[1].ends_at:
        local = ZoneInfo(zone)
        today = now.astimezone(local).date()
        name = naming.format(day=today, zone=zone.replace("/", "."))
        period = Period(name, _midnight(today + timedelta(days=1), local))
        known = _DAYS[zone, naming] = _midnight(today, local), period
    return known[1]


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)


class CallerKeys:
    """Period keys as files of one host's directory. Losing one early is allowed; keeping one is not."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._known: dict[str, tuple[datetime, KeyedHash]] = {}

    def hash(self, period: Period, text: str, now: datetime) -> bytes:
        """16 bytes that recognise this text within the period; raises PeriodOver."""
        return self._key(period, now).digest(text.encode())[:16]

    def destroy_due(self, now: datetime) -> int:
        """Destroy every key whose period is over; returns how many files went."""
        self._known = {name: known for name, known in self._known.items() if known[0] > now}
        gone = 0
        for file in (*self._directory.glob("*.key"), *self._directory.glob("*.part")):
            if _is_due(file, now):
                file.unlink(missing_ok=True)
                gone += 1
        return gone

    def _key(self, period: Period, now: datetime) -> KeyedHash:
        if period.ends_at <= now:
            raise PeriodOver(period.name)
        known = self._known.get(period.name)
        if known is None:
            self.destroy_due(now)
            ends_at, key = self._make_or_read(period)
            known = self._known[period.name] = ends_at, KeyedHash(key, "sha256")
        if known[0] <= now:
            raise PeriodOver(period.name)
        return known[1]

    def _make_or_read(self, period: Period) -> tuple[datetime, bytes]:
        """Whoever links the file first makes the key; all others read that one."""
        self._directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = self._directory / f"{period.name}.key"
        part = self._directory / f"{secrets.token_hex(8)}.part"
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as writer:
            json.dump({"ends_at": period.ends_at.isoformat(), "key": secrets.token_hex(32)}, writer)
        with contextlib.suppress(FileExistsError):
            os.link(part, file)
        part.unlink(missing_ok=True)
        return _read(file)


def _is_due(file: Path, now: datetime) -> bool:
    """Whether a file holds a key that is over, or is a key file that holds none.

    A part that cannot be read is being written by somebody else; one that was left behind by a crash holds a
    key like any other.
    """
    try:
        return _read(file)[0] <= now
    except FileNotFoundError:
        return False
    except ValueError:
        return file.suffix == ".key"


def _read(file: Path) -> tuple[datetime, bytes]:
    """(end of the period, key); raises ValueError where the file is no key file."""
    try:
        stored = json.loads(file.read_text())
        return datetime.fromisoformat(stored["ends_at"]), bytes.fromhex(stored["key"])
    except (KeyError, TypeError) as fault:
        raise ValueError(file.name) from fault
