"""The pictures of recordings, drawn from what is stored."""

from gateway.models import Recording
from gateway.runtime import Runtime
from gateway.services.prompt_report import report_of
from prompts.store import RecordingDamaged, RecordingMissing
from prompts.telephone import samples_of
from prompts.waveform import Waveform, waveform


def picture_of(runtime: Runtime, recording: Recording) -> Waveform | None:
    """None where the recording is not there, or not what was stored."""
    report = report_of(recording)
    try:
        samples = samples_of(runtime.recordings.read(recording.sha256))
    except (RecordingMissing, RecordingDamaged):
        return None
    return waveform(samples, report.clipped if report is not None else ())


"""The picture from which a telephone reads the secret of a person's authenticator program."""

import segno
from markupsafe import Markup

from gateway.services.use_codes import address_for_telephone


def secret_picture(username: str, secret: str) -> Markup:
    """A QR code as SVG within the page, so that the secret is in no address and in no file."""
    code = segno.make(address_for_telephone(username, secret), error="m", micro=False)
    return Markup(code.svg_inline(scale=5, border=4, light="#fff", omitsize=True, svgclass="desk-qr"))


def in_groups(secret: str) -> str:
    """The secret in groups of four, for typing."""
    return " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
