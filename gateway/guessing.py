"""How soon a password would be guessed, weighed by zxcvbn in a process of its own.

Its lists of common and breached passwords take a twelfth of a web worker's memory, and few people choose a
password on any day. It also keeps the words that it is handed in a table of its module: both end together.
"""

import json
import subprocess
import sys
from collections.abc import Iterable

WALL_SECONDS = 30.0


def score_of(password: str, words: Iterable[str]) -> int:
    """From 0, guessed at once, to 4, which takes more than 10^10 guesses by whoever knows these words."""
    sent = json.dumps([password, list(words)])
    command = [sys.executable, "-I", "-m", "gateway.guessing_child"]
    child = subprocess.run(
        command, input=sent.encode(), stdout=subprocess.PIPE, env={}, timeout=WALL_SECONDS, check=True
    )
    return int(child.stdout)
