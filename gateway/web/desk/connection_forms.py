"""The forms of a connection."""

from flask_babel import lazy_gettext as _l

from gateway.web.desk.frame.forms import (
    Form,
    choice_field,
    prose_field,
    secret_field,
    select_field,
    submit_field,
    text_field,
)
from gateway.web.desk.frame.steps import SeenForm
from ivr.carriers import CARRIERS

MODES = (
    ("answered", _l("After the call was answered")),
    ("early_media", _l("Before the call is answered")),
    ("ringback", _l("In place of the ringing tone")),
)


class RoutingFields(Form):
    """Where calls may go, and when a notice is heard."""

    default_route = text_field(
        _l("Where calls to unknown numbers go"),
        _l("For example sip:{dialled}@trunk.example. Empty: such a call is ended, with an alert."),
    )
    country = text_field(
        _l("Country"),
        _l("Two capital letters. Calls are delivered to numbers of this country only."),
        width="2",
    )
    sip_hosts = prose_field(
        _l("SIP hosts to which calls may be delivered"), _l("One a line, such as trunk.example."), rows=3
    )
    notice_mode = choice_field(_l("When a notice is heard"), MODES)


class AddForm(RoutingFields):
    """A new connection."""

    slug = text_field(
        _l("Short name"),
        _l("Small letters, digits and hyphens. It stands in the addresses for the carrier."),
        width="20",
    )
    kind = select_field(_l("Kind"), [(kind, kind.capitalize()) for kind in CARRIERS])
    account = text_field(_l("The carrier's name for the account"), _l("At Twilio it begins with AC."))
    secret = secret_field(
        _l("The carrier's signing secret"),
        _l("At Twilio the primary auth token of that very account."),
        "off",
    )
    public_base_url = text_field(
        _l("Address at which the carrier reaches us"), _l("An https origin without a path.")
    )
    outgoing_number = text_field(
        _l("Number from which the gateway calls"),
        _l("A number of this account, shown by test calls. Empty: no test calls yet."),
        width="20",
        inputmode="tel",
    )
    go = submit_field(_l("Add the connection"))


class RoutingForm(SeenForm, RoutingFields):
    """Other routes."""

    go = submit_field(_l("Save"))


class SecretForm(SeenForm):
    """The secret that comes."""

    secret = secret_field(_l("The new secret"), _l("At Twilio the secondary auth token."), "off")
    go = submit_field(_l("Accept both"))


class PromoteForm(SeenForm):
    """The new one only."""

    go = submit_field(_l("Accept the new secret only"), warning=True)


class DropForm(SeenForm):
    """The old one only."""

    go = submit_field(_l("Forget the new secret"), warning=True)


class CallFromForm(SeenForm):
    """The number that a test call shows."""

    outgoing_number = text_field(
        _l("Number from which the gateway calls"),
        _l("A number of this account."),
        width="20",
        inputmode="tel",
    )
    go = submit_field(_l("Save"))


class MoveForm(SeenForm):
    """Another origin."""

    public_base_url = text_field(
        _l("Address at which the carrier reaches us"), _l("An https origin without a path.")
    )
    go = submit_field(_l("Move the connection"), warning=True)
