"""What a judge signs, item by item, in words: codes, days and the law's own sentences."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from flask_babel import gettext as _

from gateway.jurisdictions.facts import ServiceMethod
from gateway.services.enrol_case import profile_of
from gateway.services.see_notice import Sight
from gateway.services.work import Work
from gateway.web.desk.enrolment_choices import told
from gateway.web.desk.enrolment_forms import CALLER_ID, EXTENSIONS
from gateway.web.desk.frame.rendering import day
from gateway.web.desk.words import word
from gateway.web.desk.words.notices import SEEN


def rows_of(work: Work, sight: Sight) -> list[tuple[str, str]]:
    """(item, what it is) of everything that is signed."""
    shown = {"version": str(sight.version), "recordings": " ".join(sight.recordings)}
    return [
        (str(label), in_words(work, name, shown.get(name, sight.shown(name)))) for name, label in SEEN.items()
    ]


def told_changes(work: Work, changed: tuple[tuple[str, str, str], ...]) -> list[tuple[str, str, str]]:
    """(item, as it was seen, as it is now) of what changed in between."""
    return [
        (str(SEEN.get(name, name)), in_words(work, name, seen), in_words(work, name, now))
        for name, seen, now in changed
    ]


def in_words(work: Work, name: str, text: str) -> str:
    """An item as a person reads it."""
    if not text:
        return "–"
    say = _SAY.get(name, _day if name.endswith(("_on", "_until", "_date", "last_day")) else None)
    return say(work, text) if say is not None else text


def _day(_work: Work, text: str) -> str:
    return str(day(date.fromisoformat(text)))


def _grounds(work: Work, text: str) -> str:
    grounds = profile_of(work).grounds
    return "; ".join(f"{each}. {told(grounds[int(each)])}" for each in text.split(","))


def _service(work: Work, text: str) -> str:
    return told(profile_of(work).service_methods[ServiceMethod(text)])


def _yes_or_no(_work: Work, text: str) -> str:
    return str(_("Yes") if text == "True" else _("No"))


def _one_of(choices: tuple[tuple[str, Any], ...]) -> Callable[[Work, str], str]:
    return lambda _work, text: str(dict(choices).get(text, text))


def _state_of(kind: str) -> Callable[[Work, str], str]:
    return lambda _work, text: word(kind, text)


def _kind(_work: Work, text: str) -> str:
    return str(_("A natural person") if text == "person" else _("A legal person or unit"))


_SAY: Mapping[str, Callable[[Work, str], str]] = {
    "decision.grounds": _grounds,
    "decision.service_method": _service,
    "decision.extension": _one_of(EXTENSIONS),
    "line.caller_id_policy": _one_of(CALLER_ID),
    "line.serves_public": _yes_or_no,
    "notice.skip_key": _yes_or_no,
    "case.state": _state_of("case"),
    "line.state": _state_of("line"),
    "debtor.kind": _kind,
}
