"""Learning that something was taken away from a directory, without ever looking: inotify(7)."""

import ctypes
import os
import struct

_MOVED_FROM, _DELETE, _DELETE_SELF, _MOVE_SELF = 0x40, 0x200, 0x400, 0x800
_Q_OVERFLOW, _IGNORED, _ONLYDIR = 0x4000, 0x8000, 0x01000000
_ITSELF = _DELETE_SELF | _MOVE_SELF | _Q_OVERFLOW | _IGNORED
_EVENT = struct.Struct("iIII")


class DirectoryWatch:
    """One watch on one directory: a descriptor that is readable when a name has left it.

    OSError where the directory is missing, or the user's watches are used up.
    """

    def __init__(self, path: str) -> None:
        libc = ctypes.CDLL(None, use_errno=True)
        self.fd = libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        mask = _MOVED_FROM | _DELETE | _DELETE_SELF | _MOVE_SELF | _ONLYDIR
        if self.fd < 0 or libc.inotify_add_watch(self.fd, os.fsencode(path), mask) < 0:
            code = ctypes.get_errno()
            self.close()
            raise OSError(code, os.strerror(code), path)

    def missing(self) -> set[str]:
        """Return the names that have left since the last call; "" for the directory itself."""
        names: set[str] = set()
        try:
            data = os.read(self.fd, 65536)
        except BlockingIOError:
            return names
        at = 0
        while at < len(data):
            _, mask, _, size = _EVENT.unpack_from(data, at)
            at += _EVENT.size
            name = os.fsdecode(data[at : at + size].rstrip(b"\0"))
            names.add("" if mask & _ITSELF else name)
            at += size
        return names

    def close(self) -> None:
        """Give the descriptor back."""
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1
