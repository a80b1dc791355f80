"""One row of a table of law: where it is written, and what it says in two languages."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Provision:
    """A provision as shown to a person; `article` names the source and its article."""

    article: str
    en: str
    zh: str
