"""Comparing the rows of one file: what only one of them may say, and where nobody may deliver to.

What rows say is kept as digests in a temporary database without a name, which lies on the disk as soon as it
is large: a file may have any number of rows. It is asked once, when the last row is there.
"""

import hashlib
import os
import sqlite3
from collections.abc import Callable
from enum import IntEnum

from gateway.services.check_import import as_columns
from gateway.services.enrol_case import add_decision_taken
from gateway.services.enrol_line import add_leads_back
from gateway.services.find_taken import Keys
from gateway.services.read_csv import Row, RowErrors
from gateway.services.read_import import CASE_COLUMNS
from gateway.services.read_numbers import Fields

AT_ONCE = 5_000


class Said(IntEnum):
    """What a row says; of the first four, a second row may say one key with the same value only."""

    case = 0
    decision = 1
    public = 2
    gateway = 3
    dialled = 4
    delivered = 5


class InFile:
    """Takes what each row says; `finish` tells what other rows contradict."""

    def __init__(self, errors: RowErrors) -> None:
        self._errors = errors
        self._secret = os.urandom(32)
        self._waiting: list[tuple[int, bytes, bytes | int, int]] = []
        self._kept = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._kept.execute("CREATE TABLE said (what INTEGER, key BLOB, value, line INTEGER)")
        self._kept.execute("BEGIN")

    def add(self, row: Row, keys: Keys) -> None:
        """Several rows may be of one case, for a debtor with several lines, if they say the same of it."""
        line, digest = row.line, self._digest
        case, public, gateway = digest(keys.case_number), keys.public[0], keys.gateway[0]
        words = digest("\n".join([row.cells[name] for name in CASE_COLUMNS]))
        self._waiting += (
            (Said.case, case, words, line),
            (Said.decision, digest(keys.decision_number), case, line),
            (Said.public, public, line, line),
            (Said.gateway, digest(keys.connection_id) + gateway, line, line),
            (Said.dialled, gateway, line, line),
            (Said.delivered, keys.deliver[0], line, line),
        )
        if len(self._waiting) >= AT_ONCE:
            self._keep()

    def finish(self) -> None:
        """Refuse rows that say otherwise than a row before, and deliveries to what any row enrols."""
        self._keep()
        for line, what in self._kept.execute(_OTHERWISE, (Said.gateway,)):
            self._refuse(line, _REFUSALS[what])
        for (line,) in self._kept.execute(_LEADS_BACK, (Said.public, Said.dialled, Said.delivered)):
            self._refuse(line, add_leads_back)
        self._kept.close()

    def _digest(self, text: str) -> bytes:
        """Under a key that nobody keeps: what lies on the disk tells nothing."""
        return hashlib.blake2b(text.encode(), digest_size=16, key=self._secret).digest()

    def _keep(self) -> None:
        self._kept.executemany("INSERT INTO said VALUES (?, ?, ?, ?)", self._waiting)
        self._waiting.clear()

    def _refuse(self, line: int, add: Callable[[Fields], None]) -> None:
        fields = Fields()
        add(fields)
        self._errors.take(line, as_columns(fields.refusals))


_OTHERWISE = """
SELECT line, what FROM (
    SELECT line, what, value, first_value(value) OVER (PARTITION BY what, key ORDER BY line) AS first
    FROM said WHERE what <= ?
) WHERE value <> first
"""
_LEADS_BACK = """
SELECT min(CASE WHEN what = ?3 THEN line END) FROM said WHERE what IN (?1, ?2, ?3)
GROUP BY key HAVING max(what = ?3) AND max(what <> ?3)
"""
_NUMBER_TWICE = (
    "duplicate-number",
    "Another row of the file has this number.",
    "文件中另一行已有该号码。",
)
_REFUSALS: dict[int, Callable[[Fields], None]] = {
    Said.case: lambda fields: fields.add(
        "case_number",
        "duplicate-case",
        "Another row has this case with other details.",
        "另一行已有该案件，且内容不同。",
    ),
    Said.decision: add_decision_taken,
    Said.public: lambda fields: fields.add("public_number", *_NUMBER_TWICE),
    Said.gateway: lambda fields: fields.add("gateway_number", *_NUMBER_TWICE),
}
