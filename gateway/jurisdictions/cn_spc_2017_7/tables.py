"""The tables of the law: grounds, bars, services, removals, and the numbers that its rules compare with."""

from collections.abc import Mapping
from types import MappingProxyType

from gateway.jurisdictions.cn_spc_2017_7.sources import ART_1, ART_3, ART_10, CIVIL_PROCEDURE
from gateway.jurisdictions.facts import ServiceMethod
from gateway.jurisdictions.provision import Provision

MAJORITY_YEARS = 18
ORDINARY_TERM_MONTHS = 24
EXTENDED_TERM_MONTHS = range(36, 61)
GRACE_MONTHS_MIN, GRACE_MONTHS_MAX = 1, 3
REVIEW_MONTHS = 6
CREDITOR_WAITS_MONTHS = 6
PUBLIC_NOTICE_DAYS = 30
WARNING_DAYS = 3
DELETION_WORKING_DAYS = 3

ABLE_BUT_REFUSES = 1
OBSTRUCTS = 2

GROUNDS: Mapping[int, Provision] = MappingProxyType(
    {
        ABLE_BUT_REFUSES: Provision(
            f"{ART_1}(1)", "Able to perform but refuses", "有履行能力而拒不履行生效法律文书确定义务"
        ),
        OBSTRUCTS: Provision(
            f"{ART_1}(2)",
            "Obstructs or resists enforcement by forged evidence, violence, threats or the like",
            "以伪造证据、暴力、威胁等方法妨碍、抗拒执行",
        ),
        3: Provision(
            f"{ART_1}(3)",
            "Evades enforcement by sham lawsuits or arbitration, or by hiding or moving assets",
            "以虚假诉讼、虚假仲裁或者以隐匿、转移财产等方法规避执行",
        ),
        4: Provision(f"{ART_1}(4)", "Breaks the duty to report assets", "违反财产报告制度"),
        5: Provision(f"{ART_1}(5)", "Breaks a consumption restriction order", "违反限制消费令"),
        6: Provision(
            f"{ART_1}(6)",
            "Does not perform a settlement in enforcement, without good reason",
            "无正当理由拒不履行执行和解协议",
        ),
    }
)

# By the name of the declaration, as in `Art3Declarations`.
BARS: Mapping[str, Provision] = MappingProxyType(
    {
        "security": Provision(f"{ART_3}(1)", "Full and effective security was given", "已提供充分有效担保"),
        "assets_suffice": Provision(
            f"{ART_3}(2)",
            "Seized, attached or frozen assets suffice for the debt",
            "已查封、扣押、冻结的财产足以清偿债务",
        ),
        "later_in_order": Provision(
            f"{ART_3}(3)",
            "The debtor comes later in the order of performance and may not be enforced against yet",
            "被执行人履行顺序在后，依法不应强制执行",
        ),
        "other": Provision(
            f"{ART_3}(4)",
            "For another reason this is not a case of being able but refusing",
            "其他不属于有履行能力而拒不履行的情形",
        ),
    }
)

SERVICE_METHODS: Mapping[ServiceMethod, Provision] = MappingProxyType(
    {
        ServiceMethod.DIRECT: Provision(f"{CIVIL_PROCEDURE} Art. 88", "Handed over", "直接送达"),
        ServiceMethod.LEFT: Provision(f"{CIVIL_PROCEDURE} Art. 89", "Left at the address", "留置送达"),
        ServiceMethod.ELECTRONIC: Provision(f"{CIVIL_PROCEDURE} Art. 90", "Sent electronically", "电子送达"),
        ServiceMethod.ENTRUSTED: Provision(f"{CIVIL_PROCEDURE} Art. 91", "By another court", "委托送达"),
        ServiceMethod.MAIL: Provision(f"{CIVIL_PROCEDURE} Art. 91", "By mail", "邮寄送达"),
        ServiceMethod.FORWARDED: Provision(
            f"{CIVIL_PROCEDURE} Art. 92-94", "Forwarded by the debtor's unit or place of custody", "转交送达"
        ),
        ServiceMethod.PUBLIC_NOTICE: Provision(
            f"{CIVIL_PROCEDURE} Art. 95", "By public notice, served 30 days after publication", "公告送达"
        ),
    }
)

REMOVAL_GROUNDS: Mapping[int, Provision] = MappingProxyType(
    {
        1: Provision(
            f"{ART_10}(1)",
            "The obligation was performed, or enforcement is complete",
            "被执行人已履行义务或者人民法院已执行完毕",
        ),
        2: Provision(
            f"{ART_10}(2)", "A settlement was reached and fully performed", "达成执行和解协议且已履行完毕"
        ),
        3: Provision(
            f"{ART_10}(3)",
            "The creditor asks in writing for deletion and the court agrees",
            "申请执行人书面申请删除，人民法院审查同意",
        ),
        4: Provision(
            f"{ART_10}(4)",
            "After termination of the round, two or more asset searches found nothing "
            "and nobody gave a usable lead",
            "终结本次执行程序后，网络查控两次以上未发现可供执行财产，且无人提供有效财产线索",
        ),
        5: Provision(
            f"{ART_10}(5)",
            "Enforcement is stayed because of a retrial or a bankruptcy",
            "因审判监督或者破产程序，依法裁定中止执行",
        ),
        6: Provision(f"{ART_10}(6)", "The court ruled not to enforce", "依法裁定不予执行"),
        7: Provision(f"{ART_10}(7)", "The court ruled that enforcement is terminated", "依法裁定终结执行"),
    }
)
