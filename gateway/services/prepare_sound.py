"""Preparing an upload: words checked and sound made into telephone audio, outside of any transaction."""

from gateway.services.permissions import Action
from gateway.services.upload_prompt import LANGUAGES, NewPrompt, PreparedSound, check_prompt
from gateway.services.work import Work
from prompts import catalogue, wording
from prompts.pipeline import telephone_audio


def prepare_sound(upload: bytes) -> tuple[PreparedSound, bool]:
    """(telephone audio, is it a demonstration?). Raises AudioRefused. Takes seconds: hold no transaction."""
    audio = telephone_audio(upload)
    shipped = catalogue.load()
    demo_only = catalogue.is_demo_only(upload, shipped) or catalogue.is_demo_only(audio.wav, shipped)
    sound = PreparedSound(audio.wav, audio.sha256, audio.duration_ms, audio.loudness_lufs, audio.peak_dbfs)
    return sound, demo_only


def refuse_wording(work: Work, new: NewPrompt, demo_only: bool) -> None:
    """Raise NotValid with everything that is wrong with the words and with what is a demonstration only."""
    work.actor.must(Action.ENROL)
    demo_court = work.court().demo
    fields = check_prompt(new, demo_only, demo_court)
    if not len(new.transcript.strip()) >= 1:
        fields.add("transcript", "text", "Enter the words that are spoken.", "请填写录音的文字内容。")
    elif new.language in LANGUAGES:
        for finding in wording.lint(new.transcript, new.language, demo_court=demo_court):
            if finding.severity == "refuse":
                fields.add(finding.field, finding.rule, finding.en, finding.zh)
    fields.done()
