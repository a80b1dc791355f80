"""What the checks found stays with the version: whoever approves reads what whoever uploaded read."""

from gateway.models import Recording
from gateway.services.prepare_sound import finished_sound, prepare_sound
from gateway.services.prompt_report import report_of
from gateway.services.upload_prompt import NewPrompt, upload_prompt
from prompts import catalogue
from tests.factories import Gateway
from tests.prompts.sounds import speech, wav

WORDS = "您所拨打的号码，其机主已被人民法院依法纳入失信被执行人名单。"


def upload(gateway: Gateway, sound: bytes, words: str = WORDS) -> Recording:
    prepared, _demo = prepare_sound(sound)
    with gateway.work() as work:
        return upload_prompt(work, gateway.runtime.recordings, NewPrompt("notice", "zh-CN", words), prepared)


def test_an_upload_is_kept_with_everything_that_was_measured(gateway: Gateway) -> None:
    recording = upload(gateway, wav(speech(4)))
    with gateway.read() as session:
        report = report_of(session.get_one(Recording, recording.id))
    assert report is not None
    length = next(each for each in report.sound if each.measure == "length")
    assert (length.title_zh, length.limit, length.verdict) == ("时长", "1.0 – 15.0 s", "ok")
    assert len(report.sound) == 12
    # The text says neither that the call goes on nor which court speaks: the lint advises it.
    assert [each.severity for each in report.wording] == ["warn"] * len(report.wording)
    assert report.wording != ()
    assert report.clipped == ()


def test_places_that_were_clipped_a_little_are_kept_as_well(sqlite_gateway: Gateway) -> None:
    samples = speech(4)
    for at in range(0, 60, 3):
        samples[32_000 + at * 100 : 32_003 + at * 100] = 0.9
    report = report_of(upload(sqlite_gateway, wav(samples)))
    assert report is not None
    ((start, end),) = report.clipped
    assert 2_000 < start < end < 2_800
    clipped = next(each for each in report.sound if each.measure == "clipped")
    assert (clipped.verdict, clipped.limit) == ("warn", "≤ 0.30 %")


def test_a_recording_from_before_reports_were_kept_has_none(sqlite_gateway: Gateway) -> None:
    recording = sqlite_gateway.recording()
    with sqlite_gateway.work() as work:
        work.session.get_one(Recording, recording.id).findings = None
    with sqlite_gateway.read() as session:
        assert report_of(session.get_one(Recording, recording.id)) is None


def test_a_recording_that_ships_is_measured_as_it_is() -> None:
    shipped = next(each for each in catalogue.load() if each.language == "en")
    sound = finished_sound(catalogue.wav_of(shipped))
    assert sound.sha256 == shipped.sha256
    assert sound.duration_ms == 8240
    assert [each.verdict for each in sound.findings] == ["ok"] * 12
