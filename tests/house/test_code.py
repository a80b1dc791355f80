"""Rules of the house that hold in every file, with the remedy in the message."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
OURS = ("gateway", "ivr", "prompts")
MODULES = sorted(path for package in OURS for path in (ROOT / package).rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
LONGEST_MODULE, LONGEST_FUNCTION = 300, 45


def _named(path: Path) -> str:
    return str(path.relative_to(ROOT))


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def _functions(tree: ast.AST) -> Iterator[ast.FunctionDef]:
    return (each for each in ast.walk(tree) if isinstance(each, ast.FunctionDef))


def test_a_module_is_one_thought_and_says_which() -> None:
    long = [_named(path) for path in MODULES if path.read_text().count("\n") > LONGEST_MODULE]
    assert long == [], "split these: they hold more than one thought"
    silent = [_named(path) for path in MODULES if path.read_text() and not ast.get_docstring(_tree(path))]
    assert silent == [], "open these with a sentence that says what lives there"


def test_a_function_is_one_paragraph() -> None:
    long = [
        f"{_named(path)}: {each.name}"
        for path in MODULES
        for each in _functions(_tree(path))
        if (each.end_lineno or 0) - each.lineno >= LONGEST_FUNCTION and "_statement" not in each.name
    ]
    assert long == [], "give parts of these functions a name of their own"


_CLOCK = re.compile(r"\bdatetime\.(?:utc)?now\(|\bdate\.today\(|\btime\.time(?:_ns)?\(|\btime\.localtime\(")


def test_only_the_clock_reads_the_clock() -> None:
    reads = {_named(path): len(_CLOCK.findall(path.read_text())) for path in MODULES}
    found = {name: times for name, times in reads.items() if times}
    assert found == {"gateway/clock.py": 1}, "take `now` as an argument"


def test_nothing_is_left_for_later() -> None:
    later = re.compile(r"\b(?:TODO|FIXME|XXX|HACK)\b|NotImplementedError")
    found = [_named(path) for path in MODULES if later.search(path.read_text())]
    assert found == [], "do it now, or open an issue and delete the note"


def test_every_rule_of_a_style_sheet_is_closed_before_the_next_begins() -> None:
    """Inside `@media` rules stand in rules; nowhere else."""
    open_rules = []
    for sheet in sorted((ROOT / "gateway/static/desk").glob("*.css")):
        above: list[str] = []
        for number, line in enumerate(sheet.read_text().splitlines(), 1):
            if line.endswith("{"):
                if above and not above[-1].startswith("@"):
                    open_rules.append(f"{sheet.name}:{number}")
                above.append(line.strip())
            elif line.strip() == "}":
                above = above[:-1]
        open_rules += [f"{sheet.name}: {each}" for each in above]
    assert open_rules == [], "close the rule before"


def test_nothing_prints() -> None:
    printing = [
        _named(path)
        for path in MODULES
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    ]
    assert printing == [], "use structlog's fields, or click.echo in the command line"


def test_every_test_can_fail() -> None:
    """An assert, an expected error, or a helper that is known to assert."""
    idle = [f"{_named(path)}: {name}" for path in TESTS for name in _idle(_tree(path))]
    assert idle == [], "say what must be true, or delete these tests"


def _idle(tree: ast.Module) -> list[str]:
    checking = _checking(tree)
    return [
        each.name
        for each in _functions(tree)
        if each.name.startswith("test_") and not _asserts(each) and not _names_in(each) & checking
    ]


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


_SLEEP = re.compile(r"\btime\.sleep\(|from time import .*\bsleep\b|\bsleep\(\d|wait_for_timeout\(")


def test_no_test_sleeps() -> None:
    assert _SLEEP.search("time.sleep(1)")
    sleeping = [
        _named(path)
        for path in TESTS
        if path != Path(__file__) and _SLEEP.search(path.read_text().replace("pg_sleep(", ""))
    ]
    assert sleeping == [], "wait for an event instead"


def test_no_test_patches() -> None:
    patching = [
        _named(path)
        for path in TESTS
        if {"patch", "MagicMock", "Mock"}
        & {node.id for node in ast.walk(_tree(path)) if isinstance(node, ast.Name)}
    ]
    assert patching == [], "hand the code a fake instead"
