"""What ships is what was approved to ship."""

import shutil
from pathlib import Path

import pytest

from prompts.catalogue import CATALOGUE_FILE, CatalogueDamaged, Shipped, is_demo_only, load, wav_of
from prompts.checks import check_result
from prompts.pcm import samples_of
from prompts.store import SILENCE
from prompts.telephone import duration_ms
from prompts.wording import lint


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    shutil.copytree(CATALOGUE_FILE.parent / "masters", tmp_path / "masters")
    return Path(shutil.copy(CATALOGUE_FILE, tmp_path))


def test_silence_and_a_demonstration_in_two_languages_ship() -> None:
    assert [(recording.name, recording.language, recording.demo_only) for recording in load()] == [
        ("silence", "zxx", False), ("demo-notice", "zh-CN", True), ("demo-notice", "en", True),
    ]  # fmt: skip


def test_the_shipped_silence_is_the_one_that_needs_no_disk() -> None:
    assert wav_of(load()[0]) == SILENCE


DEMONSTRATIONS = load()[1:]


@pytest.mark.parametrize("recording", DEMONSTRATIONS, ids=["zh-CN", "en"])
def test_a_demonstration_passes_every_check_of_an_upload(recording: Shipped) -> None:
    checks = check_result(samples_of(wav_of(recording)))
    assert [check.rule for check in checks if not check.passed] == []
    assert 6_000 < duration_ms(wav_of(recording)) < 9_000


@pytest.mark.parametrize("recording", DEMONSTRATIONS, ids=["zh-CN", "en"])
def test_a_demonstration_starts_after_300_milliseconds(recording: Shipped) -> None:
    samples = samples_of(wav_of(recording))
    assert not samples[:2_400].any()
    assert samples[2_400:4_000].any()


@pytest.mark.parametrize("recording", DEMONSTRATIONS, ids=["zh-CN", "en"])
def test_a_demonstration_says_so_and_has_no_place_in_a_real_court(recording: Shipped) -> None:
    assert lint(recording.transcript, recording.language, demo_court=True) == ()
    assert [finding.rule for finding in lint(recording.transcript, recording.language)] == [
        "wording-demonstration"
    ]
    assert is_demo_only(wav_of(recording), load())


def test_silence_may_be_heard_everywhere() -> None:
    assert not is_demo_only(SILENCE, load())


def test_a_master_that_changed_is_not_used(copy: Path) -> None:
    master = copy.parent / "masters" / "demo-notice.en.wav"
    content = bytearray(master.read_bytes())
    content[10_000] ^= 1
    master.write_bytes(content)
    with pytest.raises(CatalogueDamaged, match=r"demo-notice\.en\.wav"):
        load(copy)


def test_a_master_that_is_missing_is_named(copy: Path) -> None:
    (copy.parent / "masters" / "silence.wav").unlink()
    with pytest.raises(CatalogueDamaged, match=r"silence\.wav"):
        load(copy)


@pytest.mark.parametrize("text", ["not toml", "", "[[recording]]\nname = 'silence'\n"])
def test_a_catalogue_that_cannot_be_read_is_an_error(copy: Path, text: str) -> None:
    copy.write_text(text)
    with pytest.raises(CatalogueDamaged, match=r"catalogue\.toml"):
        load(copy)
