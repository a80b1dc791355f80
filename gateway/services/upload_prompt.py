"""Uploading a prompt's recording: checked, made into telephone audio, and kept under its hash."""

from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import func, select

from gateway.models import Prompt, Recording
from gateway.services.keep_sound import keep_sound
from gateway.services.permissions import Action
from gateway.services.prompt_report import Report, written
from gateway.services.read_numbers import Fields
from gateway.services.work import Work
from prompts.findings import Finding
from prompts.telephone import Span
from prompts.wording import WordingFinding, lint

LANGUAGES = ("zh-CN", "en")


class Sounds(Protocol):
    """The part of the recording store that an upload needs."""

    def add(self, wav: bytes) -> str: ...


@dataclass(frozen=True, slots=True)
class PreparedSound:
    """Telephone audio as the pipeline made it of an upload."""

    wav: bytes
    sha256: str
    duration_ms: int
    loudness_lufs: float
    peak_dbfs: float
    findings: tuple[Finding, ...] = ()
    clipped: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class NewPrompt:
    """What a clerk enters: a court's template, with the words that are spoken in it."""

    name: str
    language: str
    transcript: str


def check_prompt(new: NewPrompt, demo_only: bool, of_demo_court: bool) -> Fields:
    """What is wrong with the words, before anybody looks at the sound."""
    fields = Fields()
    fields.text("name", new.name, 100)
    if new.language not in LANGUAGES:
        fields.add(
            "language",
            "language",
            f"Choose one of: {', '.join(LANGUAGES)}.",
            f"请选择：{'、'.join(LANGUAGES)}。",
        )
    if demo_only and not of_demo_court:
        fields.add(
            "recording",
            "demonstration-only",
            "The demonstration recording can be used by a demonstration court only.",
            "演示录音只能用于演示法院。",
        )
    return fields


def upload_prompt(work: Work, sounds: Sounds, new: NewPrompt, sound: PreparedSound) -> Recording:
    """A draft recording; a name and language that exist already get one more version.

    Its bytes lie in this host's store before anything is committed, and in the database with the row.
    """
    work.actor.must(Action.ENROL)
    prompt = _prompt(work, new)
    number = work.session.scalars(select(func.count()).where(Recording.prompt_id == prompt.id)).one() + 1
    recording = Recording(
        id=work.new_id(),
        court_id=work.actor.court,
        prompt_id=prompt.id,
        number=number,
        sha256=sounds.add(sound.wav),
        transcript=new.transcript.strip(),
        duration_ms=sound.duration_ms,
        loudness_lufs=sound.loudness_lufs,
        peak_dbfs=sound.peak_dbfs,
        findings=written(Report(sound.findings, wording_of(work, new), sound.clipped)),
        uploaded_by=work.actor.user_id,
        created_at=work.now,
    )
    work.session.add(recording)
    work.session.flush()
    keep_sound(work.session, recording.sha256, sound.wav, work.now)
    work.changed("uploaded", recording, {"sha256": recording.sha256})
    return recording


def wording_of(work: Work, new: NewPrompt) -> tuple[WordingFinding, ...]:
    """What the wording lint says of the transcript in this court."""
    return lint(new.transcript.strip(), new.language, demo_court=work.court().demo)


def _prompt(work: Work, new: NewPrompt) -> Prompt:
    query = select(Prompt).where(
        Prompt.court_id == work.actor.court, Prompt.name == new.name.strip(), Prompt.language == new.language
    )
    prompt = work.session.scalars(query.with_for_update()).one_or_none()
    if prompt is None:
        prompt = Prompt(
            id=work.new_id(),
            court_id=work.actor.court,
            name=new.name.strip(),
            language=new.language,
            created_at=work.now,
        )
        work.session.add(prompt)
        work.session.flush()
    return prompt
