"""The pages say what the program does: each rule, setting and command is there, each link leads somewhere."""

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from babel.messages.pofile import read_po

from gateway.cli import main
from gateway.jurisdictions.cn_spc_2017_7 import checks
from gateway.jurisdictions.cn_spc_2017_7.activation import REVIEW_RULES
from gateway.settings import PREFIX, SETTINGS

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(
    [*ROOT.glob("README*.md"), ROOT / "CHANGELOG.md", *DOCS.rglob("*.md"), *ROOT.glob("[a-z]*/masters/*.md")]
)
EXAMPLES = sorted(path for path in (ROOT / "deploy").rglob("*") if path.is_file())

GUIDE = sorted((DOCS / "guide").rglob("*.md"))
HEAVIEST = 160_000
"""Bytes of a picture in the guide."""

_NAMED = {"en": re.compile(r"(?<!\*)\*([^*]+)\*(?!\*)"), "zh": re.compile(r"“([^”]+)”")}
_PICTURE = re.compile(r"\]\(\.\./pictures/([^)]+)\)")
_LINK = re.compile(r"\]\((?P<target>[^)\s]+)\)")
_FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^#+ +(?P<text>.+)$", re.MULTILINE)
_CODE = re.compile(r"`(?P<text>[^`\n]+)`")
_FILE = re.compile(r"(?:[\w*.-]+/)*[\w*-]+\.py")
_REGISTRY = re.compile(r"\b(?:pypi|pythonhosted|npmjs|yarnpkg|rubygems|crates)\.(?:org|com|io)\b")
_OUR_MACHINE = re.compile(r"(?<![\w.~/-])/(?:work|root|home|Users|tmp)/")


def _named(page: Path) -> str:
    return str(page.relative_to(ROOT))


def _prose(page: Path) -> str:
    return _FENCE.sub("", page.read_text())


def _everything() -> str:
    return "\n".join(page.read_text() for page in PAGES)


def _leaves(command: click.Command, words: tuple[str, ...] = ()) -> Iterator[str]:
    if not isinstance(command, click.Group):
        yield " ".join(words)
        return
    context = click.Context(command)
    for name in command.list_commands(context):
        each = command.get_command(context, name)
        assert each is not None, f"{name} is listed, and is no command"
        yield from _leaves(each, (*words, name))


def _rules_of_the_law() -> set[str]:
    tables = (
        checks.ENROLMENT,
        checks.ACTIVATION,
        checks.EXTENSION,
        checks.EARLY_DELETION,
        REVIEW_RULES,
    )
    return {row.refusal.rule for table in tables for row in table} | {checks.NO_DECISION.rule}


def _rules_on_the_law_page() -> set[str]:
    """The first column of the table under "The rules"."""
    section = (DOCS / "law.md").read_text().partition("\n## The rules\n")[2].partition("\n## ")[0]
    return set(re.findall(r"^\| `([a-z0-9-]+)` \|", section, re.MULTILINE))


def test_the_law_page_has_a_row_for_every_rule_and_no_other() -> None:
    missing, gone = (
        _rules_of_the_law() - _rules_on_the_law_page(),
        _rules_on_the_law_page() - _rules_of_the_law(),
    )
    assert not missing, f"write these rules into the table of docs/law.md: {sorted(missing)}"
    assert not gone, f"the profile has no such rules any more, take them out of docs/law.md: {sorted(gone)}"


def test_every_setting_stands_in_the_readme_with_its_default_and_purpose() -> None:
    readme = (ROOT / "README.md").read_text()
    rows = [
        f"| `{each.variable}` | {f'`{each.default}`' if each.default else 'empty'} | {each.help} |"
        for each in SETTINGS
    ]
    missing = [row for row in rows if row not in readme]
    assert not missing, "the table in README.md needs these rows:\n" + "\n".join(missing)


@pytest.mark.parametrize("page", [*PAGES, *EXAMPLES], ids=_named)
def test_no_page_names_a_setting_that_does_not_exist(page: Path) -> None:
    known = {setting.variable for setting in SETTINGS} | {"COURT_GATEWAY_TEST_SCREENSHOTS"}
    named = set(re.findall(rf"\b{PREFIX}[A-Z][A-Z_]*[A-Z]\b", page.read_text()))
    assert named <= known, f"no such settings: {sorted(named - known)}"


def test_every_command_is_told_of() -> None:
    told = _everything()
    missing = [words for words in _leaves(main) if f"court-gateway {words}" not in told]
    assert not missing, f"tell of these commands in docs/commands.md: {missing}"


@pytest.mark.parametrize("page", PAGES, ids=_named)
def test_no_page_tells_of_a_command_that_does_not_exist(page: Path) -> None:
    leaves = set(_leaves(main))
    groups = {words.split()[0] for words in leaves if " " in words}
    for told in re.findall(r"(?:^|`)court-gateway ([a-z]+(?: [a-z-]+)?)", page.read_text(), re.MULTILINE):
        first, _, second = told.partition(" ")
        found = f"{first} {second}" if first in groups else first
        assert found in leaves, f"there is no `court-gateway {found}`"


@pytest.mark.parametrize("page", PAGES, ids=_named)
def test_every_link_between_pages_leads_somewhere(page: Path) -> None:
    for target in _LINK.findall(_prose(page)):
        if "://" in target or target.startswith("mailto:"):
            continue
        name, _, anchor = target.partition("#")
        linked = (page.parent / name).resolve() if name else page
        assert linked.exists(), f"{target} leads nowhere"
        if anchor:
            assert anchor in _anchors(linked), f"{target}: the page has no such heading"


def _anchors(page: Path) -> set[str]:
    """As the usual viewers make them: small letters, words and hyphens only."""
    headings = _HEADING.findall(_prose(page))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=_named)
def test_every_file_that_a_page_names_is_there(page: Path) -> None:
    """A path is meant from the root of the repository; a bare name may lie anywhere in it."""
    for words in _CODE.findall(_prose(page)):
        if not _FILE.fullmatch(words) or words.startswith("granian/"):
            continue
        found = list(ROOT.glob(words)) if "/" in words else _anywhere(words)
        assert found, f"there is no {words}"


def _anywhere(name: str) -> list[Path]:
    places = (ROOT, *(ROOT / folder for folder in ("gateway", "ivr", "prompts", "migrations", "tests")))
    return [path for place in places for path in (place.glob(name) if place == ROOT else place.rglob(name))]


def _said_at_the_desk() -> dict[str, set[str]]:
    """Every text of the desk, in both languages."""
    said: dict[str, set[str]] = {"en": set(), "zh": set()}
    for path in sorted((ROOT / "gateway/translations/zh").glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file):
                for language, text in (("en", message.id), ("zh", message.string)):
                    said[language] |= {text} if isinstance(text, str) else set(text or ())
    return said


@pytest.mark.parametrize("page", GUIDE, ids=_named)
def test_the_guide_calls_pages_and_buttons_by_the_names_that_they_have(page: Path) -> None:
    """In English a name is *emphasised*, in Chinese it is “quoted”; an arrow leads from one to the next."""
    language = page.parent.name
    prose = re.sub(r"\s*\n\s*", " " if language == "en" else "", _prose(page))
    named = [name for path in _NAMED[language].findall(prose) for name in path.split(" → ")]
    assert [name for name in named if name not in _said_at_the_desk()[language]] == []


def test_the_guide_has_the_same_pages_and_pictures_in_both_languages() -> None:
    pages = {folder: sorted(path.name for path in (DOCS / "guide" / folder).iterdir()) for folder in _NAMED}
    assert pages["en"] == pages["zh"]
    for name in pages["en"]:
        english, chinese = ((DOCS / "guide" / folder / name).read_text() for folder in ("en", "zh"))
        assert [f"zh-{each}" for each in _PICTURE.findall(english)] == _PICTURE.findall(chinese), name


def test_every_picture_of_the_guide_is_shown_and_is_light() -> None:
    shown = {each for page in GUIDE for each in _PICTURE.findall(page.read_text())}
    kept = {path.name: path.stat().st_size for path in (DOCS / "guide/pictures").iterdir()}
    assert set(kept) == shown
    assert {name: size for name, size in kept.items() if size > HEAVIEST} == {}


def test_every_decision_is_in_the_index() -> None:
    index = (DOCS / "decisions" / "README.md").read_text()
    pages = [page.name for page in (DOCS / "decisions").glob("[0-9]*.md")]
    assert pages
    assert [name for name in pages if f"]({name})" not in index] == []


@pytest.mark.parametrize("page", [*PAGES, *EXAMPLES], ids=_named)
def test_no_page_names_a_package_registry_or_somebodys_own_folder(page: Path) -> None:
    text = page.read_text()
    assert not _REGISTRY.findall(text), "say which package, not from where: mirrors differ"
    assert not _OUR_MACHINE.findall(text), "name a path that a reader has too"


ASVS = """
3.2.1 3.2.2 3.3.1 3.3.2 3.3.3 3.3.4 3.4.1 3.4.2 3.4.3 3.4.4 3.4.5 3.4.6 3.5.1 3.5.2 3.5.3 3.5.4 3.5.5
3.7.1 3.7.2
6.1.1 6.1.2 6.1.3 6.2.1 6.2.2 6.2.3 6.2.4 6.2.5 6.2.6 6.2.7 6.2.8 6.2.9 6.2.10 6.2.11 6.3.1 6.3.2 6.3.3
6.4.1 6.4.2 6.4.3 6.4.4 6.5.1 6.5.2 6.5.3 6.5.4 6.5.5 6.6.1 6.6.2 6.6.3 6.8.1 6.8.2 6.8.3 6.8.4
7.1.1 7.1.2 7.1.3 7.2.1 7.2.2 7.2.3 7.2.4 7.3.1 7.3.2 7.4.1 7.4.2 7.4.3 7.4.4 7.4.5 7.5.1 7.5.2 7.6.1 7.6.2
8.1.1 8.1.2 8.2.1 8.2.2 8.2.3 8.3.1 8.4.1
"""
"""The requirements of levels 1 and 2 in the chapters V3, V6, V7 and V8 of version 5.0.0."""


def _asvs_rows() -> dict[str, str]:
    """Each requirement on the page, and its last column."""
    text = (DOCS / "asvs.md").read_text()
    return dict(re.findall(r"^\| (\d+\.\d+\.\d+) \|.*\| ([^|]+) \|$", text, re.MULTILINE))


def test_the_asvs_page_leaves_no_requirement_out() -> None:
    assert list(_asvs_rows()) == ASVS.split()


def test_each_requirement_is_shown_by_tests_that_exist_or_says_why_not() -> None:
    sources = (ROOT / "tests").rglob("test_*.py")
    known = {
        name for path in sources for name in re.findall(r"^def (test_\w+)", path.read_text(), re.MULTILINE)
    }
    faults = []
    for number, shown in _asvs_rows().items():
        named = re.findall(r"`(test_\w+)`", shown)
        faults += [f"{number}: there is no {name}" for name in named if name not in known]
        if not named and not re.match(r"not (applicable|met): \w", shown):
            faults.append(f"{number}: name a test, or say why there is none")
    assert not faults, "\n".join(faults)


def test_the_asvs_page_says_first_what_is_not_met() -> None:
    text = (DOCS / "asvs.md").read_text()
    told = re.search(r"rows are \*\*not met\*\*: (.+?)\. Read", text, re.DOTALL)
    assert told is not None
    unmet = [number for number, shown in _asvs_rows().items() if shown.startswith("not met")]
    assert re.findall(r"\d+\.\d+\.\d+", told.group(1)) == unmet
