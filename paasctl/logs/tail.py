"""The last lines of a file, in bounded memory, whatever the file holds."""

import os
from collections.abc import Callable

from paasctl.logs.holes import first_data

BLOCK = 64 * 1024
REACH = 256 * 1024 * 1024
"""Bytes that are searched backwards at most: a file may hold one endless line."""


def start_of_last_lines(fd: int, count: int, end: int) -> int:
    """Return the offset at which the last `count` lines before `end` begin.

    An unfinished last line counts as a line. Where fewer lines than asked are found within
    reach, it is the offset of what was reached.
    """
    if count <= 0:
        return end
    floor = min(max(first_data(fd), end - REACH), end)
    position = end
    wanted = count
    if end > 0 and os.pread(fd, 1, end - 1) == b"\n":
        wanted += 1
    while position > floor:
        size = min(BLOCK, position - floor)
        position -= size
        block = os.pread(fd, size, position)
        found = block.count(b"\n")
        if found >= wanted:
            return position + _nth_from_end(block, wanted) + 1
        wanted -= found
    return floor


def line_start(fd: int, at: int) -> int:
    """Return where the line begins that `at` lies in; `at` itself if a line begins there."""
    if at <= 0 or os.pread(fd, 1, at - 1) == b"\n":
        return at
    return start_of_last_lines(fd, 1, at)


def _nth_from_end(block: bytes, count: int) -> int:
    """Return where the count-th line end from behind stands; there are that many."""
    at = len(block)
    for _ in range(count):
        at = block.rindex(b"\n", 0, at)
    return at


def copy(
    fd: int, start: int, end: int, shape: Callable[[bytes], bytes], write: Callable[[bytes], object]
) -> None:
    """Write the bytes between two offsets through a shape, a block at a time."""
    while start < end:
        block = os.pread(fd, min(4 * BLOCK, end - start), start)
        if not block:  # truncated meanwhile
            return
        start += len(block)
        shaped = shape(block)
        if shaped:
            write(shaped)
