"""Taking access away and changing how a carrier reaches us: tokens, connections."""

from sqlalchemy import select

from gateway.models import ApiToken, Connection, User
from gateway.services.audit import PLATFORM, chain_of
from gateway.services.change_numbers import next_change
from gateway.services.found_platform import is_origin
from gateway.services.permissions import Action
from gateway.services.read_numbers import Fields
from gateway.services.refusals import NotFound, WrongState, refuse
from gateway.services.work import Work


def revoke_token(work: Work, token_id: str) -> None:
    """The next request with the token fails."""
    work.actor.must(Action.MANAGE_USERS)
    token = work.session.get(ApiToken, token_id)
    if token is None:
        raise NotFound
    if token.revoked_at is None:
        token.revoked_at = work.now
        work.enter(
            chain_of(work.session.get_one(User, token.user_id).court_id), "revoked", "api_token", token.id
        )


def change_connection(
    work: Work,
    slug: str,
    *,
    next_secret: str | None = None,
    promote: bool = False,
    public_base_url: str | None = None,
    outgoing_number: str | None = None,
) -> Connection:
    """Rotate a secret in two steps, move to another origin, or call from another number."""
    work.actor.must(Action.MANAGE_CONNECTIONS)
    query = select(Connection).where(Connection.slug == slug).with_for_update()
    row = work.session.scalars(query).one_or_none()
    if row is None:
        raise NotFound
    fields: dict[str, object] = {}
    if next_secret is not None:
        row.secret_next_sealed = work.vault.seal(next_secret, "secret")
        fields["secret_next"] = next_secret
    if promote:
        if row.secret_next_sealed is None:
            raise WrongState("no-next-secret", "There is no second secret.", "没有可启用的新密钥。")
        row.secret_current_sealed, row.secret_next_sealed = row.secret_next_sealed, None
        fields["secret_current"] = "promoted"
    if public_base_url is not None:
        if not is_origin(public_base_url):
            raise refuse(
                "public_base_url",
                "origin",
                "Enter an https origin without a path.",
                "请填写 https 地址，不带路径。",
            )
        row.public_base_url = public_base_url.rstrip("/")
        fields["public_base_url"] = row.public_base_url
    if outgoing_number is not None:
        fields["outgoing_number"] = _call_from(work, row, outgoing_number)
    row.change_no = next_change(work.session)
    row.version += 1
    work.enter(PLATFORM, "changed", "connection", row.id, fields)
    return row


def _call_from(work: Work, row: Connection, text: str) -> str:
    fields = Fields()
    number = fields.number("outgoing_number", text, row.country)
    fields.done()
    row.outgoing_sealed = work.vault.seal(number, "number")
    return number
