"""Judging a long file in processes beside the one that reads and writes it.

What a row breaks and becomes is three quarters of an import's work and asks no database: each process is told
once by which rules, and then takes one portion of rows after the other. They end with the process that
started them, however that ends, as nothing more comes in then.
"""

import fcntl
import os
import pickle
import subprocess
import sys
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import islice
from typing import Any, BinaryIO, Self, cast

from gateway.services.judge_rows import Judged, Judging, Portion, judge_here
from gateway.settings import PREFIX

FEW = 6
"""Portions judged in this process before any other is started: a file may be over by then."""
MOST = 4
PIPE_BYTES = 1 << 20
"""Holds a portion: whoever writes it need not wait until it is read."""
_DIED = "a process that judged rows died"


def spare_processors() -> int:
    """How many of this machine's processors an import may take besides its own."""
    return min(len(os.sched_getaffinity(0)) - 1, MOST)


class Judges:
    """So many processes for one file, started when they are wanted and ended at the end."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._judges: list[_Judge] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_fault: object) -> None:
        while self._judges:
            self._judges.pop().end()

    def __call__(self, judging: Judging, portions: Iterable[Portion]) -> Iterator[tuple[Portion, Judged]]:
        """In the order of the file; raises ChildProcessError where a process died."""
        coming = iter(portions)
        yield from judge_here(judging, coming if self._count < 1 else islice(coming, FEW))
        waiting = deque[tuple[_Judge, Portion]]()
        for portion in coming:
            done = None
            if len(waiting) < self._count:
                judge = self._begin(judging)
            else:
                judge, judged = waiting.popleft()
                done = judged, judge.answer()
            # A judge has the next portion before what it said of the last one is worked on.
            judge.ask(portion)
            waiting.append((judge, portion))
            if done:
                yield done
        for judge, portion in waiting:
            yield portion, judge.answer()

    def _begin(self, judging: Judging) -> "_Judge":
        self._judges.append(_Judge(judging))
        return self._judges[-1]


class _Judge:
    """One process. It reads a whole question before it writes its answer, so that neither waits in a ring."""

    def __init__(self, judging: Judging) -> None:
        environment = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "gateway.judging"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
            # An interrupt at the keyboard is for the process that started it, and reaches it by the pipe.
            start_new_session=True,
        )
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            # The system may grant a user no more: then whoever writes waits now and then.
            with suppress(OSError):
                fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
        self._say(judging)

    def ask(self, portion: Portion) -> None:
        self._say(portion)

    def answer(self) -> Judged:
        assert self._process.stdout is not None
        return hear(cast(BinaryIO, self._process.stdout))

    def end(self) -> None:
        self._process.kill()
        self._process.communicate()

    def _say(self, what: Any) -> None:
        assert self._process.stdin is not None
        try:
            pickle.dump(what, self._process.stdin, pickle.HIGHEST_PROTOCOL)
            self._process.stdin.flush()
        except BrokenPipeError as fault:
            raise ChildProcessError(_DIED) from fault


def hear(answers: BinaryIO) -> Judged:
    """The next answer; raises ChildProcessError where it breaks off, or none comes."""
    try:
        return cast(Judged, pickle.load(answers))
    except (EOFError, pickle.UnpicklingError) as fault:
        raise ChildProcessError(_DIED) from fault


def main(questions: BinaryIO, answers: BinaryIO) -> None:
    """Judge what comes in until nothing more does."""
    judging: Judging = pickle.load(questions)
    while True:
        try:
            portion: Portion = pickle.load(questions)
        except EOFError:
            return
        pickle.dump(judging.judge(portion), answers, pickle.HIGHEST_PROTOCOL)
        answers.flush()


if __name__ == "__main__":
    main(sys.stdin.buffer, sys.stdout.buffer)
