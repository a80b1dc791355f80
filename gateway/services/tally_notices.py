"""Counting every court's notices by state into tallies: by the scheduler, not while somebody waits."""

from collections import Counter

from sqlalchemy import and_, func, literal_column, select, update

from gateway.models import ImportBatch, Notice, NoticeTally
from gateway.models.tally import NOT_STARTED
from gateway.services.transactions import Transactions
from gateway.services.upsert import insert_if_new
from gateway.services.work import Work

AT_ONCE = 50


def tally_notices(transactions: Transactions) -> int:
    """Count anew; returns how many tallies differ from before. Twice, or late, is harmless."""
    with transactions.reading() as work:
        counted = _count(work)
        before = {(row.court_id, row.state): row.notices for row in work.session.scalars(select(NoticeTally))}
    gone = {key: 0 for key in before if key not in counted}
    tallies = sorted((counted | gone).items())
    for start in range(0, len(tallies), AT_ONCE):
        with transactions.writing() as work:
            for (court_id, state), number in tallies[start : start + AT_ONCE]:
                _keep(work, court_id, state, number)
    return sum(before.get(key) != number for key, number in tallies)


def _count(work: Work) -> dict[tuple[str, str], int]:
    """By one walk along an index that holds all of it, less the rows of imports that nobody published."""
    columns = (Notice.court_id, Notice.state)
    everything = select(*columns, func.count()).group_by(*columns)
    hidden = select(ImportBatch.id).where(ImportBatch.state.not_in(("submitted", "approved")))
    unpublished = select(*columns, func.count()).where(Notice.import_id.in_(hidden)).group_by(*columns)
    waiting = and_(Notice.state == literal_column("'approved'"), Notice.starts_at > work.now)
    not_started = select(Notice.court_id, func.count()).where(waiting).group_by(Notice.court_id)
    counts: Counter[tuple[str, str]] = Counter(
        {(court_id, NOT_STARTED): number for court_id, number in work.session.execute(not_started)}
    )
    for court_id, state, number in work.session.execute(everything):
        counts[court_id, state] += number
    for court_id, state, number in work.session.execute(unpublished):
        counts[court_id, state] -= number
    return {key: number for key, number in counts.items() if number > 0}


def _keep(work: Work, court_id: str, state: str, number: int) -> None:
    row = {"court_id": court_id, "state": state, "notices": number, "counted_at": work.now}
    if insert_if_new(work.session, NoticeTally, row):
        return
    work.session.execute(
        update(NoticeTally)
        .where(NoticeTally.court_id == court_id, NoticeTally.state == state)
        .values(notices=number, counted_at=work.now)
        .execution_options(synchronize_session=False)
    )
