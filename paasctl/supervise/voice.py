"""What engine and guardian have to say themselves, and what is wrong at the moment."""

import os
from collections.abc import Callable


class Voice:
    """Writes lines to the engine's log, which is standard error; a full disk is no trouble.

    What is the same as the line before is not written again. `stamp` gives the time.
    """

    def __init__(self, stamp: Callable[[], str]) -> None:
        self._stamp = stamp
        self._last = ""
        self._unsaid = 0

    def say(self, text: str) -> None:
        """Write a line; if that cannot be done, the next one says how many were lost."""
        if text == self._last:
            return
        self._last = text
        lost = f"({self._unsaid} lines before this could not be written) " if self._unsaid else ""
        try:
            os.write(2, f"{self._stamp()} {lost}{text}\n".encode(errors="backslashreplace"))
            self._unsaid = 0
        except OSError:  # the only reader of a complaint about this would be this log
            self._unsaid += 1


def bug_report(bug: BaseException) -> str:
    """Return where a bug of ours has happened, outermost call first, as a traceback would.

    Without the library's `traceback`: that is a megabyte, and cannot be loaded in just the need
    that may have brought the bug to light (no descriptors left).
    """
    lines = []
    trace = bug.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        lines.append(f"  {code.co_filename}:{trace.tb_lineno} in {code.co_name}")
        trace = trace.tb_next
    return "\n".join((f"bug, please report it: {type(bug).__name__}: {bug}", *lines))


class Troubles:
    """What is wrong at the moment, each by a word of ours; said once, and once when it is over.

    They are also told to whoever asks how things stand, because a log on a full disk says little.
    """

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._open: dict[str, str] = {}

    def begin(self, what: str, text: str) -> None:
        """Something is wrong, and here is a sentence about it."""
        if self._open.get(what) != text:
            self._open[what] = text
            self._say(text)

    def end(self, what: str, text: str) -> None:
        """It is over, if it was there; `text` says so."""
        if self._open.pop(what, None) is not None:
            self._say(text)

    def lines(self) -> tuple[str, ...]:
        """Return the sentences about everything that is wrong now."""
        return tuple(self._open.values())
