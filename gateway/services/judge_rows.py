"""Judging an import's rows by themselves: what each breaks, and what it becomes in the database's tables.

No database is asked, so that several processes may judge a file at once (gateway/judging.py).
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from gateway.jurisdictions.refusal import Refusal
from gateway.services.actor import Actor
from gateway.services.check_import import Rules, as_columns, check_row
from gateway.services.find_taken import Keys, keys_of
from gateway.services.make_rows import Made, make_row
from gateway.services.read_csv import Row
from gateway.services.read_numbers import Fields
from gateway.services.work import Making
from gateway.vault import Vault


@dataclass(frozen=True, slots=True)
class Portion:
    """Rows that follow each other in a file, and the time (aware UTC) at which what they become is made."""

    rows: Sequence[Row]
    now: datetime


@dataclass(frozen=True, slots=True)
class Judged:
    """What was refused, by line and column; and of each row that breaks no rule what of it may stand in one
    place only, and what it becomes, where it is to be written."""

    refused: list[tuple[int, list[Refusal]]] = field(default_factory=list)
    keys: list[Keys] = field(default_factory=list)
    made: list[Made] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Judging:
    """By which rules, with which keys and for whom; `import_id` is None where nothing is to be written."""

    rules: Rules
    vault: Vault
    actor: Actor
    import_id: str | None

    def judge(self, portion: Portion) -> Judged:
        judged, making = Judged(), Making(portion.now, self.vault, self.actor)
        for row in portion.rows:
            fields = Fields()
            if checked := check_row(self.rules, row, fields):
                judged.keys.append(keys_of(self.vault, checked))
                if self.import_id is not None:
                    judged.made.append(make_row(making, self.rules, self.import_id, checked))
            if fields.refusals:
                judged.refused.append((row.line, as_columns(fields.refusals)))
        return judged


JudgeAll = Callable[[Judging, Iterable[Portion]], Iterator[tuple[Portion, Judged]]]
"""Judges portion by portion, and tells of each in the order of the file."""


def judge_here(judging: Judging, portions: Iterable[Portion]) -> Iterator[tuple[Portion, Judged]]:
    """In this process, one after the other."""
    for portion in portions:
        yield portion, judging.judge(portion)
