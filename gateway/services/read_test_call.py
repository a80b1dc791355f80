"""Reading a test call: how it went, for the person who placed it."""

from dataclasses import dataclass

from sqlalchemy import select

from gateway.dialling import is_on_this_machine
from gateway.forward_map import read_trunk
from gateway.models import Connection, Notice, Recording, TestCall
from gateway.services.check_activation import recordings_of
from gateway.services.permissions import Action
from gateway.services.place_test_call import usable_connections
from gateway.services.refusals import NotFound
from gateway.services.work import Work


@dataclass(frozen=True, slots=True)
class Choice:
    """A connection over which a test call can be placed; no carrier reaches a gateway that is `local`."""

    slug: str
    local: bool


@dataclass(frozen=True, slots=True)
class Choices:
    """What a person may choose from, and what he would hear."""

    connections: tuple[Choice, ...]
    recordings: tuple[Recording, ...]

    @property
    def all_approved(self) -> bool:
        return all(each.state == "approved" for each in self.recordings)


@dataclass(frozen=True, slots=True)
class TestCallFile:
    """A test call, its connection, and the recordings that were to be heard, in their order."""

    row: TestCall
    connection: Choice
    recordings: tuple[Recording, ...]
    expired: bool


def choices_for_notice(work: Work, notice_id: str) -> Choices:
    """What can be heard of a notice; raises NotFound."""
    work.actor.must(Action.TEST_CALL)
    notice = work.session.scalars(
        select(Notice).where(Notice.id == notice_id, Notice.court_id == work.actor.court)
    ).one_or_none()
    if notice is None:
        raise NotFound
    return Choices(_connections(work), tuple(recordings_of(work, notice)))


def choices_for_recording(work: Work, recording_id: str) -> Choices:
    """What can be heard of one recording; raises NotFound."""
    work.actor.must(Action.TEST_CALL)
    query = select(Recording).where(Recording.id == recording_id, Recording.court_id == work.actor.court)
    recording = work.session.scalars(query).one_or_none()
    if recording is None:
        raise NotFound
    return Choices(_connections(work), (recording,))


def read_test_call(work: Work, test_call_id: str) -> TestCallFile:
    """One of the person's own; NotFound for anybody else's."""
    work.actor.must(Action.TEST_CALL)
    query = select(TestCall).where(TestCall.id == test_call_id, TestCall.user_id == work.actor.user_id)
    row = work.session.scalars(query).one_or_none()
    if row is None:
        raise NotFound
    connection = _choice(work, work.session.get_one(Connection, row.connection_id))
    wanted = row.recordings.split()
    recordings = work.session.scalars(
        select(Recording)
        .where(Recording.court_id == row.court_id, Recording.sha256.in_(wanted))
        .order_by(Recording.id)
    )
    by_hash = {each.sha256: each for each in recordings}
    found = tuple(by_hash[each] for each in wanted if each in by_hash)
    return TestCallFile(row, connection, found, row.expires_at <= work.now)


def _connections(work: Work) -> tuple[Choice, ...]:
    return tuple(_choice(work, each) for each in work.session.scalars(usable_connections()))


def _choice(work: Work, row: Connection) -> Choice:
    return Choice(row.slug, is_on_this_machine(read_trunk(work.vault, row)))
