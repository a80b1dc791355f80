"""The desk as people use it: each has a browser of his own, which sends forms as pages show them."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from tests.applications import open_app
from tests.factories import PEOPLE, Gateway
from tests.gateway.desk import Desk

_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


@dataclass
class Person:
    """Somebody at the desk, in English unless another language is named."""

    client: FlaskClient
    language: str = "en"

    def get(self, path: str, **more: Any) -> TestResponse:
        return self.client.get(path, headers={"Accept-Language": self.language}, **more)

    def page(self, path: str) -> str:
        """The text of a page that must be there."""
        answer = self.get(path)
        assert answer.status_code == 200, (path, answer.status_code, answer.get_data(as_text=True)[-2000:])
        return answer.get_data(as_text=True)

    def post(self, path: str, data: dict[str, Any] | None = None, *, form: str | None = None) -> TestResponse:
        """Open the page that has the form (`form`, else the address itself), fill it in, send it."""
        token = _TOKEN.search(self.get(form or path).get_data(as_text=True))
        filled = MultiDict(data or {})
        filled["csrf_token"] = token.group(1) if token else ""
        return self.client.post(path, data=filled, headers={"Accept-Language": self.language})


@dataclass
class Office:
    """A gateway, its application, and the people of tests.factories.PEOPLE with a second factor each."""

    gateway: Gateway
    app: Flask
    desk: Desk
    signed_in: dict[str, Person] = field(default_factory=dict)

    @classmethod
    def of(cls, gateway: Gateway) -> "Office":
        return cls(gateway, open_app(gateway.runtime), Desk.of(gateway, *PEOPLE))

    def stranger(self) -> Person:
        """A browser in which nobody has signed in."""
        return Person(self.app.test_client())

    def person(self, who: str) -> Person:
        """One of the people, signed in; the same browser each time."""
        if who not in self.signed_in:
            client = self.app.test_client()
            client.set_cookie("desk-session", self.desk.sign_in(who).token)
            self.signed_in[who] = Person(client)
        return self.signed_in[who]


class _Fields(HTMLParser):
    """The fields of a page's forms as a person finds them filled in."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, list[str]] = {}
        self._select = self._area = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        name, value = told.get("name") or "", told.get("value") or ""
        if tag == "select":
            self._select = name
        elif tag == "option" and "selected" in told:
            self.found.setdefault(self._select, []).append(value)
        elif tag == "textarea":
            self._area = name
        elif tag == "input" and (told.get("type") not in {"checkbox", "radio"} or "checked" in told):
            self.found.setdefault(name, []).append(value)

    def handle_data(self, data: str) -> None:
        if self._area:
            self.found.setdefault(self._area, []).append(data.strip())

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._area = ""


def filled(page: str | TestResponse) -> dict[str, list[str]]:
    """Name -> what stands in it, or is chosen, in the forms of a page; what is empty may be left out."""
    reader = _Fields()
    reader.feed(page if isinstance(page, str) else page.get_data(as_text=True))
    return {name: values for name, values in reader.found.items() if any(values)}


def errors(answer: TestResponse) -> list[str]:
    """What the summary at the top of a refused form says."""
    text = answer.get_data(as_text=True)
    summary = text.partition("govuk-error-summary__list")[2].partition("</ul>")[0]
    return [
        re.sub(r"<[^>]+>|\s+", " ", each).strip() for each in re.findall(r"<li>(.*?)</li>", summary, re.S)
    ]
