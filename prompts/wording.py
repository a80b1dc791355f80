"""The wording lint: a court's template names no person, sum, case or creditor, and insults nobody.

A lint is an aid for the two people who read the transcript, never a replacement for them: a name without
any title around it looks like every other word.
"""

from dataclasses import dataclass
from typing import Final

from prompts.wording_rules import ADVICE, FAR_TOO_LONG, MAX_CHARACTERS, REFUSED, Advice, Severity

LANGUAGES: Final = ("zh-CN", "en")
# Full-width forms of printable ASCII say the same, sign by sign, so spans stay true.
_HALF_WIDTH: Final = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}


@dataclass(frozen=True, slots=True)
class WordingFinding:
    """One finding; `excerpt_span` is (start, end) in the transcript, (0, 0) where it is about the whole."""

    rule: str
    severity: Severity
    en: str
    zh: str
    excerpt_span: tuple[int, int]
    field: str = "transcript"


def lint(transcript: str, language: str, *, demo_court: bool = False) -> tuple[WordingFinding, ...]:
    """Everything the lint has to say, refusals first, each in the order of the text.

    Raises `ValueError` for a language other than those of `LANGUAGES`. Words that mark a demonstration are
    refused outside a demo court: real callers are never told that an order is a play.
    """
    if language not in LANGUAGES:
        raise ValueError("no wording rules for this language")
    if len(transcript) > MAX_CHARACTERS:
        return (_whole(FAR_TOO_LONG),)
    text = transcript.translate(_HALF_WIDTH)
    return (*_refusals(text, demo_court), *_advice(text, language))


def is_refused(findings: tuple[WordingFinding, ...]) -> bool:
    """Whether the wording cannot be submitted as it stands."""
    return any(finding.severity == "refuse" for finding in findings)


def _refusals(text: str, demo_court: bool) -> list[WordingFinding]:
    """What the text must not hold; where findings overlap, the higher rule of the table speaks."""
    taken: list[WordingFinding] = []
    for rule in REFUSED:
        if rule.real_courts_only and demo_court:
            continue
        for match in rule.pattern.finditer(text):
            start, end = match.span()
            if not any(start < used.excerpt_span[1] and used.excerpt_span[0] < end for used in taken):
                taken.append(WordingFinding(rule.rule, rule.severity, rule.en, rule.zh, (start, end)))
    return sorted(taken, key=lambda finding: (finding.severity != "refuse", finding.excerpt_span))


def _advice(text: str, language: str) -> list[WordingFinding]:
    """What the text should hold, or should not be, as a whole."""
    return [
        _whole(rule)
        for rule in ADVICE
        if language in rule.languages and bool(rule.pattern.search(text)) is not rule.wanted
    ]


def _whole(rule: Advice) -> WordingFinding:
    return WordingFinding(rule.rule, rule.severity, rule.en, rule.zh, (0, 0))
