"""One ring when anything in a directory is written to, and then silence until it is armed again.

With IN_ONESHOT the watch is gone after its first event: a flood of writes costs the engine one
wake-up, and the writers nothing at all until the next arming.
"""

import os

from paasctl.supervise.libc import function, trouble

_IN_MODIFY, _IN_ONESHOT = 0x2, 0x80000000


class InotifyBell:
    """Linux; OSError where there is no inotify, or the user's instances are used up."""

    def __init__(self, directory: str) -> None:
        self._directory = os.fsencode(directory)
        self._fd = function("inotify_init1")(os.O_NONBLOCK | os.O_CLOEXEC)
        self._watch = -1
        if self._fd < 0:
            raise trouble("inotify")

    def fileno(self) -> int:
        """Return the descriptor that becomes readable at a ring."""
        return self._fd

    def arm(self) -> None:
        """Ring at the next write; OSError where the directory cannot be watched."""
        add = function("inotify_add_watch")
        self._watch = add(self._fd, self._directory, _IN_MODIFY | _IN_ONESHOT)
        if self._watch < 0:
            raise trouble(os.fsdecode(self._directory))

    def silence(self) -> None:
        """Do not ring, and forget that it rang."""
        if self._watch >= 0:
            forget = function("inotify_rm_watch")
            forget(self._fd, self._watch)  # EINVAL: it has rung, it is gone
            self._watch = -1
        while True:
            try:
                os.read(self._fd, 4096)
            except BlockingIOError:
                return
