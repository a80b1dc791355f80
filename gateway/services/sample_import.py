"""What a judge sees of an import before he approves it: what is in it, counted, and a sample to hear.

Which rows are in the sample is decided by a keyed hash of the import's file and of each notice: whoever
prepared the file can neither choose them nor know them.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from heapq import nsmallest

from sqlalchemy import func, select

from gateway.models import (
    Debtor,
    Decision,
    EnforcementCase,
    ImportBatch,
    Notice,
    PhoneLine,
    Prompt,
    Recording,
)
from gateway.services.list_imports import read_import_batch
from gateway.services.permissions import Action
from gateway.services.work import Work
from ivr import numbers

SAMPLE_ROWS = 8
AT_ONCE = 2000


@dataclass(frozen=True, slots=True)
class Played:
    """A recording, by the prompt that it is a version of."""

    id: str
    name: str
    language: str
    sha256: str
    seconds: float


@dataclass(frozen=True, slots=True)
class SampleRow:
    """One notice of the import with what the judge answers for."""

    notice: Notice
    case_number: str
    debtor_name: str
    decision: Decision
    public_number: str
    deliver_to: str
    recordings: tuple[Played, ...]


@dataclass(frozen=True, slots=True)
class Contents:
    """What is in an import, counted: (value, rows) of each, the most frequent first."""

    states: tuple[tuple[str, int], ...]
    grounds: tuple[tuple[str, int], ...]
    terms: tuple[tuple[int | None, int], ...]
    classes: tuple[tuple[str, int], ...]
    recordings: tuple[tuple[Played, int], ...]


def sample_of_import(work: Work, import_id: str, rows: int = SAMPLE_ROWS) -> tuple[SampleRow, ...]:
    """So many rows, the same ones each time; raises NotFound. Needs the right to read names."""
    work.actor.must(Action.READ_NAMES)
    batch = read_import_batch(work, import_id)
    ids = work.session.scalars(select(Notice.id).where(Notice.import_id == batch.id))
    chosen = nsmallest(rows, ids, key=lambda each: work.vault.digest(each, batch.sha256))
    query = (
        select(Notice, EnforcementCase, Debtor, Decision, PhoneLine)
        .join(EnforcementCase, EnforcementCase.id == Notice.case_id)
        .join(Debtor, Debtor.id == EnforcementCase.debtor_id)
        .join(Decision, Decision.id == Notice.decision_id)
        .join(PhoneLine, PhoneLine.id == Notice.line_id)
        .where(Notice.id.in_(chosen))
        .order_by(EnforcementCase.case_number, Notice.id)
    )
    found = work.session.execute(query).all()
    played = _played(work, {each for row in found for each in _recordings(row.Notice)})
    return tuple(
        SampleRow(
            notice,
            case.case_number,
            work.vault.open(debtor.name_sealed, "person") if debtor.name_sealed else "",
            decision,
            _masked(work, line.public_sealed),
            _masked(work, line.deliver_sealed),
            tuple(played[each] for each in _recordings(notice)),
        )
        for notice, case, debtor, decision, line in found
    )


def contents_of_import(work: Work, import_id: str) -> Contents:
    """Counts over all rows of an import; raises NotFound."""
    work.actor.must(Action.READ)
    batch = read_import_batch(work, import_id)
    grounds, terms = Counter[str](), Counter[int | None]()
    by_decision = (
        select(Decision.grounds, Decision.term_months, func.count())
        .join(Notice, Notice.decision_id == Decision.id)
        .where(Notice.import_id == batch.id)
        .group_by(Decision.grounds, Decision.term_months)
    )
    for listed, months, rows in work.session.execute(by_decision):
        terms[months] += rows
        for ground in listed.split(","):
            grounds[ground] += rows
    by_state = select(Notice.state, func.count()).where(Notice.import_id == batch.id).group_by(Notice.state)
    states = Counter(dict(map(tuple, work.session.execute(by_state))))
    return Contents(
        tuple(states.most_common()),
        tuple(sorted(grounds.items())),
        tuple(terms.most_common()),
        tuple(Counter(_classes(work, batch)).most_common()),
        _recordings_of(work, batch),
    )


def _classes(work: Work, batch: ImportBatch) -> Iterator[str]:
    """The kind of each line's public number."""
    last = ""
    while True:
        query = select(PhoneLine.id, PhoneLine.public_sealed).where(
            PhoneLine.import_id == batch.id, PhoneLine.id > last
        )
        found = work.session.execute(query.order_by(PhoneLine.id).limit(AT_ONCE)).all()
        for _, sealed in found:
            yield numbers.classify(work.vault.open(sealed, "number")).value
        if len(found) < AT_ONCE:
            return
        last = found[-1].id


def _recordings_of(work: Work, batch: ImportBatch) -> tuple[tuple[Played, int], ...]:
    counts: Counter[str] = Counter()
    for column in (Notice.recording_id, Notice.second_recording_id):
        query = select(column, func.count()).where(Notice.import_id == batch.id, column.is_not(None))
        counts.update({each: rows for each, rows in work.session.execute(query.group_by(column)) if each})
    played = _played(work, set(counts))
    return tuple((played[each], rows) for each, rows in counts.most_common())


def _recordings(notice: Notice) -> list[str]:
    return [each for each in (notice.recording_id, notice.second_recording_id) if each]


def _played(work: Work, ids: set[str]) -> dict[str, Played]:
    query = select(Recording, Prompt).join(Prompt, Prompt.id == Recording.prompt_id)
    found = work.session.execute(query.where(Recording.id.in_(ids), Recording.court_id == work.actor.court))
    return {
        each.id: Played(each.id, prompt.name, prompt.language, each.sha256, each.duration_ms / 1000)
        for each, prompt in found
    }


def _masked(work: Work, sealed: bytes) -> str:
    return numbers.mask(work.vault.open(sealed, "number"))
