"""Nothing that people see is untranslated: every message has one Chinese, with the same places to fill."""

import re
from collections import Counter
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[2] / "gateway"
CATALOGUES = sorted((ROOT / "translations/zh").glob("*.po"))
METHODS = [("web/desk/**.py", "python"), ("templates/**.html", "jinja2")]
KEYWORDS = {"_": None, "_l": None, "gettext": None, "ngettext": (1, 2), "_n": (1, 2)}
_PLACE = re.compile(r"%\((\w+)\)[sd]")
_WORDS = re.compile(r">\s*([A-Z][a-z]+(?: [a-z]+)+[.!?]?)\s*<")


def _first(message: Message | str | tuple[str, ...]) -> str:
    text = message.id if isinstance(message, Message) else message
    return text if isinstance(text, str) else str(text[0])


def _used() -> dict[str, str]:
    found = extract_from_dir(str(ROOT), METHODS, keywords=KEYWORDS)
    return {_first(message): f"{file}:{line}" for file, line, message, _comments, _context in found}


def _messages(path: Path) -> list[Message]:
    with path.open("rb") as file:
        catalogue: Catalog = read_po(file)
    return [each for each in catalogue if each.id]


def test_every_message_has_exactly_one_translation_and_none_is_left_over() -> None:
    used = _used()
    kept = Counter(_first(each) for path in CATALOGUES for each in _messages(path))
    assert len(used) > 50
    missing = {text: place for text, place in used.items() if text not in kept}
    assert missing == {}, "write their Chinese into gateway/translations/zh/<area>.po"
    assert [text for text, times in kept.items() if times > 1] == [], "keep one of these"
    assert sorted(set(kept) - set(used)) == [], "nobody says this any more: delete it"


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.stem)
def test_every_translation_says_something_and_fills_the_same_places(path: Path) -> None:
    for message in _messages(path):
        strings = [message.string] if isinstance(message.string, str) else list(message.string or ())
        assert all(each.strip() for each in strings), f"{path.name}: {message.id!r} is empty"
        assert "fuzzy" not in message.flags, f"{path.name}: {message.id!r} is marked fuzzy"
        ids = [message.id] if isinstance(message.id, str) else list(message.id)
        places = {place for each in ids for place in _PLACE.findall(each)}
        for each in strings:
            assert set(_PLACE.findall(each)) <= places, f"{path.name}: {each!r} fills another place"
            missing = places - set(_PLACE.findall(each)) - {"num"}
            assert not missing, f"{path.name}: {each!r} leaves out {missing}"


@pytest.mark.parametrize("path", sorted((ROOT / "templates").rglob("*.html")), ids=lambda path: path.name)
def test_no_template_holds_words_that_nobody_translates(path: Path) -> None:
    assert _WORDS.findall(path.read_text()) == [], f"{path.name}: put these into _()"
