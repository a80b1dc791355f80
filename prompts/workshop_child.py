"""The workshop's own process: reads one piece of work, answers with one object of JSON, and ends."""

import base64
import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any, Final

from prompts.draft import NoDraftVoice, NotSpoken
from prompts.draft_voice import speak_draft
from prompts.findings import findings_of
from prompts.pcm import wav_of
from prompts.pipeline import RecordingRefused, TelephoneAudio, measured, telephone_audio
from prompts.refusals import AudioRefused
from prompts.telephone import values_of
from prompts.waveform import waveform

Answer = dict[str, Any]


def _finish(sent: bytes, made_by: Callable[[bytes], TelephoneAudio]) -> Answer:
    try:
        audio = made_by(sent)
    except RecordingRefused as refused:
        found = refused.examination
        picture = waveform(values_of(wav_of(found.samples)), found.clipped)
        findings = [asdict(each) for each in findings_of(found.checks)]
        return _refused(refused) | {"findings": findings, "picture": asdict(picture)}
    except AudioRefused as refused:
        return _refused(refused)
    return {
        "kind": "finished",
        "wav": base64.b64encode(audio.wav).decode(),
        "sha256": audio.sha256,
        "duration_ms": audio.duration_ms,
        "loudness_lufs": audio.loudness_lufs,
        "peak_dbfs": audio.peak_dbfs,
        "findings": [asdict(each) for each in findings_of(audio.checks)],
        "clipped": audio.clipped,
    }


def _refused(refused: AudioRefused) -> Answer:
    refusals = [asdict(each) for each in refused.refusals]
    return {"kind": "refused", "refusals": refusals, "findings": [], "picture": None}


def _speak(sent: bytes) -> Answer:
    text, language = json.loads(sent)
    try:
        draft = speak_draft(text, language)
    except NoDraftVoice:
        return {"kind": "no voice"}
    except NotSpoken:
        return {"kind": "not spoken"}
    return {"kind": "spoken", "wav": base64.b64encode(draft.wav).decode(), "words_ms": draft.words_ms}


WORK: Final[Mapping[str, Callable[[bytes], Answer]]] = {
    "finish": lambda sent: _finish(sent, telephone_audio),
    "measure": lambda sent: _finish(sent, measured),
    "speak": _speak,
}

if __name__ == "__main__":
    sys.stdout.write(json.dumps(WORK[sys.argv[1]](sys.stdin.buffer.read())))
