"""What the law answers when it says no."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Refusal:
    """One reason why something may not be enrolled, extended or activated.

    `field` is the dotted path of what must be changed (`decision.grounds`), `rule` a stable kebab-case code,
    `article` the source, `en` and `zh` the same sentence for a person.
    """

    field: str
    rule: str
    article: str
    en: str
    zh: str


Refusals = tuple[Refusal, ...]
