"""The pictures of recordings, drawn from what is stored."""

from gateway.models import Recording
from gateway.runtime import Runtime
from gateway.services.prompt_report import report_of
from prompts.store import RecordingDamaged, RecordingMissing
from prompts.telephone import values_of
from prompts.waveform import Waveform, waveform


def picture_of(runtime: Runtime, recording: Recording) -> Waveform | None:
    """None where the recording is not there, or not what was stored."""
    report = report_of(recording)
    try:
        values = values_of(runtime.recordings.read(recording.sha256))
    except (RecordingMissing, RecordingDamaged):
        return None
    return waveform(values, report.clipped if report is not None else ())
