"""A container is told from its first bytes, and nothing else is ever opened."""

import pytest

from prompts.formats import HEAD_BYTES, Container, UnknownAudio, container_of
from tests.prompts.sounds import encoded, speech, wav

STRANGERS = {
    "nothing": b"",
    "playlist of files": b"ffconcat version 1.0\nfile '/etc/passwd'\n",
    "playlist of addresses": b"#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:0\nhttp://192.0.2.1/a.ts\n",
    "picture as text": b'<svg xmlns="http://www.w3.org/2000/svg"/>',
    "document": b"<?xml version='1.0'?><smil/>",
    "archive": b"PK\x03\x04\x14\x00\x00\x00",
    "web page": b"<!doctype html>",
    "64-bit wave": b"RF64\xff\xff\xff\xffWAVEds64",
    "video in RIFF": b"RIFF\x00\x00\x00\x00AVI LIST",
    "QuickTime": b"\x00\x00\x00\x14ftypqt  \x00\x00\x02\x00",
    "picture in an ISO file": b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00",
    "raw AAC": b"\xff\xf1\x50\x80\x2e\x7f\xfc",
    "layer II": b"\xff\xfd\x90\x04",
    "free bit rate": b"\xff\xfb\x00\x04",
    "forbidden sample rate": b"\xff\xfb\x9c\x04",
    "sync alone": b"\xff\xfb",
    "tag without a version": b"ID3\x09\x00\x00\x00\x00\x00\x00",
    "tag cut short": b"ID3\x04",
    "Matroska": b"\x1a\x45\xdf\xa3\x93\x42\x82\x88matroska",
    "FLAC": b"fLaC\x00\x00\x00\x22",
    "MIDI": b"MThd\x00\x00\x00\x06",
    "shell script": b"#!/bin/sh\n",
}


@pytest.mark.parametrize("head", STRANGERS.values(), ids=STRANGERS)
def test_what_is_not_an_accepted_container_is_unknown(head: bytes) -> None:
    with pytest.raises(UnknownAudio):
        container_of(head)


@pytest.mark.parametrize("container", ["mp3", "ogg", "webm", "m4a"])
def test_a_container_written_by_an_ordinary_program_is_known(container: str) -> None:
    assert container_of(encoded(container, speech(0.5, 48_000))[:HEAD_BYTES]) == Container(container)


def test_a_wave_file_is_known() -> None:
    assert container_of(wav(speech(0.5))[:HEAD_BYTES]) is Container.WAV


@pytest.mark.parametrize("head", [b"\xff\xfb\x90\x04", b"\xff\xf3\x40\xc4", b"\xff\xe3\x18\xc4"])
def test_an_mp3_frame_needs_no_tag_before_it(head: bytes) -> None:
    assert container_of(head) is Container.MP3
