"""The mark of a draft: however a draft is cut and encoded, it is there; in speech it never is."""

import numpy as np
import pytest
import soxr

from prompts.catalogue import CATALOGUE_FILE, load
from prompts.draft_mark import marked, marks_in
from prompts.pipeline import AudioRefused, telephone_audio
from prompts.riff import read_wav
from tests.prompts.sounds import Wave, encoded, noise, speech, tone, wav

RATE = 8_000
# A mark before the words, and one in each of the next 2 seconds.
SPOKEN = speech(5, RATE)


def refused(upload: bytes) -> list[str]:
    with pytest.raises(AudioRefused) as error:
        telephone_audio(upload)
    return [refusal.rule for refusal in error.value.refusals]


def at_48_khz(samples: Wave) -> Wave:
    return np.asarray(soxr.resample(samples, RATE, 48_000))


def test_a_mark_stands_before_the_words_and_again_within_every_two_seconds() -> None:
    draft = marked(SPOKEN)
    assert marks_in(draft) >= 3
    # Each mark lasts 240 ms: 60 of silence, two chords of 60, 60 of silence.
    assert len(draft) == len(SPOKEN) + marks_in(draft) * 240 * 8
    for start in range(0, len(draft) - 20_000, 2_000):
        assert marks_in(draft[start : start + 20_000]) >= 1


def test_the_words_are_all_still_there() -> None:
    draft = marked(SPOKEN[: 2 * RATE])
    assert np.array_equal(draft[240 * 8 :], SPOKEN[: 2 * RATE])


def test_nothing_is_too_short_to_be_marked() -> None:
    assert marks_in(marked(SPOKEN[:800])) == 1


@pytest.mark.parametrize("container", ["mp3", "ogg", "webm", "m4a"])
def test_a_marked_upload_is_refused_in_every_encoding(container: str) -> None:
    assert refused(encoded(container, at_48_khz(marked(SPOKEN)))) == ["audio-draft"]


@pytest.mark.parametrize("level", [0.05, 0.3, 1.0])
def test_a_marked_upload_is_refused_at_every_level(level: float) -> None:
    assert refused(wav(marked(SPOKEN) * level, RATE)) == ["audio-draft"]


def test_a_marked_upload_is_refused_through_a_noisy_room() -> None:
    assert refused(wav(marked(SPOKEN) + noise(8, RATE, 0.008)[: len(marked(SPOKEN))], RATE)) == [
        "audio-draft"
    ]


def test_a_piece_of_a_draft_is_refused_too() -> None:
    draft = marked(SPOKEN)
    assert refused(wav(draft[4 * 2_000 : 4 * 2_000 + 20_000], RATE)) == ["audio-draft"]


@pytest.mark.parametrize(
    "samples",
    [
        SPOKEN,
        noise(5, RATE),
        # The chords in the wrong order, one alone, and each too far from the other.
        np.concatenate(
            [tone(1270, 2200, seconds=0.06, rate=RATE), tone(1030, 1710, seconds=0.06, rate=RATE)]
        ),
        tone(1030, 1710, seconds=0.06, rate=RATE),
        np.concatenate(
            [
                tone(1030, 1710, seconds=0.06, rate=RATE),
                np.zeros(RATE // 5),
                tone(1270, 2200, seconds=0.06, rate=RATE),
            ]
        ),
        np.zeros(10),
    ],
    ids=["speech", "noise", "wrong order", "one chord", "far apart", "nothing"],
)
def test_nothing_else_is_a_mark(samples: Wave) -> None:
    assert marks_in(samples) == 0


def test_the_recordings_that_ship_hold_no_mark() -> None:
    for recording in load():
        sound = read_wav((CATALOGUE_FILE.parent / recording.file).read_bytes())
        assert marks_in(sound.samples[:, 0]) == 0
