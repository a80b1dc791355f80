"""What a service says no with: named, met once at the door that asked."""

from dataclasses import dataclass

from gateway.jurisdictions.refusal import Refusal


class ServiceRefused(Exception):
    """The base of every refusal."""


@dataclass(eq=False)
class NotValid(ServiceRefused):
    """Fields break rules: every one of them, with the rule in both languages (422)."""

    refusals: tuple[Refusal, ...]

    def __str__(self) -> str:
        return "; ".join(f"{refusal.field}: {refusal.rule}" for refusal in self.refusals)


@dataclass(eq=False)
class NotAllowed(ServiceRefused):
    """This person may not do this: role, scope, or the same person twice (403)."""

    rule: str
    en: str
    zh: str


class NotFound(ServiceRefused):
    """There is none, or it is another court's: nobody outside can tell which (404)."""


@dataclass(eq=False)
class WrongState(ServiceRefused):
    """The thing is not in a state in which this can be done, or has changed since it was seen (409)."""

    rule: str
    en: str
    zh: str
    difference: tuple[tuple[str, str, str], ...] = ()
    """(field, as seen, as it is now), where the refusal is that something changed."""


@dataclass(eq=False)
class StaleVersion(ServiceRefused):
    """The version named in If-Match is not the present one (412)."""

    present: int


def refuse(field: str, rule: str, en: str, zh: str, article: str = "") -> NotValid:
    """A refusal of one field."""
    return NotValid((Refusal(field=field, rule=rule, article=article, en=en, zh=zh),))


@dataclass(eq=False)
class SignInRefused(ServiceRefused):
    """Not signed in; the words never tell whether there is such a person (401)."""

    rule: str
    en: str
    zh: str


@dataclass(eq=False)
class TooManyAttempts(ServiceRefused):
    """Try again after so many seconds (429)."""

    seconds: int

    @property
    def en(self) -> str:
        return f"Too many attempts. Try again in {self.seconds} seconds."

    @property
    def zh(self) -> str:
        return f"尝试次数过多，请在{self.seconds}秒后重试。"
