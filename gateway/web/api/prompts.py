"""Prompts over the API: uploaded, heard, submitted, approved, rejected, withdrawn."""

from gateway.services.judge_prompt import approve_prompt, reject_prompt, submit_prompt, withdraw_prompt
from gateway.services.list_prompts import PromptFile, list_prompts, prompt_file, read_prompt
from gateway.services.permissions import Action
from gateway.services.prepare_sound import prepare_sound, refuse_wording
from gateway.services.refusals import NotFound
from gateway.services.upload_prompt import NewPrompt, PreparedSound, upload_prompt
from gateway.services.work import Work
from gateway.web.api.pages import listed
from gateway.web.api.routes import Asked, Kind, Preparation, Route, Sends, Sound, act, create, listing, read
from gateway.web.api.shapes import (
    Line,
    Listed,
    Moment,
    Nothing,
    OptionalReason,
    Prose,
    Reason,
    Resource,
    Sha256,
    Shape,
)
from prompts.store import RecordingDamaged, RecordingMissing


class UploadPrompt(Shape):
    """A court's template: its name, language (zh-CN or en), and the words that are spoken."""

    name: Line
    language: Line
    transcript: Prose


class ApprovePrompt(Shape):
    """Why, and the SHA-256 of the sound that was heard: another one is refused."""

    reason: Prose | None = None
    sha256: Sha256 | None = None


class PromptShown(Resource):
    """One version of a prompt. Its id is what a notice names; `sha256` is what a judge approves."""

    name: str
    language: str
    number: int
    transcript: str
    sha256: str
    duration_seconds: float
    loudness_lufs: float
    peak_dbfs: float
    uploaded_by: str
    submitted_by: str | None
    approved_by: str | None
    approved_at: Moment | None
    withdrawn_at: Moment | None
    reason: str | None


def _list(work: Work, asked: Asked[Nothing]) -> Listed[PromptShown]:
    return listed(list_prompts(work, asked.wanted), lambda each: _show(work, each), Listed[PromptShown])


def _read(work: Work, asked: Asked[Nothing]) -> PromptShown:
    return _show(work, read_prompt(work, asked.id))


def _hear(work: Work, asked: Asked[Nothing]) -> Sound:
    recording = read_prompt(work, asked.id).recording
    try:
        return Sound(asked.runtime.recordings.read(recording.sha256))
    except (RecordingMissing, RecordingDamaged):
        raise NotFound from None


def _prepare(preparation: Preparation) -> PreparedSound:
    """The sound as telephone audio; the words are looked at first, as that costs nothing."""
    _refuse_wording(preparation, demo_only=False)
    sound, demo_only = prepare_sound(preparation.asked.upload)
    if demo_only:
        _refuse_wording(preparation, demo_only=True)
    return sound


def _refuse_wording(preparation: Preparation, *, demo_only: bool) -> None:
    with preparation.transactions.reading() as work:
        refuse_wording(work, _new(preparation.asked.body), demo_only)


def _upload(work: Work, asked: Asked[UploadPrompt]) -> PromptShown:
    recording = upload_prompt(work, asked.runtime.recordings, _new(asked.body), asked.prepared)
    return _show(work, prompt_file(work, recording))


def _submit(work: Work, asked: Asked[OptionalReason]) -> PromptShown:
    return _show(
        work, prompt_file(work, submit_prompt(work, asked.id, asked.seen_version, asked.body.reason))
    )


def _approve(work: Work, asked: Asked[ApprovePrompt]) -> PromptShown:
    recording = approve_prompt(work, asked.id, asked.body.sha256, asked.seen_version, asked.body.reason)
    return _show(work, prompt_file(work, recording))


def _reject(work: Work, asked: Asked[Reason]) -> PromptShown:
    recording = reject_prompt(work, asked.id, asked.body.reason, asked.seen_version)
    return _show(work, prompt_file(work, recording))


def _withdraw(work: Work, asked: Asked[Reason]) -> PromptShown:
    recording = withdraw_prompt(work, asked.id, asked.body.reason, asked.seen_version)
    return _show(work, prompt_file(work, recording))


def _new(sent: UploadPrompt) -> NewPrompt:
    return NewPrompt(sent.name, sent.language, sent.transcript)


def _show(work: Work, file: PromptFile) -> PromptShown:
    row = file.recording
    return PromptShown(
        id=row.id,
        state=row.state,
        version=row.version,
        created_at=row.created_at,
        name=file.prompt.name,
        language=file.prompt.language,
        number=row.number,
        transcript=row.transcript,
        sha256=row.sha256,
        duration_seconds=row.duration_ms / 1000,
        loudness_lufs=row.loudness_lufs,
        peak_dbfs=row.peak_dbfs,
        uploaded_by=row.uploaded_by,
        submitted_by=row.submitted_by,
        approved_by=row.approved_by,
        approved_at=row.approved_at,
        withdrawn_at=row.withdrawn_at,
        reason=file.reason if work.actor.may(Action.READ_NAMES) else None,
    )


ROUTES = (
    create(
        "/prompts",
        "Upload a recording",
        Action.ENROL,
        _upload,
        PromptShown,
        UploadPrompt,
        sends=Sends.FORM,
        upload="recording",
        prepare=_prepare,
    ),
    listing("/prompts", "List prompts", Action.READ, _list, Listed[PromptShown]),
    read("/prompts/<id>", "Read a prompt", Action.READ, _read, PromptShown),
    Route(Kind.SOUND, "GET", "/prompts/<id>/recording", "Hear a recording", Action.READ, _hear, None),
    act("/prompts/<id>/submit", "Submit to a judge", Action.SUBMIT, _submit, PromptShown, OptionalReason),
    act(
        "/prompts/<id>/approve",
        "Approve what was heard",
        Action.APPROVE,
        _approve,
        PromptShown,
        ApprovePrompt,
    ),
    act("/prompts/<id>/reject", "Send back", Action.REJECT, _reject, PromptShown, Reason),
    act(
        "/prompts/<id>/withdraw",
        "Withdraw; no notice plays it from the next call on",
        Action.SILENCE,
        _withdraw,
        PromptShown,
        Reason,
        silences=True,
    ),
)
