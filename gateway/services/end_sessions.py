"""Ending sessions: one's own, one by one or all; and everything of a person whose access was changed."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, select, update

from gateway.models import DeskSession
from gateway.services.audit import chain_of
from gateway.services.find_session import LONGEST, idle_of
from gateway.services.permissions import Action
from gateway.services.refusals import NotFound
from gateway.services.work import Work


def list_sessions(work: Work) -> Sequence[DeskSession]:
    """The actor's own sessions that are still good, the newest first."""
    work.actor.must(Action.OWN_ACCOUNT)
    query = select(DeskSession).where(
        DeskSession.user_id == work.actor.user_id,
        DeskSession.state == "open",
        DeskSession.created_at > work.now - LONGEST,
        DeskSession.last_seen_at > work.now - idle_of(work.actor.roles),
    )
    return work.session.scalars(query.order_by(DeskSession.id.desc())).all()


def end_session(work: Work, session_id: str, because: str = "signed_out") -> None:
    """End one of the actor's own sessions; harmless when it is ended already, NotFound for anybody else's."""
    work.actor.must(Action.OWN_ACCOUNT)
    row = work.session.get(DeskSession, session_id)
    if row is None or row.user_id != work.actor.user_id:
        raise NotFound
    end_where(work, row.user_id, work.actor.court_id, because, DeskSession.id == session_id)


def end_other_sessions(work: Work, present_id: str) -> int:
    """End the actor's own sessions except the one he sits at; how many there were."""
    work.actor.must(Action.OWN_ACCOUNT)
    others = DeskSession.id != present_id
    return end_where(work, work.actor.user_id, work.actor.court_id, "ended_by_owner", others)


def end_all_sessions(work: Work, user_id: str, court_id: str | None, because: str) -> int:
    """End every session of a person, half open ones too: what he may do, or knows, has changed."""
    return end_where(work, user_id, court_id, because)


def end_where(
    work: Work, user_id: str, court_id: str | None, because: str, *which: ColumnElement[bool]
) -> int:
    """End these sessions of a person and enter each; how many were not ended before."""
    ended = work.session.scalars(
        update(DeskSession)
        .where(DeskSession.user_id == user_id, DeskSession.state != "ended", *which)
        .values(state="ended", ended_at=work.now, ended_because=because)
        .returning(DeskSession.id)
        .execution_options(synchronize_session=False)
    ).all()
    for session_id in sorted(ended):
        work.enter(chain_of(court_id), "ended", "desk_session", session_id, {"because": because})
    return len(ended)
