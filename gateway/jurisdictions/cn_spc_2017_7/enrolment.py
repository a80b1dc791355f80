"""What a case and its decision must be: rows of Art. 1, 2, 4 and 5, judged when the case is created."""

from datetime import date

from gateway.jurisdictions.cn_spc_2017_7.listing import is_blank
from gateway.jurisdictions.cn_spc_2017_7.sources import (
    ART_1,
    ART_2,
    ART_4,
    ART_5,
    IN_FORCE_FROM,
    SPC_2017_7,
    SPC_2019_35,
)
from gateway.jurisdictions.cn_spc_2017_7.tables import (
    ABLE_BUT_REFUSES,
    EXTENDED_TERM_MONTHS,
    GRACE_MONTHS_MAX,
    GRACE_MONTHS_MIN,
    GROUNDS,
    MAJORITY_YEARS,
    OBSTRUCTS,
    ORDINARY_TERM_MONTHS,
)
from gateway.jurisdictions.dates import add_days, add_months
from gateway.jurisdictions.facts import DebtorKind, DecisionKind, Extension
from gateway.jurisdictions.rules import Situation, rule


def of_age_on(birth_date: date) -> date:
    """The first day on which a person is of age.

    A year of age is complete from the day after the birthday (法释〔2006〕1号 Art. 2). Who was born on
    29 February has his birthday on the 28th in other years (Civil Code Art. 202).
    """
    return add_days(add_months(birth_date, 12 * MAJORITY_YEARS), 1)


def _is_minor(s: Situation) -> bool:
    birth, made_on = s.debtor.birth_date, s.decision.made_on
    if s.debtor.kind is not DebtorKind.PERSON or birth is None or made_on is None:
        return False
    return made_on < of_age_on(birth)


def _grounds_are_known(s: Situation) -> bool:
    return bool(s.decision.grounds) and s.decision.grounds <= GROUNDS.keys()


def _only_refuses(s: Situation) -> bool:
    return s.decision.grounds == {ABLE_BUT_REFUSES}


def _term_is_extended(s: Situation) -> bool:
    return s.decision.term_months in EXTENDED_TERM_MONTHS


def _term_has_wrong_length(s: Situation) -> bool:
    months = s.decision.term_months
    return months is not None and months != ORDINARY_TERM_MONTHS and months not in EXTENDED_TERM_MONTHS


def _grace_is_too_short(s: Situation) -> bool:
    grace, made_on = s.decision.grace_until, s.decision.made_on
    return grace is not None and made_on is not None and grace < add_months(made_on, GRACE_MONTHS_MIN)


def _grace_is_too_long(s: Situation) -> bool:
    grace, made_on = s.decision.grace_until, s.decision.made_on
    return grace is not None and made_on is not None and grace > add_months(made_on, GRACE_MONTHS_MAX)


def _served_before_made(s: Situation) -> bool:
    served_on, made_on = s.decision.served_on, s.decision.made_on
    return served_on is not None and made_on is not None and served_on < made_on


DEBTOR_RULES = (
    rule(
        "birth-date-required",
        "debtor.birth_date",
        ART_4,
        lambda s: s.debtor.kind is DebtorKind.PERSON and s.debtor.birth_date is None,
        "A person's birth date is needed: minors may not be listed.",
        "须填写自然人的出生日期：未成年人不得纳入名单。",
    ),
    rule(
        "debtor-is-minor",
        "debtor.birth_date",
        ART_4,
        _is_minor,
        "The debtor was under 18 when the decision was made; a minor may never be listed.",
        "作出决定时被执行人未满十八周岁，未成年人不得纳入名单。",
    ),
)

WRITTEN_RULES = (
    rule(
        "decision-number-required",
        "decision.number",
        ART_5,
        lambda s: is_blank(s.decision.number),
        "The decision must be in writing: its number is missing.",
        "应当制作书面决定书：缺少决定书文号。",
    ),
    rule(
        "decision-reasons-required",
        "decision.reasons",
        ART_5,
        lambda s: is_blank(s.decision.reasons),
        "The decision must state its reasons.",
        "决定书应当写明理由。",
    ),
)

MADE_ON_RULES = (
    rule(
        "decision-date-required",
        "decision.made_on",
        ART_5,
        lambda s: s.decision.made_on is None,
        "The day on which the decision was made is missing: it takes effect on that day.",
        "缺少作出决定的日期：决定自作出之日起生效。",
    ),
    rule(
        "decision-in-future",
        "decision.made_on",
        ART_5,
        lambda s: s.decision.made_on is not None and s.decision.made_on > s.today,
        "The decision cannot have been made in the future.",
        "作出决定的日期不得晚于今日。",
    ),
    rule(
        "decision-before-law",
        "decision.made_on",
        f"{SPC_2017_7}, in force from 2017-05-01",
        lambda s: s.decision.made_on is not None and s.decision.made_on < IN_FORCE_FROM,
        "The decision was made before 1 May 2017, when these rules came into force.",
        "决定作出于2017年5月1日本规定施行之前。",
    ),
)

GROUND_RULES = (
    rule(
        "grounds-required",
        "decision.grounds",
        ART_1,
        lambda s: not s.decision.grounds,
        "At least one ground is needed.",
        "至少须有一项纳入情形。",
    ),
    rule(
        "ground-unknown",
        "decision.grounds",
        ART_1,
        lambda s: not s.decision.grounds <= GROUNDS.keys(),
        "A ground must be one of 1 to 6.",
        "纳入情形只能是第一项至第六项。",
    ),
)

INITIAL_TERM_RULES = (
    rule(
        "term-not-allowed",
        "decision.term_months",
        ART_2,
        lambda s: _only_refuses(s) and s.decision.term_months is not None,
        "A listing on ground 1 alone has no term.",
        "仅依据第一项情形纳入的，不设期限。",
    ),
    rule(
        "term-required",
        "decision.term_months",
        ART_2,
        lambda s: _grounds_are_known(s) and not _only_refuses(s) and s.decision.term_months is None,
        "A listing on any of grounds 2 to 6 needs a term.",
        "依据第二项至第六项情形纳入的，应当写明期限。",
    ),
    rule(
        "term-wrong-length",
        "decision.term_months",
        ART_2,
        _term_has_wrong_length,
        "The term is 24 months, or 36 to 60 months when extended.",
        "期限为二十四个月；延长的，为三十六至六十个月。",
    ),
    rule(
        "term-needs-reason",
        "decision.extension",
        ART_2,
        lambda s: _term_is_extended(s) and s.decision.extension is None,
        "A term of 36 to 60 months needs a reason: serious violence, or several acts.",
        "三十六至六十个月的期限须有延长理由：暴力、威胁情节严重，或者具有多项失信行为。",
    ),
    rule(
        "extension-without-longer-term",
        "decision.extension",
        ART_2,
        lambda s: s.decision.extension is not None and not _term_is_extended(s),
        "A reason for extension belongs only to a term of 36 to 60 months.",
        "只有三十六至六十个月的期限才可填写延长理由。",
    ),
)

VIOLENCE_RULES = (
    rule(
        "violence-needs-ground-2",
        "decision.extension",
        ART_2,
        lambda s: s.decision.extension is Extension.SERIOUS_VIOLENCE and OBSTRUCTS not in s.decision.grounds,
        "Serious violence extends a term only where ground 2 is among the grounds.",
        "以暴力、威胁情节严重为由延长的，纳入情形须包括第二项。",
    ),
)

SERVICE_DAY_RULES = (
    rule(
        "served-before-decision",
        "decision.served_on",
        ART_5,
        _served_before_made,
        "The decision cannot have been served before it was made.",
        "送达日期不得早于作出决定的日期。",
    ),
    rule(
        "served-in-future",
        "decision.served_on",
        ART_5,
        lambda s: s.decision.served_on is not None and s.decision.served_on > s.today,
        "The day of service, or of publication, cannot lie in the future.",
        "送达或公告日期不得晚于今日。",
    ),
)

WARNING_AND_GRACE_RULES = (
    rule(
        "warned-in-future",
        "decision.warned_on",
        ART_5,
        lambda s: s.decision.warned_on is not None and s.decision.warned_on > s.today,
        "The day of the risk warning cannot lie in the future.",
        "风险提示日期不得晚于今日。",
    ),
    rule(
        "grace-too-short",
        "decision.grace_until",
        SPC_2019_35,
        _grace_is_too_short,
        "A grace, where given, lasts at least one month from the decision.",
        "给予宽限期的，自作出决定之日起不少于一个月。",
    ),
    rule(
        "grace-too-long",
        "decision.grace_until",
        SPC_2019_35,
        _grace_is_too_long,
        "A grace lasts at most three months from the decision.",
        "宽限期自作出决定之日起不超过三个月。",
    ),
)

INITIAL_KIND_RULES = (
    rule(
        "decision-not-initial",
        "decision.kind",
        ART_5,
        lambda s: s.decision.kind is not DecisionKind.INITIAL,
        "A case begins with a decision to list; extensions and early deletions follow it.",
        "案件须先有纳入决定，延长或提前删除的决定应在其后作出。",
    ),
)
