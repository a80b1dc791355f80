"""Preparing an upload: words checked and sound made into telephone audio, outside of any transaction."""

import numpy as np

from gateway.services.permissions import Action
from gateway.services.upload_prompt import LANGUAGES, NewPrompt, PreparedSound, check_prompt, wording_of
from gateway.services.work import Work
from prompts import catalogue
from prompts.checks import check_result, check_upload
from prompts.findings import findings_of
from prompts.levels import measure
from prompts.pipeline import telephone_audio
from prompts.telephone import RATE, duration_ms, samples_of, sha256_of


def prepare_sound(upload: bytes) -> tuple[PreparedSound, bool]:
    """(telephone audio, is it a demonstration?). Raises AudioRefused. Takes seconds: hold no transaction."""
    audio = telephone_audio(upload)
    shipped = catalogue.load()
    demo_only = catalogue.is_demo_only(upload, shipped) or catalogue.is_demo_only(audio.wav, shipped)
    figures = audio.duration_ms, audio.loudness_lufs, audio.peak_dbfs
    found = findings_of(audio.checks), audio.clipped
    return PreparedSound(audio.wav, audio.sha256, *figures, *found), demo_only


def finished_sound(wav: bytes) -> PreparedSound:
    """A recording that has its telephone form already, as it is. Raises NotTelephoneAudio."""
    samples = samples_of(wav)
    loudness = measure(samples, RATE)
    figures = duration_ms(wav), loudness.lufs, loudness.peak_dbfs
    checks = check_upload(samples[:, np.newaxis], samples) + check_result(samples)
    return PreparedSound(wav, sha256_of(wav), *figures, findings_of(checks))


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
