"""Every code that lists and the record can show has a word in both languages."""

import ast
from pathlib import Path

import pytest

from gateway.alert_texts import ALERT_TEXTS
from gateway.services.notice_history import TOLD
from gateway.settings import SETTINGS
from gateway.web.desk.frame.places import PLACES
from gateway.web.desk.words.lists import SECTIONS, choices
from gateway.web.desk.words.notices import NOTICE_WORDS
from gateway.web.desk.words.settings import HELP
from ivr.plan import Why
from tests.gateway.web.desk.people import Office

ROOT = Path(__file__).parents[4] / "gateway"
IN_A_CALL = {"fallback", "key_pressed", "caller_id_refused", "leg_ended"}
"""Why a plan connects in the middle of a call; no call is recorded with it."""
COMPUTED = {"court", "notice", "user_account"}
"""What the parser below takes for an action."""


def _entered() -> set[str]:
    """The first word in each call that enters something into the record."""
    found = set()
    for path in ROOT.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            name = (
                getattr(node.func, "attr", getattr(node.func, "id", "")) if isinstance(node, ast.Call) else ""
            )
            if isinstance(node, ast.Call) and name in {"changed", "enter", "Entered", "append_entry"}:
                words = [each.value for each in node.args if isinstance(each, ast.Constant)]
                found |= {word for word in words[:1] if isinstance(word, str)}
    return found


def _name(function: ast.expr) -> str:
    return str(getattr(function, "attr", getattr(function, "id", "")))


def test_every_action_in_the_record_has_a_word() -> None:
    told = {code for word in ("action", "kind") for code, _ in choices(word)}
    missing = _entered() - told - COMPUTED
    assert missing == set(), "write them into list_words.py, and their Chinese into lists.po"


def _causes() -> set[str]:
    """Why a notice is silenced, ended or taken back to the clerk: the words that services give for it."""
    found = set()
    for path in (ROOT / "services").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and _name(node.func) in {"finish", "silence", "outdate", "Sweep"}:
                given = [*node.args[2:3], *(each.value for each in node.keywords if each.arg == "because")]
                found |= {str(each.value) for each in given if isinstance(each, ast.Constant)}
    return found


def test_every_cause_of_silence_has_a_word_on_each_page_that_names_it() -> None:
    causes = _causes()
    assert {"expired", "deleted_early", "objection", "review"} <= causes
    assert causes - set(NOTICE_WORDS["why"]) == set(), "write them into notice_words.py"
    assert causes - set(TOLD["because"]) == set(), "the history does not recognise them: notice_history.py"
    silent = causes - {"decision", "delivery"}
    assert silent - {code for code, _ in choices("because")} == set(), "write them into list_words.py"


def test_every_reason_of_a_recorded_call_has_a_word() -> None:
    told = {code for code, _ in choices("why")}
    assert {each.value for each in Why} - IN_A_CALL <= told


def test_every_setting_is_explained_in_the_same_words() -> None:
    told = {name: str(getattr(text, "_args", [""])[0]) for name, text in HELP.items()}
    assert told == {each.name: each.help for each in SETTINGS}, "write them into setting_words.py"


def test_every_alert_has_its_two_sentences() -> None:
    assert all(each.en and each.zh for each in ALERT_TEXTS.values())


def test_every_section_has_a_title(office: Office) -> None:
    clerk = office.person("clerk")
    for name in ("objections", "drafts", "attestations", "running_out"):
        with office.app.test_request_context(headers={"Accept-Language": "en"}):
            title = str(SECTIONS[name])
        assert title in clerk.page(f"/desk?section={name}")


@pytest.mark.parametrize("kind", sorted(PLACES))
def test_every_kind_of_row_has_a_page(office: Office, kind: str) -> None:
    assert PLACES[kind][0] in office.app.view_functions
