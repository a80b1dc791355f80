"""The canonical form, there and back."""

import numpy as np
import pytest

from prompts.pcm import samples_of, wav_of
from prompts.telephone import NotTelephoneAudio, duration_ms, silence


def test_samples_come_back_and_what_is_beyond_full_scale_is_cut() -> None:
    there_and_back = samples_of(wav_of(np.array([0.0, 1.0, -1.0, 2.0, -3.0])))
    assert there_and_back.tolist() == [0.0, 1.0, -1.0, 1.0, -1.0]


def test_silence_is_zeros_of_the_length_that_was_asked() -> None:
    assert silence(1_000)[44:] == bytes(16_000)
    assert duration_ms(silence(250)) == 250
    assert silence(0)[40:] == bytes(4)


def test_a_header_of_another_kind_is_not_read() -> None:
    whole = silence(10)
    for at in range(44):
        with pytest.raises(NotTelephoneAudio):
            samples_of(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
