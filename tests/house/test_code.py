"""Rules of the house that hold in every file, with the remedy in the message."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OURS = ("gateway", "ivr", "prompts")
MODULES = sorted(path for package in OURS for path in (ROOT / package).rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
LONGEST_MODULE, LONGEST_FUNCTION = 300, 45


def _named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def _functions(tree: ast.AST) -> Iterator[ast.FunctionDef]:
    return (each for each in ast.walk(tree) if isinstance(each, ast.FunctionDef))


@pytest.mark.parametrize("path", MODULES, ids=_named)
def test_a_module_is_one_thought_and_says_which(path: Path) -> None:
    text = path.read_text()
    assert text.count("\n") <= LONGEST_MODULE, f"split {_named(path)}: it holds more than one thought"
    told = not text or ast.get_docstring(ast.parse(text))
    assert told, f"{_named(path)}: open with a sentence that says what lives there"


@pytest.mark.parametrize("path", MODULES, ids=_named)
def test_a_function_is_one_paragraph(path: Path) -> None:
    long = [
        each.name
        for each in _functions(ast.parse(path.read_text()))
        if (each.end_lineno or 0) - each.lineno >= LONGEST_FUNCTION and "_statement" not in each.name
    ]
    assert long == [], f"{_named(path)}: give parts of these functions a name of their own"


_CLOCK = re.compile(r"\bdatetime\.(?:utc)?now\(|\bdate\.today\(|\btime\.time(?:_ns)?\(|\btime\.localtime\(")


@pytest.mark.parametrize("path", MODULES, ids=_named)
def test_only_the_clock_reads_the_clock(path: Path) -> None:
    if _named(path) == "gateway/clock.py":
        assert len(_CLOCK.findall(path.read_text())) == 1
    else:
        assert not _CLOCK.search(path.read_text()), f"{_named(path)}: take `now` as an argument"


@pytest.mark.parametrize("path", MODULES, ids=_named)
def test_nothing_is_left_for_later(path: Path) -> None:
    found = re.findall(r"\b(?:TODO|FIXME|XXX|HACK)\b|NotImplementedError", path.read_text())
    assert found == [], f"{_named(path)}: do it now, or open an issue and delete the note"


@pytest.mark.parametrize("path", MODULES, ids=_named)
def test_nothing_logs_through_another_logger_or_prints(path: Path) -> None:
    calls = {
        node.func.id
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    assert "print" not in calls, f"{_named(path)}: use structlog's fields, or click.echo in the command line"


@pytest.mark.parametrize("path", TESTS, ids=_named)
def test_every_test_can_fail(path: Path) -> None:
    """An assert, an expected error, or a helper that is known to assert."""
    tree = ast.parse(path.read_text())
    checking = _checking(tree)
    idle = [
        each.name
        for each in _functions(tree)
        if each.name.startswith("test_") and not _asserts(each) and not _names_in(each) & checking
    ]
    assert idle == [], f"{_named(path)}: say what must be true, or delete the test"


def _asserts(function: ast.AST) -> bool:
    return any(
        isinstance(node, ast.Assert)
        or (isinstance(node, ast.Attribute) and node.attr in {"raises", "fail", "warns"})
        for node in ast.walk(function)
    )


def _names_in(function: ast.AST) -> set[str]:
    return {node.id for node in ast.walk(function) if isinstance(node, ast.Name)} | {
        node.attr for node in ast.walk(function) if isinstance(node, ast.Attribute)
    }


def _checking(tree: ast.AST) -> set[str]:
    """Functions of this file and of its helpers that assert; imported names are taken at their word."""
    own = {each.name for each in _functions(tree) if _asserts(each) and not each.name.startswith("test_")}
    for _ in range(3):
        own |= {
            each.name
            for each in _functions(tree)
            if _names_in(each) & own and not each.name.startswith("test_")
        }
    imported = {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("tests.")
        for alias in node.names
    }
    return own | imported | {"refuse_weak_durability", "run_state_machine_as_test"}


_SLEEP = re.compile(r"\btime\.sleep\(|from time import .*\bsleep\b|\bsleep\(\d")


@pytest.mark.parametrize("path", TESTS, ids=_named)
def test_no_test_sleeps(path: Path) -> None:
    text = path.read_text()
    if path == Path(__file__):
        assert _SLEEP.search("time.sleep(1)")
    else:
        assert not _SLEEP.search(text.replace("pg_sleep(", "")), f"{_named(path)}: wait for an event instead"


@pytest.mark.parametrize("path", TESTS, ids=_named)
def test_no_test_patches(path: Path) -> None:
    names = {node.id for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Name)}
    assert not names & {"patch", "MagicMock", "Mock"}, f"{_named(path)}: hand the code a fake instead"
