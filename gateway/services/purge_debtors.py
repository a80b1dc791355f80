"""Purging the names and identities of debtors whose cases closed long ago, and what told partners of them."""

from datetime import datetime

from sqlalchemy import and_, or_, select

from gateway.models import CreditHandoff, Debtor, EnforcementCase
from gateway.services.purge_rows import empty_rows
from gateway.services.transactions import Transactions

NAMES = ("name_sealed", "identity_sealed", "identity_hash", "representative_sealed")


def purge_debtors(transactions: Transactions, closed_before: datetime) -> int:
    """Empty what names a debtor none of whose cases was open after that time; returns how many debtors.

    The birth date stays, as the database proves with it that no decision ever listed a minor.
    """
    long_closed = and_(EnforcementCase.state == "closed", EnforcementCase.closed_at <= closed_before)
    done = select(EnforcementCase.debtor_id).where(long_closed)
    still_needed = select(EnforcementCase.debtor_id).where(~long_closed)
    empty_rows(
        transactions,
        CreditHandoff,
        ("message_sealed",),
        CreditHandoff.message_sealed.is_not(None),
        CreditHandoff.case_id.in_(select(EnforcementCase.id).where(long_closed)),
    )
    return empty_rows(
        transactions,
        Debtor,
        NAMES,
        or_(*(getattr(Debtor, name).is_not(None) for name in NAMES)),
        Debtor.id.in_(done),
        Debtor.id.not_in(still_needed),
    )
