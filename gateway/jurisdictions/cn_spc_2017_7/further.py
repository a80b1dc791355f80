"""What a later decision must be: an extension asks for every formality, an early deletion for hardly any."""

from gateway.jurisdictions.cn_spc_2017_7.listing import (
    governing_decision,
    known_last_day,
    listing_term,
)
from gateway.jurisdictions.cn_spc_2017_7.sources import ART_2, ART_5
from gateway.jurisdictions.cn_spc_2017_7.tables import EXTENDED_TERM_MONTHS
from gateway.jurisdictions.dates import add_months
from gateway.jurisdictions.facts import DecisionKind
from gateway.jurisdictions.rules import Situation, rule


def _precedes_listing(s: Situation) -> bool:
    initial = governing_decision(s.decisions)
    made_on = s.decision.made_on
    return (
        initial is not None
        and initial.made_on is not None
        and made_on is not None
        and made_on < initial.made_on
    )


def _comes_after_term(s: Situation) -> bool:
    last_day, made_on = known_last_day(s.decisions), s.decision.made_on
    return last_day is not None and made_on is not None and made_on > last_day


def _does_not_lengthen(s: Situation) -> bool:
    term, months = listing_term(s.decisions), s.decision.term_months or 0
    if term.last_day is None or months not in EXTENDED_TERM_MONTHS:
        return False
    return add_months(term.starts_on, months) <= term.last_day


FOLLOWING_RULES = (
    rule(
        "initial-decision-missing",
        "decision.kind",
        ART_5,
        lambda s: governing_decision(s.decisions) is None,
        "There is no decision to list that this one could follow.",
        "没有可供延长或提前删除的纳入决定。",
    ),
    rule(
        "decision-not-further",
        "decision.kind",
        ART_2,
        lambda s: s.decision.kind is DecisionKind.INITIAL,
        "A later decision either extends the term or deletes early.",
        "后续决定只能是延长期限或者提前删除。",
    ),
    rule(
        "decision-before-listing",
        "decision.made_on",
        ART_2,
        _precedes_listing,
        "A later decision cannot have been made before the decision to list.",
        "后续决定的日期不得早于纳入决定。",
    ),
)

EXTENSION_RULES = (
    rule(
        "extension-needs-a-term",
        "decision.kind",
        ART_2,
        lambda s: listing_term(s.decisions).last_day is None,
        "A listing without a term cannot be extended.",
        "不设期限的纳入不得延长。",
    ),
    rule(
        "extension-after-term",
        "decision.made_on",
        ART_2,
        _comes_after_term,
        "A term that has ended cannot be extended.",
        "期限届满后不得延长。",
    ),
    rule(
        "extension-reason-required",
        "decision.extension",
        ART_2,
        lambda s: s.decision.extension is None,
        "An extension needs a reason: serious violence, or several acts.",
        "延长期限须有理由：暴力、威胁情节严重，或者具有多项失信行为。",
    ),
    rule(
        "extension-wrong-length",
        "decision.term_months",
        ART_2,
        lambda s: s.decision.term_months not in EXTENDED_TERM_MONTHS,
        "The whole term, counted from the decision to list, is then 36 to 60 months.",
        "延长后的总期限自纳入决定作出之日起为三十六至六十个月。",
    ),
    rule(
        "extension-does-not-lengthen",
        "decision.term_months",
        ART_2,
        _does_not_lengthen,
        "The extension does not reach beyond the term that already runs.",
        "延长后的期限未超过现有期限。",
    ),
)
