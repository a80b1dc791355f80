"""The rules of addresses: compiled for being read at once, for being written when one is first written."""

from collections.abc import Callable
from typing import Any

from werkzeug.routing import Rule

Written = tuple[str, str]


class Address(Rule):
    """Werkzeug compiles two functions a rule that write its address: four fifths of what it costs to make an
    application. A process writes few of its addresses, and none before it answers."""

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., Written]:
        compile_now = super()._compile_builder
        compiled: list[Callable[..., Written]] = []

        def write(rule: Rule, **values: Any) -> Written:
            if not compiled:
                compiled.append(compile_now(append_unknown))
            return compiled[0](rule, **values)

        return write
