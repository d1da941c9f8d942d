"""Showing only the lines that a pattern finds something in."""

import os
import re
from collections.abc import Iterator

from paasctl.logs.prefix import LONGEST, Shape, harmless

CHUNK = 1024 * 1024


class Matching:
    """Feeds another shape with whole lines that match; a line over LONGEST is judged by its start.

    Colours and other escape sequences are not part of the text that is looked at.
    """

    def __init__(self, pattern: re.Pattern[str], shape: Shape) -> None:
        self._pattern = pattern
        self._shape = shape
        self._held = b""
        self._verdict: bool | None = None  # on the overlong line that is going on

    def dated(self, text: bytes) -> None:
        """Put a time in front of the lines that end from now on."""
        self._shape.dated(text)

    def notice(self, text: bytes) -> bytes:
        """Return a line of our own: it is shown whatever is looked for."""
        return self._shape.notice(text)

    def feed(self, chunk: bytes) -> bytes:
        """Return the matching lines that are complete, shaped."""
        shown = b""
        if self._verdict is not None:
            rest, end, chunk = chunk.partition(b"\n")
            if self._verdict:
                shown = self._shape.feed(rest + end)
            if not end:
                return shown
            self._verdict = None
        lines = (self._held + chunk).split(b"\n")
        self._held = lines.pop()
        kept = [line for line in lines if matches(self._pattern, line)]
        if kept:
            shown += self._shape.feed(b"\n".join(kept) + b"\n")
        if len(self._held) > LONGEST:
            self._verdict = matches(self._pattern, self._held)
            shown += self._shape.feed(self._held) if self._verdict else b""
            self._held = b""
        return shown

    def flush(self) -> bytes:
        """Return the half line that was held back, if it matches."""
        held, self._held = self._held, b""
        shown = self._shape.feed(held) if held and matches(self._pattern, held) else b""
        return shown + self._shape.flush()


def matches(pattern: re.Pattern[str], line: bytes) -> bool:
    """Return whether the pattern finds something in the text of a line."""
    if b"\x1b" in line:
        line = harmless(line, colour=False)
    return pattern.search(line.decode(errors="replace").removesuffix("\r")) is not None


def matching_lines(fd: int, start: int, end: int, pattern: re.Pattern[str]) -> Iterator[int]:
    """Yield the offsets at which the matching lines between two offsets begin."""
    held, at = b"", start  # `at` is where `held` begins
    whole = True  # what is held begins where a line does
    while start < end:
        block = os.pread(fd, min(CHUNK, end - start), start)
        if not block:
            return
        start += len(block)
        *lines, held = (held + block).split(b"\n")
        for line in lines:
            if whole and matches(pattern, line):
                yield at
            whole, at = True, at + len(line) + 1
        if len(held) > LONGEST:
            if whole and matches(pattern, held):
                yield at
            whole, at, held = False, at + len(held), b""
    if held and whole and matches(pattern, held):
        yield at
