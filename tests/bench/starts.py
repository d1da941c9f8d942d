"""Knowing when a program starts, without its help: inotify tells that execve opened its file.

Every process under test is a hard link of its own to one small program, so that its name says
which one it is.
"""

import ctypes
import os
import select
import shutil
import struct
import subprocess
import time

_IN_OPEN = 0x20
_EVENT = struct.Struct("iIII")
_PROGRAM = "#include <unistd.h>\nint main(void) { for (;;) pause(); }\n"


def make_program(directory: str) -> str:
    """Return the path of a program that waits for ever, given a large number as argument.

    A static one where a C compiler is found: it costs less than what is measured. Else a copy
    of `sleep`.
    """
    path = os.path.join(directory, "idle")
    compiler = shutil.which("cc")
    sleep = shutil.which("sleep")
    assert sleep is not None, "every system has sleep"
    if compiler is not None:
        source = f"{path}.c"
        with open(source, "w", encoding="ascii") as file:
            file.write(_PROGRAM)
        command = [compiler, "-O2", "-static", "-s", "-o", path, source]
        if subprocess.run(command, check=False, stderr=subprocess.DEVNULL).returncode == 0:
            return path
    shutil.copy(sleep, path)
    return path


def names_in(data: bytes) -> list[str]:
    """Return the file names in a buffer of inotify events."""
    names = []
    at = 0
    while at < len(data):
        _, _, _, size = _EVENT.unpack_from(data, at)
        at += _EVENT.size
        names.append(os.fsdecode(data[at : at + size].rstrip(b"\0")))
        at += size
    return names


class Starts:
    """Watches a directory of programs; remembers when each was last started, in seconds."""

    def __init__(self, directory: str) -> None:
        libc = ctypes.CDLL(None, use_errno=True)
        self._fd = libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        watched = libc.inotify_add_watch(self._fd, os.fsencode(directory), _IN_OPEN)
        assert watched >= 0, os.strerror(ctypes.get_errno())
        self.last: dict[str, float] = {}

    def wait_for(self, names: set[str], seconds: float) -> bool:
        """Wait until all of these have started since `last` was emptied; False if too late."""
        deadline = time.monotonic() + seconds
        missing = names - self.last.keys()
        while missing:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self._fd], [], [], left)[0]:
                return False
            at = time.monotonic()
            for name in names_in(os.read(self._fd, 1 << 20)):
                self.last[name] = at
                missing.discard(name)
        return True

    def close(self) -> None:
        """Give the descriptor back."""
        os.close(self._fd)
