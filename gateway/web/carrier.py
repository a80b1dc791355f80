"""Webhooks in, call plans out."""

import structlog
from flask import Blueprint, Response

from gateway.services import fallback_tokens, test_call_tokens
from gateway.services.fallback_tokens import BadToken
from gateway.web import answering
from gateway.web.guard import Genuine, NobodyKnows, NotGenuine, heard, let_in
from gateway.web.requests import runtime
from gateway.web.voice import answer_one
from gateway.web.waiting import FORBIDDEN, UNKNOWN, Reply
from ivr.carriers import Misshapen
from ivr.facts import CallFacts, Line
from ivr.plan import CallPlan, Why, after_leg, connect_blindly, connect_silently, hang_up
from ivr.progress import Event, LegEnded

blueprint = Blueprint("carrier", __name__, url_prefix="/webhooks/<slug>")
_log = structlog.get_logger()


@blueprint.errorhandler(NotGenuine)
def refused(_fault: NotGenuine) -> Response:
    return _sent(FORBIDDEN)


@blueprint.errorhandler(NobodyKnows)
def nobody_knows(_fault: NobodyKnows) -> Response:
    return _sent(UNKNOWN)


@blueprint.post("/voice")
def voice(slug: str) -> Response:
    """An inbound call."""
    here = runtime()
    return _sent(answer_one(here, heard(here, slug)))


@blueprint.post("/keys")
def keys(slug: str) -> Response:
    """The caller pressed a key: what was playing stops, and he is connected."""
    genuine = let_in(runtime(), slug)
    try:
        report = genuine.carrier.read_keys(genuine.request)
    except Misshapen as misshapen:
        return _reply(genuine, answering.connect_misshapen(genuine, misshapen))

    def plan(line: Line, facts: CallFacts, _event: Event) -> CallPlan:
        return connect_silently(line, Why.key_pressed, facts)

    return _reply(genuine, answering.follow(genuine, report.call, report.event, plan))


@blueprint.post("/dialled", defaults={"attempt": 1})
@blueprint.post("/dialled/again", defaults={"attempt": 2})
def dialled(slug: str, attempt: int) -> Response:
    """The connected leg ended; the second attempt was made with the gateway's own number as caller id."""
    genuine = let_in(runtime(), slug)
    try:
        report = genuine.carrier.read_dialled(genuine.request)
    except Misshapen as misshapen:
        _log.warning("misshapen webhook", fault=misshapen.reason, connection=slug)
        return _reply(genuine, hang_up(Why.leg_ended))

    def plan(line: Line, _facts: CallFacts, event: Event) -> CallPlan:
        assert isinstance(event, LegEnded)
        return after_leg(event.status, attempt, line)

    return _reply(genuine, answering.follow(genuine, report.call, report.event, plan))


@blueprint.post("/status")
def status(slug: str) -> Response:
    """How the call went; there is nothing to answer."""
    genuine = let_in(runtime(), slug)
    try:
        report = genuine.carrier.read_status(genuine.request)
    except Misshapen as misshapen:
        _log.warning("misshapen webhook", fault=misshapen.reason, connection=slug)
        return Response(status=204)
    answering.keep(genuine, report.call, report.event)
    return Response(status=204)


@blueprint.post("/fallback/<token>")
def fallback(slug: str, token: str) -> Response:
    """The carrier's voice webhook failed: connect from what is sealed in the address, and play nothing."""
    genuine = let_in(runtime(), slug)
    try:
        route = fallback_tokens.open_token(genuine.runtime.vault, slug, token)
    except BadToken:
        raise NotGenuine("token") from None
    return _reply(genuine, connect_blindly(route.deliver_to, Why.fallback))


@blueprint.post("/test/<token>")
def test_call(slug: str, token: str) -> Response:
    """A phone that the gateway itself had called was picked up; nobody waits to be connected."""
    genuine = let_in(runtime(), slug)
    test_call_id = test_call_tokens.open_token(genuine.runtime.vault, slug, token)
    if test_call_id is None:
        raise NotGenuine("token")
    try:
        facts = genuine.carrier.read_call(genuine.request)
    except Misshapen as misshapen:
        _log.warning("misshapen webhook", fault=misshapen.reason, connection=slug)
        return _reply(genuine, hang_up(Why.trouble))
    return _reply(genuine, answering.answer_test(genuine, test_call_id, facts))


def _reply(genuine: Genuine, plan: CallPlan) -> Response:
    return _sent(Reply(200, genuine.carrier.content_type, genuine.carrier.render(plan, genuine.addresses)))


def _sent(reply: Reply) -> Response:
    return Response(reply.body, reply.status, content_type=reply.content_type)
