"""Where tests keep what they write: in memory where there is plenty, as it is all gone a moment later.

Nothing is switched off by that: databases are as careful as in service, and a process that is killed loses no
more and no less. What a power cut would leave is tried by no test, on disk neither.
"""

import os
import shutil
from pathlib import Path

MEMORY = Path("/dev/shm")
ROOM = 6 * 2**30
"""Bytes; less than that is left to others, and the tests write to disk."""


def folder_in_memory() -> Path | None:
    """A folder whose files are never written to disk; None where there is none, or too little room."""
    try:
        free = shutil.disk_usage(MEMORY).free
    except OSError:
        return None
    return MEMORY if free >= ROOM and os.access(MEMORY, os.W_OK | os.X_OK) else None
