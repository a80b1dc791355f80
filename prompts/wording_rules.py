"""The wording lint's tables: what a transcript must not hold, and what it should.

Patterns read text whose full-width ASCII was made half-width, and apply in both languages: a Chinese notice
can hold an English name. The order is that of precedence where two rules meet on the same words.
"""

import re
from dataclasses import dataclass
from typing import Final, Literal

Severity = Literal["refuse", "warn"]

_HAN: Final = r"[\u4e00-\u9fff]"
_NUMERAL: Final = r"[零〇○一二两三四五六七八九十百千万亿壹贰叁肆伍陆柒捌玖拾佰仟萬億]"
_SPOKEN_DIGIT: Final = r"[零〇○一二三四五六七八九幺两洞拐]"
# Surnames that no ordinary word starts with: enough where a name follows without a title.
_COMMON_SURNAME: Final = (
    "[王李张刘陈杨赵黄吴徐孙胡朱郭罗宋郑谢韩唐冯董萧肖程曹袁邓傅沈彭吕"
    "苏卢蒋蔡贾丁魏薛闫潘杜戴钟汪姜范姚谭廖邹熊陆郝崔邱秦]"
)
_SURNAME: Final = (
    f"(?:欧阳|司马|上官|诸葛|皇甫|慕容|令狐|{_COMMON_SURNAME}|"
    "[周何许余曾任夏田方石金孔白康毛江史顾侯邵孟龙万段雷钱汤尹黎常武乔贺赖龚文梁林高马叶阎于施华严戚窦章葛鲁韦柳鲍费岑倪滕殷毕邬安皮卞齐伍穆米贝明庞纪舒屈"
    "项祝阮蓝席季路童颜梅盛刁骆樊凌霍虞柯管莫房裘解宗宣洪左吉嵇邢裴荣翁芮车巫牧谷仇栾甘祖符景詹温瞿慕冀桂"
    "牛向古易耿匡寇聂敖冷辛那简饶沙游付代涂])"
)
_EN_DIGIT: Final = r"(?:zero|oh|one|two|three|four|five|six|seven|eight|nine|double|triple)"
_EN_NUMERAL: Final = (
    r"(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|twenty|thirty|forty|fifty|sixty"
    r"|seventy|eighty|ninety|hundred|thousand|million|billion)"
)
_EN_NUMBER: Final = (
    r"(?:\d[\d,.]*(?:\s+(?:thousand|million|billion))?"
    rf"|{_EN_NUMERAL}(?:(?:[\s-]+|\s+and\s+){_EN_NUMERAL}){{0,12}})"
)
_PARTY: Final = "(?:欠款人|债务人|被执行人|失信人|借款人|机主|债权人|申请执行人|申请人|原告|被告)"


@dataclass(frozen=True, slots=True)
class Rule:
    """Words that a notice does not hold, and what the person who wrote them is told."""

    rule: str
    pattern: re.Pattern[str]
    en: str
    zh: str
    severity: Severity = "refuse"
    real_courts_only: bool = False


@dataclass(frozen=True, slots=True)
class Advice:
    """A pattern that the whole text should match (`wanted`), or should not, in some of the languages."""

    rule: str
    languages: tuple[str, ...]
    pattern: re.Pattern[str]
    wanted: bool
    en: str
    zh: str
    severity: Severity = "warn"


def _any(*patterns: str) -> re.Pattern[str]:
    # ASCII: an English word between Chinese characters has its boundaries there.
    return re.compile("|".join(patterns), re.IGNORECASE | re.ASCII)


REFUSED: Final = (
    Rule(
        "wording-address",
        _any(
            r"https?://\S*", r"\bwww\.\S+", r"[\w.+-]+@[\w-]+\.[\w.]+",
            r"\b[a-z0-9-]+\.(?:com|cn|net|org|gov|info|top|xyz|cc|io)\b(?:/\S*)?", r"点(?:com|cn|net)\b",
            r"网址|二维码|扫码|微信号?|\bQR code\b|\bWeChat\b",
        ),
        "A notice holds no web address, e-mail address or code to scan.",
        "提示音中不得包含网址、邮箱、二维码或社交账号。",
    ),
    Rule(
        "wording-case-number",
        _any(
            r"[(\[〔【]\s*(?:19|20)\d{2}\s*[)\]〕】]\s*[\u4e00-\u9fff\d]{0,12}\d(?:之[一二三四五六七八九十\d]+)?号?",
            r"第?\s*\d+\s*号(?:案|裁定|判决|决定|文书)?", r"第" + _NUMERAL + r"{1,12}号",
            r"案号", r"\bcase\s+(?:no\.?|number|#)\s*\S*",
        ),
        "A notice names no case: it is the court's template for all cases.",
        "提示音是法院统一模板，不得包含案号。",
    ),
    Rule(
        "wording-amount",
        _any(
            r"(?:[¥￥$€£]|\b(?:RMB|CNY|USD)\b)\s*\d[\d,.]*\s*[万亿千百]?元?",
            r"\d[\d,.]*\s*[余多几]?\s*[十百千万亿]*\s*[余多]?(?:元|块钱?|人民币|美元)",
            rf"(?<!{_NUMERAL}){_NUMERAL}[余多几{_NUMERAL[1:-1]}]{{0,30}}(?:元|块钱|人民币|美元)",
            rf"(?:人民币|金额[为是]?|欠款)\s*(?:\d[\d,.]*|{_NUMERAL}{{2,}})\s*[万亿]?元?",
            r"\b" + _EN_NUMBER + r"\s*(?:yuan|renminbi|RMB|CNY|dollars?|USD|euros?|pounds?)\b",
        ),
        "A notice names no sum of money.",
        "提示音不得包含金额。",
    ),
    Rule(
        "wording-identity-number",
        _any(
            r"(?<!\d)\d{17}[\dX](?![\dX])", r"(?<!\d)\d{15}(?!\d)",
            r"身份证号?码?", r"\b(?:ID|identity)\s+(?:card|number)\b",
        ),
        "A notice holds no identity number.",
        "提示音不得包含身份证号码。",
    ),
    Rule(
        "wording-phone-number",
        _any(
            r"(?<!\d)(?:\+?86[\s-]?)?1[3-9]\d(?:[\s-]?\d{4}){2}(?!\d)", r"(?<!\d)0\d{2,3}[\s-]?\d{7,8}(?!\d)",
            r"(?<!\d)\+\d[\d\s-]{6,}\d",
        ),
        "A notice holds no telephone number; the courts' hotline 12368 may be named.",
        "提示音不得包含电话号码（法院热线12368除外）。",
    ),
    # 12368 is the courts' public hotline, the one number that a notice may say.
    Rule(
        "wording-number",
        _any(
            r"(?<!\d)(?!12368(?!\s*-?\d))\d(?:[\s,.-]?\d){3,}(?!\d|\s*年)",
            rf"(?<!{_SPOKEN_DIGIT})(?![一幺]二三六八(?!{_SPOKEN_DIGIT})){_SPOKEN_DIGIT}{{4,}}(?!{_SPOKEN_DIGIT}|年)",
            r"\b" + _EN_DIGIT + r"(?:[\s,-]+" + _EN_DIGIT + r"){3,}\b",
        ),
        "A notice holds no long number: it could be a case, identity, account or telephone number.",
        "提示音不得包含较长的数字，以免泄露案号、证件、账号或电话号码。",
    ),
    Rule(
        "wording-name",
        _any(
            _SURNAME + r"(?:" + _HAN + r"{1,2}|[某xX]{1,2})?(?:先生|女士|小姐|太太|老板|同志)",
            _SURNAME + r"某[某" + r"\u4e00-\u9fff]?",
            _PARTY + r"\s*(?::|是|为|叫|名叫)\s*" + _SURNAME + _HAN + "{1,2}",
            _PARTY + _COMMON_SURNAME + _HAN + "{1,2}",
            r"(?:叫|名叫|姓名为?)\s*" + _SURNAME + _HAN + "{1,2}",
            r"\b(?-i:(?:Mr|Mrs|Ms|Miss|Mister|Dr|Madam|Sir)\.?\s+[A-Z]\w*(?:\s+[A-Z]\w*)?)",
            r"\b(?:debtor|creditor|named|called|owner)(?:\s+is)?\s*[,:]?\s+(?-i:[A-Z][a-z]+\s+[A-Z][a-z]+)",
        ),
        "A notice names no person.",
        "提示音不得点名任何个人。",
    ),
    Rule(
        "wording-placeholder",
        _any(
            r"\{+[^{}]*\}+", r"<[^<>]*>", r"【[^【】]*】", r"\[[^\[\]]*\]", r"_{2,}", r"[×xX*]{2,}",
            r"某[某人]?(?=先生|女士|公司|[,。;]|$)",
            _PARTY + r"(?:的)?(?:姓名|名字|名称)", r"(?:姓名|名字|名称)\s*[:是为]",
            r"\b(?:debtor|creditor)(?:'s)? name\b",
        ),
        "A notice is spoken as it stands: no placeholders to be filled in per person.",
        "提示音按原文播放，不得包含姓名等占位内容。",
    ),
    Rule(
        "wording-organisation",
        _any(
            _HAN + r"{2,}(?<![的该贵])(?:公司|银行|信用社|合作社|基金会|事务所|集团)",
            r"(?-i:\b[A-Z]\w*(?:\s+[A-Z]\w*)*\s+(?:Ltd|LLC|Inc|Co|Corp|Bank|Company|Limited|Group)\b\.?)",
            r"(?-i:\bBank of(?: [A-Z]\w*)+)",
        ),
        "A notice names no creditor and no firm.",
        "提示音不得点名债权人或任何单位。",
    ),
    Rule(
        "wording-insult",
        _any(
            r"老赖|赖皮|无赖|赖账|骗子|诈骗犯|混蛋|王八蛋|人渣|败类|流氓|小人|不要脸|无耻|可耻|丢人|丢脸|羞耻|卑鄙|缺德",
            r"没良心|臭名昭著|过街老鼠|欠债不还|欠钱不还|不讲信用的人|坏人|废物|垃圾|畜生",
            r"\b(?:deadbeats?|crooks?|cheats?|cheaters?|liars?|thie(?:f|ves)|scum|scoundrels?|fraudsters?|swindlers?)\b",
            r"\b(?:sham(?:e|eful|eless)|disgrace(?:ful)?|dishono(?:u)?rable|immoral|losers?|bums?|idiots?)\b",
        ),
        "A notice states a legal fact; it does not insult or shame.",
        "提示音只陈述法律事实，不得侮辱、羞辱当事人。",
    ),
    Rule(
        "wording-threat",
        _any(
            r"坐牢|牢底|抓你|抓捕|抓人|逮捕|拘捕|枪毙|收拾你|让你好看|等着瞧|走着瞧|找上门|上门找",
            r"死路一条|家破人亡|身败名裂|连累(?:家人|子女|父母)|曝光(?:你|您|其)?",
            r"(?:通知|告诉|找)(?:你的|您的|其)?(?:家人|亲友|邻居|单位|老板|同事)",
            r"\b(?:jail(?:ed)?|prison|arrest(?:ed)?|handcuffs?|or else|watch out|expose you)\b",
            r"\b(?:we know where|you will (?:regret|suffer|pay for))\b",
            r"\btell your (?:family|boss|employer|neighbours?|neighbors?)\b",
        ),
        "A notice does not threaten.",
        "提示音不得含有威胁内容。",
    ),
    Rule(
        "wording-stern",
        _any(
            r"后果自负|否则|严惩|严厉打击|追究刑事责任",
            r"\b(?:consequences|otherwise|criminal liability|punish(?:ed|ment)?)\b",
        ),
        "This reads as a warning to the caller, who owes nothing; a neutral statement is enough.",
        "来电人并非被执行人，此类警告用语宜改为中性表述。",
        severity="warn",
    ),
    Rule(
        "wording-demonstration",
        _any(r"演示|示范录音|测试录音|非真实", r"\b(?:demonstration|demo|test recording)\b"),
        "These words mark a demonstration; such a recording is heard in a demo court only.",
        "该内容表明是演示录音，只能在演示法院使用。",
        real_courts_only=True,
    ),
)  # fmt: skip

MAX_CHARACTERS: Final = 1_000
"""Beyond this no pattern is tried: nobody reads a thousand characters in 15 seconds."""

FAR_TOO_LONG: Final = Advice(
    "wording-far-too-long", ("zh-CN", "en"), re.compile(""), True,
    "The transcript is far longer than any notice of 15 seconds.", "文字稿远远超过15秒提示音的长度。",
    severity="refuse",
)  # fmt: skip

ADVICE: Final = (
    Advice(
        "wording-empty", ("zh-CN", "en"), re.compile(r"\S"), True,
        "The transcript is empty: write down every word of the recording.",
        "文字稿为空，请逐字写下录音内容。", severity="refuse",
    ),
    Advice(
        "wording-language", ("zh-CN",), re.compile(_HAN), True,
        "The transcript is declared as Chinese but holds no Chinese.",
        "文字稿标为中文，但没有汉字。", severity="refuse",
    ),
    Advice(
        "wording-language", ("en",), re.compile(r"[A-Za-z]{2}"), True,
        "The transcript is declared as English but holds no English.",
        "文字稿标为英文，但没有英文。", severity="refuse",
    ),
    Advice(
        "wording-no-connection", ("zh-CN",), re.compile("接通|转接|接入|连接"), True,
        "Say that the call will be connected, or callers hang up.",
        "请说明电话即将接通，否则来电人可能挂断。",
    ),
    Advice(
        "wording-no-connection", ("en",),
        re.compile(r"\b(?:connect(?:ed|ing)?|put(?:ting)? you through)\b", re.IGNORECASE | re.ASCII), True,
        "Say that the call will be connected, or callers hang up.",
        "请说明电话即将接通，否则来电人可能挂断。",
    ),
    Advice(
        "wording-no-court", ("zh-CN",), re.compile("法院"), True,
        "Say which court speaks.", "请说明发布提示音的法院。",
    ),
    Advice(
        "wording-no-court", ("en",), re.compile(r"\bcourt\b", re.IGNORECASE | re.ASCII), True,
        "Say which court speaks.", "请说明发布提示音的法院。",
    ),
    # About five syllables, or two and a half words, a second leave 14.5 s for the words.
    Advice(
        "wording-long", ("zh-CN",), re.compile(rf"(?:{_HAN}[^\u4e00-\u9fff]*){{73}}"), False,
        "More than 72 characters hardly fit into 15 seconds.", "超过72字，15秒内难以读完。",
    ),
    Advice(
        "wording-long", ("en",), re.compile(r"(?:[A-Za-z'-]+[^A-Za-z'-]+){37}"), False,
        "More than 36 words hardly fit into 15 seconds.", "超过36个英文单词，15秒内难以读完。",
    ),
)  # fmt: skip
