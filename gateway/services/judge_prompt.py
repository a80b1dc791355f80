"""A recording's way from draft to approved, and back to silence: submitted, approved, rejected, withdrawn."""

from gateway.models import Recording
from gateway.services.permissions import Action
from gateway.services.refusals import WrongState
from gateway.services.work import Work, expect_version, require_reason

LIFE = {
    "submitted": {"draft", "rejected"},
    "approved": {"submitted"},
    "rejected": {"submitted"},
    "withdrawn": {"draft", "submitted", "approved", "rejected"},
}
"""State after -> states from which it may be reached."""


def submit_prompt(
    work: Work, recording_id: str, seen_version: int | None = None, reason: str | None = None
) -> Recording:
    """Hand a draft to a judge."""
    work.actor.must(Action.SUBMIT)
    recording = _step(work, recording_id, "submitted", seen_version)
    recording.submitted_by = work.actor.user_id
    recording.remark_id = _remark(work, reason)
    work.changed("submitted", recording, {}, recording.remark_id)
    return recording


def approve_prompt(
    work: Work,
    recording_id: str,
    sha256: str | None,
    seen_version: int | None = None,
    reason: str | None = None,
) -> Recording:
    """Approve the very sound that was heard: a hash that differs from it is refused."""
    work.actor.must(Action.APPROVE)
    present = work.find(Recording, recording_id)
    work.actor.must_differ_from(present.uploaded_by, present.submitted_by)
    if sha256 is not None and sha256 != present.sha256:
        raise WrongState(
            "changed-since-seen",
            "The recording is not the one that you heard.",
            "该录音并非您所听取的录音。",
            (("sha256", sha256, present.sha256),),
        )
    recording = _step(work, recording_id, "approved", seen_version)
    recording.approved_by, recording.approved_at = work.actor.user_id, work.now
    recording.remark_id = _remark(work, reason)
    work.changed("approved", recording, {"sha256": recording.sha256}, recording.remark_id)
    return recording


def reject_prompt(work: Work, recording_id: str, reason: str, seen_version: int | None = None) -> Recording:
    """Send a submitted recording back."""
    work.actor.must(Action.REJECT)
    recording = _step(work, recording_id, "rejected", seen_version)
    remark = work.remark(require_reason(reason))
    recording.remark_id = remark
    work.changed("rejected", recording, {}, remark)
    return recording


def withdraw_prompt(work: Work, recording_id: str, reason: str, seen_version: int | None = None) -> Recording:
    """Withdraw: no notice plays it from the very next call on. Withdrawing twice is once."""
    work.actor.must(Action.SILENCE)
    recording = work.find(Recording, recording_id)
    if recording.state == "withdrawn":
        return recording
    recording = _step(work, recording_id, "withdrawn", seen_version)
    remark = work.remark(require_reason(reason))
    recording.withdrawn_at, recording.remark_id = work.now, remark
    work.changed("withdrawn", recording, {"sha256": recording.sha256}, remark)
    return recording


def _remark(work: Work, reason: str | None) -> str | None:
    return work.remark(reason.strip()) if reason and reason.strip() else None


def _step(work: Work, recording_id: str, after: str, seen_version: int | None) -> Recording:
    recording = work.find(Recording, recording_id)
    expect_version(recording, seen_version)
    if recording.state not in LIFE[after]:
        raise WrongState(
            "wrong-state",
            f"The recording is {recording.state}; this cannot be done now.",
            "该录音当前状态下不能办理此事项。",
        )
    recording.state = after
    recording.version += 1
    return recording
