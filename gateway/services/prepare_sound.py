"""Preparing an upload: words checked and sound made into telephone audio, outside of any transaction."""

from gateway.services.permissions import Action
from gateway.services.upload_prompt import LANGUAGES, NewPrompt, PreparedSound, check_prompt, wording_of
from gateway.services.work import Work
from prompts import catalogue, workshop


def prepare_sound(upload: bytes) -> tuple[PreparedSound, bool]:
    """(telephone audio, is it a demonstration?). Raises AudioRefused. Takes seconds: hold no transaction."""
    sound = workshop.finish(upload)
    shipped = catalogue.load()
    demo_only = catalogue.is_demo_only(upload, shipped) or catalogue.is_demo_only(sound.wav, shipped)
    return _prepared(sound), demo_only


def finished_sound(wav: bytes) -> PreparedSound:
    """A recording that has its telephone form already, as it is."""
    return _prepared(workshop.measure(wav))


def _prepared(sound: workshop.Finished) -> PreparedSound:
    figures = sound.duration_ms, sound.loudness_lufs, sound.peak_dbfs
    return PreparedSound(sound.wav, sound.sha256, *figures, sound.findings, sound.clipped)


def refuse_wording(work: Work, new: NewPrompt, demo_only: bool) -> None:
    """Raise NotValid with everything that is wrong with the words and with what is a demonstration only."""
    work.actor.must(Action.ENROL)
    demo_court = work.court().demo
    fields = check_prompt(new, demo_only, demo_court)
    if not len(new.transcript.strip()) >= 1:
        fields.add("transcript", "text", "Enter the words that are spoken.", "请填写录音的文字内容。")
    elif new.language in LANGUAGES:
        for finding in wording_of(work, new):
            if finding.severity == "refuse":
                fields.add(finding.field, finding.rule, finding.en, finding.zh)
    fields.done()
