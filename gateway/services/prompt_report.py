"""What the checks found in a recording, kept with its version: the approver reads what the clerk read."""

import json
from dataclasses import asdict, dataclass

from gateway.models import Recording
from prompts.findings import Finding
from prompts.telephone import Span
from prompts.wording import WordingFinding


@dataclass(frozen=True, slots=True)
class Report:
    """The sound's findings, the wording's, and where the upload was clipped (ms of the recording)."""

    sound: tuple[Finding, ...]
    wording: tuple[WordingFinding, ...]
    clipped: tuple[Span, ...] = ()


def written(report: Report) -> str:
    """The report as it is kept: with its words, as they were told at the time."""
    return json.dumps(asdict(report), ensure_ascii=False)


def report_of(recording: Recording) -> Report | None:
    """What was found when it was uploaded; None for recordings from before reports were kept."""
    if recording.findings is None:
        return None
    kept = json.loads(recording.findings)
    return Report(
        tuple(Finding(**each) for each in kept["sound"]),
        tuple(
            WordingFinding(**{**each, "excerpt_span": tuple(each["excerpt_span"])})
            for each in kept["wording"]
        ),
        tuple((start, end) for start, end in kept["clipped"]),
    )
