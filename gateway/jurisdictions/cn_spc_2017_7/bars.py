"""Art. 3: four bars to a listing under ground 1, three rows each: answered, evidenced, and not so."""

from collections.abc import Callable

from gateway.jurisdictions.cn_spc_2017_7.listing import is_blank
from gateway.jurisdictions.cn_spc_2017_7.tables import ABLE_BUT_REFUSES, BARS
from gateway.jurisdictions.facts import Art3Declarations, Declaration
from gateway.jurisdictions.rules import Rule, Situation, rule

_NOT_ANSWERED = Declaration()


def _declaration(declarations: Art3Declarations | None, bar: str) -> Declaration:
    if declarations is None:
        return _NOT_ANSWERED
    return {
        "security": declarations.security,
        "assets_suffice": declarations.assets_suffice,
        "later_in_order": declarations.later_in_order,
        "other": declarations.other,
    }[bar]


def _where_asked(bar: str, wrong: Callable[[Declaration], bool]) -> Callable[[Situation], bool]:
    def broken_by(s: Situation) -> bool:
        return ABLE_BUT_REFUSES in s.decision.grounds and wrong(_declaration(s.decision.art3, bar))

    return broken_by


def _rows_of(bar: str) -> tuple[Rule, ...]:
    path, law = f"decision.art3_declarations.{bar}", BARS[bar]
    return (
        rule(
            "art3-answer-required",
            path,
            law.article,
            _where_asked(bar, lambda d: d.applies is None),
            f"Declare whether this bars the listing: {law.en}.",
            f"须声明是否存在该情形：{law.zh}。",
        ),
        rule(
            "art3-evidence-required",
            path,
            law.article,
            _where_asked(bar, lambda d: d.applies is False and is_blank(d.evidence)),
            f"Say what shows that this is not so: {law.en}.",
            f"须写明不存在该情形的依据：{law.zh}。",
        ),
        rule(
            "art3-bars-listing",
            path,
            law.article,
            _where_asked(bar, lambda d: d.applies is True),
            f"The debtor may not be listed under ground 1: {law.en}.",
            f"不得依据第一项情形纳入名单：{law.zh}。",
        ),
    )


BAR_RULES = tuple(row for bar in BARS for row in _rows_of(bar))
