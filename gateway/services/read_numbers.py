"""Numbers as people enter them: read strictly, refused by field, sealed and hashed for keeping."""

from dataclasses import dataclass

from gateway.jurisdictions.refusal import Refusal
from gateway.services.refusals import NotValid
from gateway.vault import Vault
from ivr import numbers


@dataclass(frozen=True, slots=True)
class KeptNumber:
    """A number as the database keeps it."""

    digest: bytes
    sealed: bytes


def keep_number(vault: Vault, number: str) -> KeptNumber:
    return KeptNumber(vault.look_up_hash(number), vault.seal(number, "number"))


class Fields:
    """Collects what is wrong with several fields, so that all of it is told at once."""

    def __init__(self) -> None:
        self.refusals: list[Refusal] = []

    def number(self, field: str, text: str, country: str) -> str:
        """An E.164 number; an empty text where it was refused."""
        try:
            return numbers.read_number(text, country)
        except numbers.NumberRefused as refused:
            self.add(field, refused.rule, refused.en, refused.zh)
            return ""

    def delivery(self, field: str, text: str, country: str, sip_hosts: frozenset[str]) -> str:
        """A number or SIP address that calls may be delivered to; an empty text where it was refused."""
        address = text if text.startswith("sip:") else self.number(field, text, country)
        refused = numbers.may_deliver_to(address, country, sip_hosts) if address else None
        if refused is not None:
            self.add(field, refused.rule, refused.en, refused.zh)
            return ""
        return address

    def text(self, field: str, text: str, longest: int = 200) -> str:
        """A line of 1 to `longest` characters without control characters, trimmed."""
        trimmed = text.strip()
        if not 1 <= len(trimmed) <= longest or not trimmed.isprintable():
            self.add(field, "text", f"Enter 1 to {longest} characters.", f"请填写1至{longest}个字符。")
        return trimmed

    def add(self, field: str, rule: str, en: str, zh: str, article: str = "") -> None:
        self.refusals.append(Refusal(field=field, rule=rule, article=article, en=en, zh=zh))

    def done(self) -> None:
        """Raise NotValid with everything that was refused."""
        if self.refusals:
            raise NotValid(tuple(self.refusals))
