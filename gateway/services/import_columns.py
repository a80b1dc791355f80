"""The columns of an import's file as a template explains them: kind, example, and words in both languages."""

from collections.abc import Mapping
from dataclasses import dataclass

from gateway.services import import_closures, read_import
from gateway.services.read_csv import Layout


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `kind` is how a spreadsheet should keep it: text, day or number."""

    name: str
    kind: str
    example: str
    en: str
    zh: str


@dataclass(frozen=True, slots=True)
class FileKind:
    """What a kind of file holds: its layout for reading, its columns as they are explained."""

    layout: Layout
    columns: tuple[Column, ...]

    @property
    def kinds(self) -> Mapping[str, str]:
        return {column.name: column.kind for column in self.columns}


ENROLMENT = (
    Column("case_number", "text", "(2026)川1302执1234号", "Number of the enforcement case.", "执行案号。"),
    Column("debtor_kind", "text", "person", "person or entity.", "person（自然人）或 entity（单位）。"),
    Column("debtor_name", "text", "虚构人甲", "Name of the debtor.", "被执行人姓名或名称。"),
    Column(
        "identity_number",
        "text",
        "511302198001011234",
        "Identity number of a person, or credit code of an entity; as text.",
        "自然人身份证件号码或单位统一社会信用代码，须为文本格式。",
    ),
    Column("birth_date", "day", "1980-01-01", "Of a person: date of birth.", "自然人的出生日期。"),
    Column(
        "amount",
        "number",
        "2951.00",
        "Amount owed, at most two decimals; empty where no money is owed.",
        "未履行金额，最多两位小数；非金钱义务留空。",
    ),
    Column("currency", "text", "CNY", "Currency of the amount.", "币种。"),
    Column(
        "decision_number",
        "text",
        "(2026)川1302执1234号之一",
        "Number of the decision to list the debtor.",
        "纳入失信名单决定书文号。",
    ),
    Column(
        "grounds",
        "number",
        "1;3",
        "Grounds of the listing, 1 to 6, with a semicolon between them.",
        "纳入情形，1至6，多项以分号分隔。",
    ),
    Column("reasons", "text", "有履行能力而拒不履行", "Reasons of the decision.", "决定理由。"),
    Column(
        "term_months",
        "number",
        "",
        "Term in months where the law sets one; else empty.",
        "法律规定有期限的，填写月数；否则留空。",
    ),
    Column("signed_by", "text", "院长甲", "President who signed the decision.", "签发决定的院长。"),
    Column("made_on", "day", "2026-01-05", "Date of the decision.", "决定作出日期。"),
    Column("served_on", "day", "2026-01-07", "Date on which it was served.", "送达日期。"),
    Column(
        "service_method",
        "text",
        "direct",
        "direct, left, electronic, entrusted, mail, forwarded or public_notice.",
        "direct（直接）、left（留置）、electronic（电子）、entrusted（委托）、mail（邮寄）、"
        "forwarded（转交）或 public_notice（公告）。",
    ),
    Column(
        "grace_until", "day", "", "Last day of a period of grace; else empty.", "宽限期届满日；无则留空。"
    ),
    Column("warned_on", "day", "2025-12-01", "Date of the warning.", "风险提示日期。"),
    Column(
        "publication_ref", "text", "", "Reference of the publication; may be empty.", "公布信息编号，可留空。"
    ),
    Column(
        "public_number",
        "text",
        "+8617100001234",
        "The debtor's number that people dial; as text.",
        "被执行人对外使用的号码，须为文本格式。",
    ),
    Column(
        "gateway_number",
        "text",
        "+8617100001234",
        "The number by which its calls reach this gateway; as text.",
        "来电到达本网关所用的号码，须为文本格式。",
    ),
    Column(
        "deliver_to",
        "text",
        "+8617100006234",
        "Number or SIP address that calls are connected to; as text.",
        "接续号码或SIP地址，须为文本格式。",
    ),
    Column("connection", "text", "north", "Name of the connection to the carrier.", "线路接入名称。"),
    Column(
        "attestation_source",
        "text",
        "carrier-letter",
        "carrier-letter, carrier-api or reconciliation-file.",
        "carrier-letter（运营商函）、carrier-api（运营商接口）或 reconciliation-file（对账文件）。",
    ),
    Column(
        "attestation_reference",
        "text",
        "函12",
        "Reference of the proof that the number is the debtor's.",
        "号码归属证明的编号。",
    ),
    Column(
        "attested_on",
        "day",
        "2026-03-01",
        "Date of that proof: of the last 30 days.",
        "证明出具日期，须在最近30日内。",
    ),
    Column(
        "prompt",
        "text",
        "失信提示",
        "One or two approved recordings by name, with a semicolon between them.",
        "一至两个已批准的提示音名称，以分号分隔。",
    ),
    Column("ends_on", "day", "", "Last day of the notice; else empty.", "提示音的最后一日；无则留空。"),
    Column(
        "review_on",
        "day",
        "2026-06-01",
        "Day by which a judge looks at the notice again.",
        "法官复核提示音的日期。",
    ),
)
CLOSURES = (
    Column("case_number", "text", "(2026)川1302执1234号", "Number of the closed case.", "已结案件的案号。"),
    Column("removal_ground", "number", "1", "Ground of the removal, 1 to 7.", "删除事由，1至7。"),
    Column("reason", "text", "全部履行", "Reason in a sentence.", "理由。"),
)
FILE_KINDS = {
    "enrolment": FileKind(read_import.LAYOUT, ENROLMENT),
    "closures": FileKind(import_closures.LAYOUT, CLOSURES),
}
