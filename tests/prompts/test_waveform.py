"""A recording as a picture: peaks where the sound is, bars where it is silent or clipped."""

import re
from array import array

import numpy as np

from prompts.checks import clipped_spans
from prompts.pcm import wav_of
from prompts.pipeline import examine
from prompts.telephone import values_of
from prompts.waveform import Bar, Mark, path_of, peaks_of, silences_of, waveform
from tests.prompts.sounds import Wave, hush, speech, tone, wav

RATE = 8_000


def drawn_of(samples: Wave) -> "array[int]":
    """The values of the recording of these samples."""
    return values_of(wav_of(samples))


def test_each_column_holds_its_lowest_and_highest_sample() -> None:
    values = [1, -2, 5, 3, -9, 0]
    assert peaks_of(values, 3) == [(-2, 1), (3, 5), (-9, 0)]
    assert peaks_of(values[:1], 2) == [(1, 1), (1, 1)]
    assert peaks_of(values[:0], 2) == [(0, 0), (0, 0)]


def test_the_path_goes_there_along_the_tops_and_back_along_the_bottoms() -> None:
    peaks = [(-16_384, 8_192), (0, 32_767)]
    assert path_of(peaks, 100) == "M0.5 37.5L1.5 0.0L1.5 50.5L0.5 75.0Z"


def test_the_lowest_value_of_all_stays_within_the_picture() -> None:
    assert path_of([(-32_768, 0)], 100) == "M0.5 49.5L0.5 100.0Z"


def test_silence_is_a_line_and_not_nothing() -> None:
    assert path_of([(0, 0)], 100) == "M0.5 49.5L0.5 50.5Z"


def test_two_seconds_of_silence_after_one_of_sound_are_the_last_two_thirds() -> None:
    samples = np.concatenate([tone(300, seconds=1, rate=RATE), hush(2, RATE)])
    picture = waveform(drawn_of(samples), columns=300)
    assert picture.silences == (Bar(100.0, 200.0),)
    assert picture.marks == (Mark(100.0, 1), Mark(200.0, 2), Mark(300.0, 3))
    assert (picture.seconds, picture.width, picture.height, picture.clipped) == (3.0, 300, 120, ())


def test_a_gap_between_words_is_no_silence() -> None:
    word = tone(300, seconds=0.5, rate=RATE)
    assert silences_of(drawn_of(np.concatenate([word, hush(0.24, RATE), word]))) == ()
    assert silences_of(drawn_of(np.concatenate([word, hush(0.26, RATE), word]))) == ((500, 760),)


def test_clipped_places_are_shown_however_short_they_are() -> None:
    values = drawn_of(tone(300, seconds=10, rate=RATE))
    picture = waveform(values, [(5_000, 5_001), (12_000, 12_001)], columns=600)
    assert picture.clipped == (Bar(300.0, 2.0),)


def test_the_places_where_an_upload_was_clipped_are_found_by_their_time() -> None:
    samples = speech(4, RATE, 0.1)
    samples[RATE : RATE + 40] = 0.9
    samples[RATE + 200 : RATE + 240] = -0.9
    samples[3 * RATE : 3 * RATE + 40] = 0.9
    assert clipped_spans(samples[:, np.newaxis], RATE) == ((1_000, 1_031), (3_000, 3_006))
    assert clipped_spans(speech(4, RATE)[:, np.newaxis], RATE) == ()


def test_clipped_places_move_with_the_words_when_silence_is_cut_off() -> None:
    """Two seconds of silence go, 300 ms come in front, with the 60 ms that are kept before the words."""
    samples = np.concatenate([hush(2, RATE), speech(4, RATE, 0.1)])
    samples[3 * RATE : 3 * RATE + 24] = 0.9
    found = examine(wav(samples, RATE))
    ((start, end),) = found.clipped
    assert 1_300 <= start <= 1_380
    assert end - start == 4
    loudest_ms = int(np.argmax(np.abs(found.samples))) / 8
    assert start - 5 <= loudest_ms <= end + 5


def test_the_data_of_a_path_holds_nothing_but_numbers_and_four_letters() -> None:
    picture = waveform(drawn_of(speech(3, RATE)))
    assert re.fullmatch(r"M[0-9. L]+Z", picture.path)
