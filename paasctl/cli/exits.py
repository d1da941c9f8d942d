"""Exit codes, and the one exception that carries a refusal to the front door."""

from enum import IntEnum


class Exit(IntEnum):
    """What the shell is told; stable."""

    DONE = 0
    FAILED = 1  # it failed, or problems were found
    USAGE = 2
    NOT_RUNNING = 3
    UNKNOWN_NAME = 4  # ... or an ambiguous one
    TIMED_OUT = 5
    TAKEN = 6  # a port or a lock
    MISSING_PROGRAM = 7
    BUG = 70
    INTERRUPTED = 130
    TERMINATED = 143


class Refused(Exception):
    """A request that cannot be done: one sentence, what to do next, and the exit code.

    `lines` are further indented lines: candidates, excerpts, the last output of a process.
    """

    def __init__(
        self, code: Exit, message: str, fix: str = "", lines: tuple[str, ...] = ()
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.fix = fix
        self.lines = lines
