"""Logs whose beginning has been given back: a hole in the file, which is never read or shown."""

import errno
import os

BLOCK = 64 * 1024


def first_data(fd: int) -> int:
    """Return the offset at which what is left of a file begins, its size if nothing is.

    A hole ends with a block and the first line begins somewhere in it; the NULs between are
    skipped, which only a log that begins with NULs of its program's own could miss.
    """
    at = next_data(fd, 0)
    if os.pread(fd, 1, at) != b"\0":
        return at
    while block := os.pread(fd, BLOCK, at):
        left = block.lstrip(b"\0")
        at += len(block) - len(left)
        if left:
            break
    return at


def next_data(fd: int, at: int) -> int:
    """Return `at`, or where the hole ends that it lies in."""
    try:
        return os.lseek(fd, at, os.SEEK_DATA)
    except OSError as error:
        # Nothing but a hole from here on, or a file system that knows of no holes.
        return os.fstat(fd).st_size if error.errno == errno.ENXIO else at
