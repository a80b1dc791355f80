"""The program that speaks a draft: espeak-ng, alone in a process of its own, soon over.

espeak-ng is under the GPL: it is never loaded into the gateway. Run as a script by `prompts.draft` with the
voice and the limits as arguments, it imports nothing of this package. The text comes in on standard input as
UTF-8; the sampling rate (a little-endian 32-bit number) and 16-bit mono samples go out on standard output.
"""

import ctypes
import resource
import struct
import sys
from pathlib import Path
from typing import Any, Final

import espeakng_loader

DONE, NO_VOICE, NOT_SPOKEN = 0, 10, 11

# Of espeak-ng's speak_lib.h.
_RETRIEVAL, _DONT_EXIT, _AT_CHARACTER, _UTF8, _RATE_PARAMETER = 1, 0x8000, 1, 1, 1
_WORDS_A_MINUTE: Final = 160
_DESCRIPTORS: Final = 16
"""The voice's own tables; the program is handed no socket and no other file."""

_OnSound = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)


def bind_hands(cpu_seconds: int, memory_bytes: int, output_bytes: int) -> None:
    """Bounded time, memory, output and descriptors; no process and no core dump."""
    limits = {
        resource.RLIMIT_CPU: cpu_seconds,
        resource.RLIMIT_AS: memory_bytes,
        resource.RLIMIT_FSIZE: output_bytes,
        resource.RLIMIT_NOFILE: _DESCRIPTORS,
        resource.RLIMIT_NPROC: 0,
        resource.RLIMIT_CORE: 0,
    }
    for limit, value in limits.items():
        resource.setrlimit(limit, (value, value))


def speak(engine: Any, voice: str, text: bytes) -> int:
    """Write what the engine says of the text; the exit code is the answer."""
    data = Path(espeakng_loader.get_data_path()).parent
    rate = engine.espeak_Initialize(_RETRIEVAL, 0, str(data).encode(), _DONT_EXIT)
    if rate <= 0 or engine.espeak_SetVoiceByName(voice.encode()) != 0:
        return NO_VOICE
    sys.stdout.buffer.write(struct.pack("<I", rate))

    def keep(sound: Any, count: int, _events: Any) -> int:
        if count > 0:
            sys.stdout.buffer.write(ctypes.string_at(sound, 2 * count))
        return 0

    on_sound = _OnSound(keep)
    engine.espeak_SetSynthCallback(on_sound)
    engine.espeak_SetParameter(_RATE_PARAMETER, _WORDS_A_MINUTE, 0)
    line = text + b"\0"
    failed = engine.espeak_Synth(line, len(line), 0, _AT_CHARACTER, 0, _UTF8, None, None)
    failed = failed or engine.espeak_Synchronize()
    sys.stdout.buffer.flush()
    return NOT_SPOKEN if failed else DONE


def main(arguments: list[str]) -> int:
    """Speak standard input."""
    voice, limits = arguments[0], map(int, arguments[1:])
    engine = ctypes.CDLL(espeakng_loader.get_library_path())
    bind_hands(*limits)
    return speak(engine, voice, sys.stdin.buffer.read())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
