"""Giving back the beginning of a log while its process goes on writing to its end.

The file is never made shorter under its writer: a hole is punched where the oldest lines were,
so sizes and offsets stay what they were and only the blocks go. Where the file system cannot do
that, a log is made smaller when no process writes to it: before the first start of an engine.
"""

import errno
import os
import sys
from collections.abc import Callable

LINE = 64 * 1024
"""Bytes searched for the line's beginning; a longer line is cut where it is. Less than this is
never given back: it would be no hole, only NULs in a block that stays."""
COPIED = 1024 * 1024
SLACK = 8
"""A log may outgrow its limit by this part of it, and at least LINE, before it is cut back."""
_UNABLE = (errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL, errno.ENODEV)

Identity = tuple[int, int]
"""Inode and size of a log."""


class Trimmer:
    """Remembers where each log's data begin, so that a look at a large one costs nothing."""

    def __init__(self, complain: Callable[[str], None]) -> None:
        self._complain = complain
        self._starts: dict[int, int] = {}
        self._unable = False

    def beyond(self, path: str, log: Identity, limit: int) -> int:
        """Return up to where a log has to be given back to have no more than `limit` bytes."""
        inode, size = log
        if size <= limit:
            return 0
        if inode not in self._starts:
            self._starts[inode] = _data_start(path)
        held = size - self._starts[inode]
        return size - limit if held > limit + max(limit // SLACK, LINE) else 0

    def cut(self, path: str, log: Identity, end: int, written: bool = True) -> int:
        """Give back the lines before `end`; return where what is left begins, 0 if all is.

        `written` is false where nothing can be writing to the file: it may be replaced then.
        """
        if self._unable and written:
            return 0
        fd = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        try:
            at = _line_start(fd, end)
            if os.fstat(fd).st_ino != log[0] or at < self._starts.get(log[0], 0) + LINE:
                return 0
            try:
                punch(fd, at)
            except OSError as error:
                return self._other_way(path, fd, at, error, written)
        finally:
            os.close(fd)
        self._starts[log[0]] = at
        return at

    def _other_way(self, path: str, fd: int, at: int, error: OSError, written: bool) -> int:
        if error.errno not in _UNABLE:
            raise error
        if not written:
            _copy_tail(fd, path, at)
            return at
        self._unable = True
        self._complain(
            f"{os.path.basename(path)} has outgrown its limit, and this file system cannot free "
            "the beginning of a file that is written to: it is cut back at the next paasctl up"
        )
        return 0


def punch(fd: int, end: int) -> None:
    """Free the bytes before `end`; they read as NUL from then on. OSError where that fails."""
    if sys.platform == "linux":
        from paasctl.supervise.linux import punch_hole

        punch_hole(fd, end)
    else:
        _punch_on_macos(fd, end)


def _punch_on_macos(fd: int, end: int) -> None:
    """F_PUNCHHOLE (fcntl(2) on macOS) takes whole blocks only; the rest is written over."""
    import fcntl
    import struct

    whole = end - end % 4096
    fcntl.fcntl(fd, 99, struct.pack("IIqq", 0, 0, 0, whole))
    os.pwrite(fd, bytes(end - whole), whole)


def _data_start(path: str) -> int:
    """Return where a file's first hole ends."""
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        return os.lseek(fd, 0, os.SEEK_DATA)
    except OSError:  # it is one hole, or the file system knows of none
        return 0
    finally:
        os.close(fd)


def _line_start(fd: int, at: int) -> int:
    """Return where the line begins that holds the byte before `at`, or `at` if it is long."""
    start = max(0, at - LINE)
    found = os.pread(fd, at - start, start).rfind(b"\n")
    return at if found < 0 else start + found + 1


def _copy_tail(fd: int, path: str, start: int) -> None:
    """Replace a file by what it holds from an offset on."""
    found = os.fstat(fd)
    beside = os.open(f"{path}.new", os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    try:
        while data := os.pread(fd, COPIED, start):
            start += os.write(beside, data)
        os.utime(beside, ns=(found.st_atime_ns, found.st_mtime_ns))
    finally:
        os.close(beside)
    os.replace(f"{path}.new", path)
