"""The draft voice: speaks both languages in a process of its own, and what it says is never a recording."""

import subprocess
import sys
from pathlib import Path

import pytest

import prompts.draft_voice
from prompts.draft import MAX_CHARACTERS, NotSpoken, is_installed
from prompts.draft_voice import speak_draft
from prompts.pipeline import AudioRefused, telephone_audio
from prompts.riff import read_wav
from prompts.store import RecordingStore
from prompts.telephone import NotTelephoneAudio

pytestmark = pytest.mark.skipif(not is_installed(), reason="the draft voice is an extra: [draft-voice]")

ZH = "您好，您所拨打的号码的机主已被人民法院纳入失信被执行人名单。您的电话即将接通。"
EN = "This number belongs to a person listed by a court. Your call is now being connected."


@pytest.mark.parametrize(("language", "text", "least", "most"), [("zh-CN", ZH, 7, 14), ("en", EN, 4, 8)])
def test_a_text_is_spoken_on_the_telephone(language: str, text: str, least: int, most: int) -> None:
    draft = speak_draft(text, language)
    sound = read_wav(draft.wav)
    assert (sound.rate, sound.samples.shape[1]) == (8_000, 1)
    assert least * 1000 < draft.words_ms < most * 1000
    assert len(sound.samples) / 8 > draft.words_ms


@pytest.mark.parametrize(("language", "text"), [("zh-CN", ZH), ("en", EN)])
def test_a_draft_that_is_exported_and_uploaded_again_is_refused(language: str, text: str) -> None:
    with pytest.raises(AudioRefused) as error:
        telephone_audio(speak_draft(text, language).wav)
    assert [refusal.rule for refusal in error.value.refusals] == ["audio-draft"]
    assert "草稿语音" in error.value.refusals[0].zh


def test_a_draft_names_itself_and_is_nothing_that_the_store_takes(tmp_path: Path) -> None:
    draft = speak_draft(EN, "en")
    assert draft.wav.endswith(b"DRAFT VOICE - NOT A RECORDING\0")
    with pytest.raises(NotTelephoneAudio):
        RecordingStore(tmp_path).add(draft.wav)
    assert list(tmp_path.iterdir()) == []


def test_the_same_text_gives_the_same_sound() -> None:
    assert speak_draft(EN, "en") == speak_draft(EN, "en")


@pytest.mark.parametrize("text", ["", "   ", "。", "…"])
def test_a_text_without_a_word_is_not_spoken(text: str) -> None:
    with pytest.raises(NotSpoken):
        speak_draft(text, "zh-CN")


def test_the_bounds_are_kept() -> None:
    with pytest.raises(ValueError, match="no draft voice"):
        speak_draft("a" * (MAX_CHARACTERS + 1), "en")
    with pytest.raises(ValueError, match="no draft voice"):
        speak_draft(EN, "fr")
    with pytest.raises(NotSpoken):
        speak_draft(EN, "en", wall_seconds=0.001)


def test_markup_and_commands_of_the_engine_are_read_out_as_text() -> None:
    """Neither SSML nor `[[phonemes]]` reaches the engine as anything but words."""
    assert speak_draft("<speak>one</speak> [[two]]", "en").words_ms > 500


def test_the_engine_is_never_loaded_into_this_process() -> None:
    code = (
        "import sys; from prompts.draft_voice import speak_draft; speak_draft('one two', 'en');"
        "maps = open('/proc/self/maps').read();"
        "sys.exit('espeak' in maps or 'espeakng_loader' in sys.modules)"
    )
    root = Path(prompts.draft_voice.__file__).parents[1]
    assert subprocess.run([sys.executable, "-c", code], cwd=root, check=False).returncode == 0
