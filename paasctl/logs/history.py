"""What several logs hold already, chosen by time and number, in the order in which it was written.

A line belongs to the moment at which it was finished. Nothing is loaded but the indexes: what
is chosen is a list of offsets.
"""

import heapq
import os
import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from paasctl.logs.grep import matching_lines
from paasctl.logs.holes import first_data
from paasctl.logs.tail import line_start, start_of_last_lines
from paasctl.model.logtimes import DIRECTORY, Damaged, Moment, Piece, between, moments, pieces

Range = tuple[int, int]


class Wanted(NamedTuple):
    """Which lines: from and until when (milliseconds), how many of the last, matching what."""

    since: int | None = None
    until: int | None = None
    lines: int | None = None
    pattern: re.Pattern[str] | None = None


class Log(NamedTuple):
    """An open log and what its index says; `trouble` is why that is not all there is to know."""

    fd: int
    size: int
    last: int
    known: Sequence[Moment]
    trouble: str = ""


class Span(NamedTuple):
    """Bytes of one log that were written at one time (milliseconds)."""

    file: str
    start: int
    end: int
    at: int


def open_log(log_dir: str, file: str) -> Log:
    """Open a log with its index; FileNotFoundError where there is no such log yet."""
    fd = os.open(os.path.join(log_dir, file), os.O_RDONLY | os.O_CLOEXEC)
    try:
        with open(os.path.join(log_dir, DIRECTORY, file), "rb") as index:
            data: bytes | None = index.read()
    except OSError:
        data = None
    found = os.fstat(fd)  # after the index was read: it cannot know of more than there is
    log = Log(fd, found.st_size, found.st_mtime_ns // 1_000_000, ())
    if not data:  # an empty one is the index of a log that was empty when it was looked at
        return log._replace(trouble="is missing" if found.st_size else "")
    try:
        return log._replace(known=moments(data, found.st_ino, found.st_size))
    except Damaged as damage:
        return log._replace(trouble=f"cannot be used: {damage}")


def spans(file: str, log: Log, wanted: Wanted) -> list[Span]:
    """Return what is wanted of a log, in its order."""
    everything = pieces(log.known, first_data(log.fd), log.size, log.last)
    ranges = list(_lines_of(log, between(everything, wanted.since, wanted.until)))
    if wanted.lines is not None:
        ranges = _last(log.fd, ranges, wanted.lines, wanted.pattern)
    return list(_clipped(file, everything, ranges))


def in_order(logs: Iterable[Sequence[Span]]) -> Iterator[Span]:
    """Yield the spans of several logs by their times; each log's stay in their own order."""
    return heapq.merge(*logs, key=lambda span: span.at)


def _lines_of(log: Log, chosen: Iterable[Piece]) -> Iterator[Range]:
    """Yield the whole lines that were finished in the pieces, neighbours joined."""
    joined: list[Range] = []
    for piece in chosen:
        if joined and joined[-1][1] == piece.start:
            joined[-1] = joined[-1][0], piece.end
        else:
            joined.append((piece.start, piece.end))
    for start, end in joined:
        first = line_start(log.fd, start)
        last = end if end == log.size else line_start(log.fd, end)
        if first < last:
            yield first, last


def _last(fd: int, ranges: list[Range], count: int, pattern: re.Pattern[str] | None) -> list[Range]:
    """Return the ends of the ranges that hold the last `count` lines."""
    kept: list[Range] = []
    while ranges and count > 0:
        start, end = ranges.pop()
        if pattern is None:
            first = max(start, start_of_last_lines(fd, count, end))
            count -= _line_count(fd, first, end) if ranges else 0
        else:
            found = deque(matching_lines(fd, start, end, pattern), count)
            first = found[0] if found else end
            count -= len(found)
        if first < end:
            kept.insert(0, (first, end))
    return kept


def _line_count(fd: int, start: int, end: int) -> int:
    count, last = 0, b""
    while start < end and (block := os.pread(fd, min(1 << 20, end - start), start)):
        count += block.count(b"\n")
        start, last = start + len(block), block[-1:]
    return count + (last != b"\n")


def _clipped(file: str, found: Iterable[Piece], ranges: Sequence[Range]) -> Iterator[Span]:
    """Yield the parts of the pieces that lie in the ranges; both are in order."""
    left = list(reversed(ranges))
    for piece in found:
        while left and left[-1][0] < piece.end:
            start, end = left[-1]
            yield Span(file, max(start, piece.start), min(end, piece.end), piece.at)
            if end > piece.end:
                break
            left.pop()
