"""Starting and waiting for processes of which nothing may be lost: no time, no exit, no CPU.

The benchmark is the reaper of everything it starts (PR_SET_CHILD_SUBREAPER), so that daemons
that leave their parent come here, and what they cost is known.
"""

import contextlib
import ctypes
import os
import select
import signal
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

_PR_SET_CHILD_SUBREAPER = 36


class Ended(NamedTuple):
    """How a process ended; `cpu` in seconds with everything it had waited for."""

    code: int
    cpu: float


class Reaper:
    """Keeps the ends of all processes until somebody asks."""

    def __init__(self) -> None:
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        self._ends: dict[int, Ended] = {}
        self.cpu = 0.0

    def reap(self) -> None:
        """Collect everything that has ended."""
        while True:
            try:
                pid, status, used = os.wait4(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            cpu = used.ru_utime + used.ru_stime
            self.cpu += cpu
            self._ends[pid] = Ended(os.waitstatus_to_exitcode(status), cpu)

    def wait(self, pid: int, seconds: float) -> Ended:
        """Return the end of a child of ours; TimeoutError if it takes longer."""
        deadline = time.monotonic() + seconds
        self.reap()
        if pid not in self._ends:
            pidfd = os.pidfd_open(pid)
            try:
                select.select([pidfd], [], [], max(0.0, deadline - time.monotonic()))
            finally:
                os.close(pidfd)
            self.reap()
        if pid not in self._ends:
            raise TimeoutError(f"process {pid} has not ended after {seconds} s")
        return self._ends.pop(pid)


def spawn(
    argv: Sequence[str],
    environ: Mapping[str, str],
    directory: str,
    stdout: str = os.devnull,
) -> int:
    """Start a program in a session of its own, output to a file; return its pid."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    with contextlib.chdir(directory):
        return os.posix_spawn(
            argv[0],
            list(argv),
            dict(environ),
            file_actions=[
                (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                (os.POSIX_SPAWN_OPEN, 1, stdout, flags, 0o600),
                (os.POSIX_SPAWN_OPEN, 2, os.path.join(directory, "stderr"), flags, 0o600),
            ],
            setsid=True,
            setsigdef=[signal.SIGPIPE],
        )


class Deaths:
    """When each of many processes ends, by pidfd: seconds of the monotonic clock."""

    def __init__(self, pids: Iterable[int]) -> None:
        self._poll = select.epoll()
        self._fds: dict[int, int] = {}
        self.at: dict[int, float] = {}
        for pid in pids:
            fd = os.pidfd_open(pid)
            self._fds[fd] = pid
            self._poll.register(fd, select.EPOLLIN)

    def wait(self, seconds: float) -> bool:
        """Wait until all have ended; False if that takes longer."""
        deadline = time.monotonic() + seconds
        while len(self.at) < len(self._fds):
            left = deadline - time.monotonic()
            if left <= 0:
                return False
            for fd, _ in self._poll.poll(left):
                self.at[self._fds[fd]] = time.monotonic()
                self._poll.unregister(fd)
        return True

    def last_since(self, began: float) -> float:
        """Return the seconds from a moment to the last end."""
        return max(self.at.values()) - began

    def close(self) -> None:
        """Give the descriptors back."""
        self._poll.close()
        for fd in self._fds:
            os.close(fd)
