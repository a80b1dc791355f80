"""Every row of law names its article and speaks both languages."""

from collections.abc import Iterable

import pytest

from gateway.jurisdictions.cn_spc_2017_7 import PROFILE
from gateway.jurisdictions.cn_spc_2017_7.checks import ACTIVATION, EARLY_DELETION, EXTENSION, NO_DECISION
from gateway.jurisdictions.facts import ServiceMethod
from gateway.jurisdictions.provision import Provision
from gateway.jurisdictions.refusal import Refusal

REFUSALS = [NO_DECISION, *(row.refusal for row in (*ACTIVATION, *EXTENSION, *EARLY_DELETION))]
PROVISIONS = [
    *PROFILE.grounds.values(),
    *PROFILE.bars.values(),
    *PROFILE.service_methods.values(),
    *PROFILE.removal_grounds.values(),
    *(row.provision for row in PROFILE.objection_clocks.values()),
]


def _is_chinese(text: str) -> bool:
    return any("\u4e00" <= character <= "\u9fff" for character in text)


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda r: r.rule)
def test_a_refusal_has_a_code_a_path_a_source_and_both_languages(refusal: Refusal) -> None:
    assert refusal.rule == refusal.rule.lower().replace("_", "-").replace(" ", "-")
    assert refusal.field
    assert refusal.article
    assert refusal.en.endswith(".")
    assert not _is_chinese(refusal.en)
    assert refusal.zh.endswith("。")
    assert _is_chinese(refusal.zh)


@pytest.mark.parametrize("provision", PROVISIONS, ids=lambda p: p.article)
def test_a_provision_has_a_source_and_both_languages(provision: Provision) -> None:
    assert "Art. " in provision.article
    assert provision.en
    assert not _is_chinese(provision.en)
    assert _is_chinese(provision.zh)


def test_there_are_six_grounds_four_bars_seven_services_and_seven_removals() -> None:
    assert list(PROFILE.grounds) == [1, 2, 3, 4, 5, 6]
    assert list(PROFILE.bars) == ["security", "assets_suffice", "later_in_order", "other"]
    assert set(PROFILE.service_methods) == set(ServiceMethod)
    assert list(PROFILE.removal_grounds) == [1, 2, 3, 4, 5, 6, 7]


def test_grounds_and_removals_name_their_own_item() -> None:
    for number, ground in PROFILE.grounds.items():
        assert ground.article == f"法释〔2017〕7号 Art. 1({number})"
    for number, removal in PROFILE.removal_grounds.items():
        assert removal.article == f"法释〔2017〕7号 Art. 10({number})"


def _codes(rows: Iterable[Refusal]) -> list[tuple[str, str]]:
    return [(row.rule, row.field) for row in rows]


@pytest.mark.parametrize("table", [ACTIVATION, EXTENSION, EARLY_DELETION])
def test_no_row_stands_twice_in_a_table(table: Iterable[object]) -> None:
    codes = _codes(row.refusal for row in table if hasattr(row, "refusal"))
    assert len(codes) == len(set(codes))
