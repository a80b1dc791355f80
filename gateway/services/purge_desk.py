"""Purging what signing in leaves behind: sessions, attempts, challenges, links that were used or ran out."""

from datetime import datetime, timedelta

from sqlalchemy import and_, or_

from gateway.models import AccessLink, DeskChallenge, DeskSession, SignInAttempt
from gateway.services.find_session import LONGEST
from gateway.services.limit_attempts import was_forgotten
from gateway.services.purge_rows import delete_rows
from gateway.services.transactions import Transactions

SESSIONS_KEPT = timedelta(days=90)
LINKS_KEPT = timedelta(days=90)


def purge_desk(transactions: Transactions, as_of: datetime) -> dict[str, int]:
    """Delete what is due; counts per table. That somebody signed in stays in the audit record."""
    ended = DeskSession.ended_at <= as_of - SESSIONS_KEPT
    run_out = and_(DeskSession.ended_at.is_(None), DeskSession.created_at <= as_of - SESSIONS_KEPT - LONGEST)
    links = or_(AccessLink.ended_at <= as_of - LINKS_KEPT, AccessLink.expires_at <= as_of - LINKS_KEPT)
    return {
        "desk_session": delete_rows(transactions, DeskSession, or_(ended, run_out)),
        "desk_challenge": delete_rows(transactions, DeskChallenge, DeskChallenge.expires_at <= as_of),
        "sign_in_attempt": delete_rows(
            transactions, SignInAttempt, SignInAttempt.last_at <= was_forgotten(as_of)
        ),
        "access_link": delete_rows(transactions, AccessLink, links),
    }
