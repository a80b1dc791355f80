"""What to paste at the carrier for a connection, and for one line with its own fallback address."""

from gateway.models import Connection, PhoneLine
from gateway.services.check_fallback import fallback_token
from gateway.services.list_connections import read_connection
from gateway.services.permissions import Action
from gateway.services.refusals import WrongState
from gateway.services.work import Work
from ivr.carriers import Addresses
from ivr.carriers.set_up import SET_UPS, SetUp


def settings_of(connection: Connection, token: str | None = None) -> SetUp:
    """Pure: the carrier's fields for this connection, with a token those of one line's number."""
    return SET_UPS[connection.kind](Addresses(connection.public_base_url, connection.slug), token)


def connection_settings(work: Work, slug: str) -> SetUp:
    """For the operator: everything but the lines' own fallbacks."""
    work.actor.must(Action.MANAGE_CONNECTIONS)
    return settings_of(read_connection(work, slug).connection)


def line_settings(work: Work, line_id: str) -> SetUp:
    """For a clerk: what is set at the number of this line."""
    work.actor.must(Action.ENROL)
    _, token = fallback_token(work, line_id)
    line = work.find(PhoneLine, line_id)
    if line.state == "released":
        raise WrongState("released", "The line was released.", "该线路已释放。")
    return settings_of(work.session.get_one(Connection, line.connection_id), token)
