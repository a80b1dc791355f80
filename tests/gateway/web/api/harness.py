"""A client that speaks as the people of a gateway, and a carrier that reaches the same application."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from gateway.carrier_box import NoAnswer, Reply
from gateway.database import writing
from gateway.models import User
from gateway.services.found_platform import issue_token
from gateway.services.permissions import SCOPES
from gateway.services.work import Work
from gateway.sight import EVERY_COURT
from gateway.web.api.door import Desk, Rates
from tests.applications import open_app
from tests.factories import BASE, Gateway

RANDOM_ID = "0" * 26


@dataclass
class Api:
    """The API of one gateway. `carrier` says how the gateway's own calls to itself go."""

    gateway: Gateway
    app: Flask
    tokens: dict[str, str] = field(default_factory=dict)

    @property
    def client(self) -> FlaskClient:
        return self.app.test_client()

    def token(self, who: str) -> str:
        """A token with every scope there is: what is refused is refused for the role."""
        if who not in self.tokens:
            self.tokens[who] = self.new_token(who, *SCOPES)
        return self.tokens[who]

    def new_token(self, who: str, *scopes: str) -> str:
        actor = self.gateway.people[who]
        with writing(self.gateway.runtime.engine, EVERY_COURT) as session:
            work = Work(self.gateway.clock.now(), self.gateway.runtime.vault, actor, session)
            user = session.get_one(User, actor.user_id)
            return issue_token(work, user, frozenset(scopes), "test")

    def ask(self, who: str | None, method: str, path: str, **more: Any) -> TestResponse:
        headers = dict(more.pop("headers", {}))
        if who is not None:
            headers.setdefault("Authorization", f"Bearer {self.token(who)}")
        return self.client.open("/api/v1" + path, method=method, headers=headers, **more)

    def get(self, who: str | None, path: str, **more: Any) -> TestResponse:
        return self.ask(who, "GET", path, **more)

    def post(self, who: str | None, path: str, body: Any = None, **more: Any) -> TestResponse:
        return self.ask(who, "POST", path, json=body if body is not None else {}, **more)

    def over_the_application(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """The transport of a carrier whose network is this application."""
        assert url.startswith(BASE)
        answer = self.client.open(
            url.removeprefix(BASE), method=method, headers=dict(headers), data=body, base_url=BASE
        )
        names = {name.lower(): value for name, value in answer.headers.items()}
        return Reply(answer.status_code, names, answer.data)


def nobody_answers(_method: str, _url: str, _headers: Mapping[str, str], _body: bytes) -> Reply:
    """The transport of a carrier who reaches nobody."""
    raise NoAnswer("TimeoutError")


def open_api(gateway: Gateway) -> Api:
    """The API of a gateway, without a limit on how often it is asked."""
    api = Api(gateway, open_app(gateway.runtime))
    api.app.extensions["court-gateway-api"] = Desk(Rates(10000), api.over_the_application)
    return api


def case_body(api: Api, last: int = 1234, **changes: Any) -> dict[str, Any]:
    """A lawful case under ground 1, as a clerk's program would send it."""
    with api.gateway.work("clerk") as work:
        today = work.today()
    declaration = {"applies": False, "evidence": "查询结果"}
    body = {
        "case_number": f"(2026)川1302执{last}号",
        "debtor": {
            "kind": "person",
            "name": "虚构人甲",
            "identity_number": f"51130219800101{last:04d}",
            "birth_date": "1980-01-01",
        },
        "obligation": {"kind": "money", "amount": "2951.00", "currency": "CNY"},
        "decision": {
            "number": f"(2026)川1302执{last}号之一",
            "grounds": [1],
            "reasons": "能够履行而拒不履行",
            "term_months": None,
            "extension": None,
            "signed_by": "院长甲",
            "made_on": str(today - timedelta(days=80)),
            "served_on": str(today - timedelta(days=78)),
            "service_method": "direct",
            "grace_until": None,
            "warned_on": str(today - timedelta(days=110)),
            "publication_ref": "公示1号",
            "art3_declarations": dict.fromkeys(
                ("security", "assets_suffice", "later_in_order", "other"), declaration
            ),
        },
    }
    return body | changes


def line_body(api: Api, last: int = 3000, **changes: Any) -> dict[str, Any]:
    """A line whose calls are hosted at the carrier."""
    with api.gateway.work("clerk") as work:
        today = work.today()
    body = {
        "public_number": f"+861710000{last:04d}",
        "gateway_number": f"+861710000{last:04d}",
        "deliver_to": f"+861710000{last + 5000:04d}",
        "connection": "north",
        "attestation": {
            "source": "carrier-letter",
            "reference": f"letter {last}",
            "attested_on": str(today),
        },
    }
    return body | changes


def rules(response: TestResponse) -> list[tuple[str, str]]:
    """(field, rule) of everything that a 422 answer refuses."""
    assert response.status_code == 422, response.get_data(as_text=True)
    return [(each["field"], each["rule"]) for each in response.get_json()["errors"]]
