"""The rules of addresses: compiled for being read at once, for being written when one is first written."""

from collections.abc import Callable
from functools import cache
from typing import Any

from werkzeug.routing import Rule

Written = tuple[str, str]


class Address(Rule):
    """Werkzeug compiles two functions a rule that write its address: four fifths of what it costs to make an
    application. A process writes few of its addresses, and none before it answers."""

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., Written]:
        compile_now = super()._compile_builder

        @cache
        def compiled() -> Callable[..., Written]:
            return compile_now(append_unknown)

        def write(rule: Rule, **values: Any) -> Written:
            return compiled()(rule, **values)

        return write
