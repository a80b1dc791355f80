"""A notice is a court's template: it names nobody and nothing of a case, and insults nobody."""

import pytest

from prompts.wording import is_refused, lint
from prompts.wording_rules import ADVICE, REFUSED

NOTICE_ZH = (
    "您好，您所拨打的用户已被四川省南充市顺庆区人民法院依法纳入失信被执行人名单，"
    "请督促其尽快履行生效法律文书确定的义务。电话即将接通，请稍候。"
)
NOTICE_EN = (
    "The person you are calling has been listed by the Shunqing District People's Court as a judgment "
    "debtor who has not performed an effective judgment. Your call is being connected."
)


def refused(text: str, language: str = "zh-CN") -> list[tuple[str, str]]:
    return [
        (finding.rule, text[slice(*finding.excerpt_span)])
        for finding in lint(text, language)
        if finding.severity == "refuse"
    ]


@pytest.mark.parametrize(("text", "language"), [(NOTICE_ZH, "zh-CN"), (NOTICE_EN, "en")])
def test_a_neutral_notice_passes_without_a_word(text: str, language: str) -> None:
    assert lint(text, language) == ()


@pytest.mark.parametrize(
    "text",
    [
        "尊敬的各位先生女士，您拨打的公司已被人民法院纳入失信被执行人名单，电话正在接通。",
        "如有疑问请拨打12368，或一二三六八，或幺二三六八。法院电话接通。",
        "被执行人应当履行义务，被执行人名单由人民法院公布，申请人可以查询，电话接通。",
        "广东省高级人民法院、东方市人民法院、于都县人民法院、王家湾人民法庭公告，电话接通。",
        "本公告自2026年起，二〇二六年，由第一人民法院发布，电话接通。",
    ],
)
def test_ordinary_words_of_courts_are_no_findings(text: str) -> None:
    assert lint(text, "zh-CN") == ()


@pytest.mark.parametrize(
    ("text", "rule", "excerpt"),
    [
        ("请偿还人民币2951元", "wording-amount", "人民币2951元"),
        ("请偿还123,456.78元", "wording-amount", "123,456.78元"),
        ("请偿还３万元", "wording-amount", "３万元"),
        ("请偿还五万余元", "wording-amount", "五万余元"),
        ("请偿还￥500", "wording-amount", "￥500"),
        ("关于（2017）川1302执1234号案件", "wording-case-number", "（2017）川1302执1234号"),
        ("关于〔2017〕7号文件", "wording-case-number", "〔2017〕7号"),
        ("第三百二十号决定", "wording-case-number", "第三百二十号"),
        ("请拨打+86 171 0000 0001", "wording-phone-number", "+86 171 0000 0001"),
        ("请拨打１７１００００００２３", "wording-phone-number", "１７１００００００２３"),
        ("请拨打0817-2345678", "wording-phone-number", "0817-2345678"),
        ("证件11010119900101123X", "wording-identity-number", "11010119900101123X"),
        ("账号6222 0000 1111", "wording-number", "6222 0000 1111"),
        ("请拨一七一零零零零", "wording-number", "一七一零零零零"),
        ("请拨打12368-1", "wording-number", "12368-1"),
        ("被执行人姓名", "wording-placeholder", "被执行人姓名"),
        ("您好{name}", "wording-placeholder", "{name}"),
        ("您好【姓名】", "wording-placeholder", "【姓名】"),
        ("您好ＸＸＸ", "wording-placeholder", "ＸＸＸ"),
        ("您好___", "wording-placeholder", "___"),
        ("这是王小明先生", "wording-name", "王小明先生"),
        ("联系人欧阳女士", "wording-name", "欧阳女士"),
        ("被执行人王小明", "wording-name", "被执行人王小明"),
        ("债权人是李四", "wording-name", "债权人是李四"),
        ("当事人张某某", "wording-name", "张某某"),
        ("拖欠南充某建材公司", "wording-organisation", "拖欠南充某建材公司"),
        ("拖欠工商银行", "wording-organisation", "拖欠工商银行"),
        ("这个老赖", "wording-insult", "老赖"),
        ("欠债不还", "wording-insult", "欠债不还"),
        ("小心坐牢", "wording-threat", "坐牢"),
        ("将通知您的家人", "wording-threat", "通知您的家人"),
        ("访问https://example.com/a", "wording-address", "https://example.com/a"),
        ("请扫码", "wording-address", "扫码"),
    ],
)
def test_what_a_template_must_not_hold_is_found_where_it_stands(text: str, rule: str, excerpt: str) -> None:
    assert refused(text) == [(rule, excerpt)]


@pytest.mark.parametrize(
    ("text", "rule", "excerpt"),
    [
        ("owes 2,951.00 yuan to", "wording-amount", "2,951.00 yuan"),
        ("owes five thousand and twenty dollars", "wording-amount", "five thousand and twenty dollars"),
        ("owes RMB 500 now", "wording-amount", "RMB 500 "),
        ("see case no. 1234", "wording-case-number", "case no. 1234"),
        ("call +86 171 0000 0001 now", "wording-phone-number", "+86 171 0000 0001"),
        ("call one seven one double zero", "wording-number", "one seven one double zero"),
        ("this is Mr. Zhang Wei here", "wording-name", "Mr. Zhang Wei"),
        ("the debtor is Zhang Wei", "wording-name", "debtor is Zhang Wei"),
        ("money of Bank of Examples here", "wording-organisation", "Bank of Examples"),
        ("money of Happy Trading Ltd here", "wording-organisation", "Happy Trading Ltd"),
        ("a deadbeat lives here", "wording-insult", "deadbeat"),
        ("or go to jail", "wording-threat", "jail"),
        ("look at www.example.org today", "wording-address", "www.example.org"),
        ("hello [NAME]", "wording-placeholder", "[NAME]"),
    ],
)
def test_the_same_holds_in_english(text: str, rule: str, excerpt: str) -> None:
    assert refused(text, "en") == [(rule, excerpt)]


def test_english_inside_a_chinese_notice_is_read_too() -> None:
    assert refused("这位deadbeat") == [("wording-insult", "deadbeat")]


def test_everything_is_found_in_the_order_of_the_text() -> None:
    text = "老赖张某欠五万元，电话０８１７－２３４５６７８"
    assert [rule for rule, _ in refused(text)] == [
        "wording-insult", "wording-name", "wording-amount", "wording-phone-number",
    ]  # fmt: skip


def warned(text: str, language: str) -> list[str]:
    return [finding.rule for finding in lint(text, language) if finding.severity == "warn"]


@pytest.mark.parametrize(
    ("text", "language", "rules"),
    [
        ("人民法院提醒您。", "zh-CN", ["wording-no-connection"]),
        ("电话即将接通。", "zh-CN", ["wording-no-court"]),
        ("A court says hello.", "en", ["wording-no-connection"]),
        ("You are being connected.", "en", ["wording-no-court"]),
        ("人民法院提醒您履行义务，后果自负，电话即将接通。", "zh-CN", ["wording-stern"]),
        ("法院接通" + "字" * 68, "zh-CN", []),
        ("法院接通" + "字" * 69, "zh-CN", ["wording-long"]),
        ("court connected" + " word" * 34 + ".", "en", []),
        ("court connected" + " word" * 35 + ".", "en", ["wording-long"]),
    ],
)
def test_a_notice_is_advised_to_say_who_speaks_and_that_the_call_goes_on(
    text: str, language: str, rules: list[str]
) -> None:
    assert warned(text, language) == rules
    assert not is_refused(lint(text, language))


@pytest.mark.parametrize(
    ("text", "language", "rule"),
    [
        ("", "zh-CN", "wording-empty"),
        ("  \n", "en", "wording-empty"),
        ("Only English here.", "zh-CN", "wording-language"),
        ("只有中文。", "en", "wording-language"),
        ("字" * 1_001, "zh-CN", "wording-far-too-long"),
    ],
)
def test_a_transcript_that_cannot_be_one_is_refused(text: str, language: str, rule: str) -> None:
    assert rule in [finding.rule for finding in lint(text, language) if finding.severity == "refuse"]


@pytest.mark.parametrize(
    ("text", "language"), [("这是演示录音。", "zh-CN"), ("This is a demonstration recording.", "en")]
)
def test_a_demonstration_belongs_into_a_demo_court(text: str, language: str) -> None:
    assert "wording-demonstration" in [finding.rule for finding in lint(text, language)]
    assert is_refused(lint(text, language))
    assert not is_refused(lint(text, language, demo_court=True))


def test_a_language_without_rules_is_an_error() -> None:
    with pytest.raises(ValueError, match="language"):
        lint("Bonjour", "fr")


@pytest.mark.parametrize("seed", ["一", "one ", "a-", "1,", "Aa ", "张", "(", "{", "第", "@a.", "a'", "2 "])
def test_no_text_keeps_the_lint_busy(seed: str) -> None:
    """Patterns that backtrack without end would hang here, not fail."""
    text = (seed * 1_000)[:1_000]
    assert isinstance(lint(text, "en") + lint(text, "zh-CN"), tuple)


def test_every_rule_speaks_english_and_chinese() -> None:
    for rule in (*REFUSED, *ADVICE):
        assert rule.rule.startswith("wording-")
        assert rule.en.isascii()
        assert not rule.zh.isascii()
