"""Purging: what retention no longer allows to be kept goes; what went is entered as counts only."""

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from sqlalchemy import and_
from sqlalchemy.orm import Session

from gateway.models import Call, CallEvent, EnrolmentDraft, IdempotencyRecord, Remark, TestCall
from gateway.runtime import Runtime
from gateway.services.audit import PLATFORM, append_entry
from gateway.services.call_months import are_divided, drop_months, make_months
from gateway.services.purge_debtors import purge_debtors
from gateway.services.purge_desk import purge_desk
from gateway.services.purge_heard import purge_heard
from gateway.services.purge_imports import purge_imports
from gateway.services.purge_rows import delete_rows, empty_rows
from gateway.services.purge_uploads import purge_uploads
from gateway.services.read_instant import read_instant
from gateway.services.record_tick import record_tick
from gateway.services.transactions import Transactions, always
from gateway.settings import Settings

ANSWERS_KEPT = timedelta(hours=24)
DRAFTS_KEPT = timedelta(days=30)

Counts = Mapping[str, int]
"""Table -> rows that went or were emptied."""
Rule = Callable[[Transactions, Settings, datetime], Counts]


def purge(
    runtime: Runtime,
    as_of: datetime,
    guard: Callable[[Session], None] = always,
    *,
    by_months: bool = False,
) -> Counts:
    """Purge what was due at `as_of`; in short transactions, so that calls never wait for it.

    by_months: where the database divides calls by months, they go with their month when all of it is due, and
    none is deleted before. Callers' period keys are files of this host: those whose period is over are
    destroyed with it.
    """
    transactions = Transactions(runtime.engine, runtime.clock, runtime.vault, guard)
    _keep_greatest_time(transactions)
    counts: Counter[str] = Counter(caller_key=runtime.caller_keys.destroy_due(as_of))
    counts.update(
        _calls(transactions, as_of - timedelta(days=runtime.settings.call_retention_days), by_months)
    )
    for rule in RULES:
        counts.update(rule(transactions, runtime.settings, as_of))
    if counts.total():
        _enter(transactions, counts)
    return counts


def _keep_greatest_time(transactions: Transactions) -> None:
    """The calls that go may hold the greatest time recorded, by which notices are judged to be over."""
    with transactions.writing() as work:
        record_tick(work.session, read_instant(work.session, work.now).greatest_recorded)


def _enter(transactions: Transactions, counts: Counts) -> None:
    with transactions.writing() as work:
        append_entry(
            work.session,
            PLATFORM,
            work.new_id(),
            work.now,
            work.actor.user_id,
            "purged",
            "platform",
            "all",
            {"counts": {table: count for table, count in counts.items() if count}},
        )


def _calls(transactions: Transactions, before: datetime, by_months: bool) -> Counts:
    counts = Counter(test_call=delete_rows(transactions, TestCall, TestCall.created_at <= before))
    if are_divided(transactions):
        make_months(transactions)
        counts += drop_months(transactions, before)
        if by_months:
            return counts
    counts["call"] += delete_rows(transactions, Call, Call.received_at <= before)
    counts["call_event"] += delete_rows(transactions, CallEvent, CallEvent.at <= before)
    return counts


def _heard(transactions: Transactions, _settings: Settings, as_of: datetime) -> Counts:
    return {"heard": purge_heard(transactions, as_of)}


def _remarks(transactions: Transactions, _settings: Settings, as_of: datetime) -> Counts:
    due = and_(Remark.text_sealed.is_not(None), Remark.purge_after <= as_of)
    return {"remark": empty_rows(transactions, Remark, ("text_sealed",), due)}


def _answers(transactions: Transactions, _settings: Settings, as_of: datetime) -> Counts:
    due = IdempotencyRecord.created_at <= as_of - ANSWERS_KEPT
    return {"idempotency_record": delete_rows(transactions, IdempotencyRecord, due)}


def _imports(transactions: Transactions, _settings: Settings, as_of: datetime) -> Counts:
    return purge_imports(transactions, as_of)


def _drafts(transactions: Transactions, _settings: Settings, as_of: datetime) -> Counts:
    due = EnrolmentDraft.changed_at <= as_of - DRAFTS_KEPT
    return {"enrolment_draft": delete_rows(transactions, EnrolmentDraft, due)}


def _uploads(transactions: Transactions, _settings: Settings, as_of: datetime) -> Counts:
    return purge_uploads(transactions, as_of)


def _debtors(transactions: Transactions, settings: Settings, as_of: datetime) -> Counts:
    return {"debtor": purge_debtors(transactions, as_of - timedelta(days=settings.remark_retention_days))}


def _desk(transactions: Transactions, _settings: Settings, as_of: datetime) -> Counts:
    return purge_desk(transactions, as_of)


RULES: tuple[Rule, ...] = (
    _heard,
    _remarks,
    _answers,
    _imports,
    _drafts,
    _uploads,
    _desk,
    _debtors,
)
