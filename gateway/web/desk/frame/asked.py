"""What a list's address asks for: read leniently where it is empty, refused by field where it is wrong."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from flask import request
from flask_babel import gettext as _

from gateway.services.refusals import NotValid
from gateway.web.desk.frame.forms import read_day, said

Result = TypeVar("Result")
ROWS = 25
"""Of one page."""


@dataclass
class Asked:
    """The filters of this request. `errors` are for the summary at the top, each with its field's address."""

    errors: list[dict[str, str]] = field(default_factory=list)

    @property
    def cursor(self) -> str | None:
        return self.text("cursor")

    @property
    def status(self) -> int:
        return 422 if self.errors else 200

    @property
    def form(self) -> dict[str, list[dict[str, str]]]:
        """What the page's frame shows as the errors of a form."""
        return {"summary": self.errors}

    def text(self, name: str) -> str | None:
        """What was entered, trimmed; None for nothing."""
        return (request.args.get(name) or "").strip() or None

    def whole(self, name: str) -> int | None:
        """A whole number."""
        text = self.text(name)
        if text is None or (text.isascii() and text.isdigit() and len(text) < 6):
            return int(text) if text else None
        self._refuse(name, _("Enter a whole number."))
        return None

    def day(self, name: str) -> date | None:
        """A day."""
        text = self.text(name)
        found = read_day(text) if text else None
        if text and found is None:
            self._refuse(name, _("Enter a real date, for example 2026-11-25."))
        return found

    def attempt(self, do: Callable[[], Result]) -> Result | None:
        """Read what is asked for; None where a filter was refused, here or by the service."""
        if self.errors:
            return None
        try:
            return do()
        except NotValid as refused:
            for each in refused.refusals:
                self._refuse(each.field, said(each))
            return None

    def error(self, name: str) -> dict[str, str] | None:
        """The message at a field, as the design system's macros take it."""
        texts = [each["text"] for each in self.errors if each.get("href") == f"#{name}"]
        return {"text": " ".join(texts)} if texts else None

    def _refuse(self, name: str, message: str) -> None:
        self.errors.append({"text": message, "href": f"#{name}"})
