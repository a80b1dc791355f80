"""Profile `cn-spc-2017-7`: the Supreme People's Court's rules on publishing dishonest judgment debtors.

法释〔2017〕7号, in force from 1 May 2017, with 法发〔2019〕35号 for the grace and the Civil Procedure Law
(2023) for service and the counting of periods. Engineers wrote it from the published texts: before any real
use a lawyer admitted in the People's Republic confirms each constraint, and `confirmed_by` then names that
lawyer.
"""

from zoneinfo import ZoneInfo

from gateway.jurisdictions.calendar import PrcCalendar
from gateway.jurisdictions.cn_spc_2017_7.checks import (
    check_activation,
    check_enrolment,
    check_further_decision,
    check_review,
)
from gateway.jurisdictions.cn_spc_2017_7.clocks import (
    OBJECTION_CLOCKS,
    clock_due,
    creditor_may_ask_again_on,
)
from gateway.jurisdictions.cn_spc_2017_7.deletion import formal_deletion
from gateway.jurisdictions.cn_spc_2017_7.enrolment import of_age_on
from gateway.jurisdictions.cn_spc_2017_7.listing import latest_review_on, listing_term, notice_window
from gateway.jurisdictions.cn_spc_2017_7.sources import IN_FORCE_FROM
from gateway.jurisdictions.cn_spc_2017_7.tables import BARS, GROUNDS, REMOVAL_GROUNDS, SERVICE_METHODS
from gateway.jurisdictions.profile import Profile

PROFILE = Profile(
    name="cn-spc-2017-7",
    title_en="Supreme People's Court, rules on publishing information about dishonest judgment debtors",
    title_zh="最高人民法院关于公布失信被执行人名单信息的若干规定（法释〔2017〕7号）",
    in_force_from=IN_FORCE_FROM,
    zone=ZoneInfo("Asia/Shanghai"),
    confirmed_by=None,
    disclaimer_en=(
        "No lawyer has confirmed this profile. Before real use a lawyer admitted in the People's Republic of "
        "China must confirm each of its constraints."
    ),
    disclaimer_zh="本配置尚未经律师确认。实际使用前，须由中华人民共和国执业律师逐条确认。",
    grounds=GROUNDS,
    bars=BARS,
    service_methods=SERVICE_METHODS,
    removal_grounds=REMOVAL_GROUNDS,
    objection_clocks=OBJECTION_CLOCKS,
    calendar=PrcCalendar,
    check_enrolment=check_enrolment,
    check_further_decision=check_further_decision,
    check_activation=check_activation,
    check_review=check_review,
    of_age_on=of_age_on,
    listing_term=listing_term,
    notice_window=notice_window,
    latest_review_on=latest_review_on,
    formal_deletion=formal_deletion,
    clock_due=clock_due,
    creditor_may_ask_again_on=creditor_may_ask_again_on,
)
