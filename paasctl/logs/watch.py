"""Learning that files in a directory have grown, without looking at them.

A watch is one descriptor for a selector. While it rests after a change it stays silent for a
moment, so that a writer of many small lines costs fifty wake-ups a second and not one per
line; while nothing is written there is none at all.

Rule 1: `changed` before the files are read, `rest` or `listen` after. What is written in
between is reported by the next `changed`.
"""

import os
import select
import struct
from typing import Protocol

REST = 0.02
"""Seconds of silence after a change; a person does not notice, a processor does."""
POLL = 0.25
"""Seconds between two looks where the system cannot tell us."""

_IN_MODIFY, _IN_MOVED_TO, _IN_CREATE, _IN_Q_OVERFLOW = 0x2, 0x80, 0x100, 0x4000
_EVENT = struct.Struct("iIII")
_MONOTONIC = 1


class Watch(Protocol):
    """What is common to all ways of watching a directory."""

    def fileno(self) -> int:
        """Return the descriptor that becomes readable when something was written."""

    def changed(self) -> frozenset[str] | None:
        """Return the names of the files that may have changed; None for all of them."""

    def rest(self, seconds: float) -> None:
        """Stay silent for a moment, then become readable in any case."""

    def listen(self) -> None:
        """Become readable at the next change, also at one that was missed while resting."""

    def close(self) -> None:
        """Give the descriptors back."""


class InotifyWatch:
    """Linux: one watch on the directory, a timer for resting, both behind one epoll."""

    def __init__(self, directory: str) -> None:
        import ctypes

        libc = ctypes.CDLL(None, use_errno=True)

        def checked(result: int) -> int:
            if result < 0:
                code = ctypes.get_errno()
                raise OSError(code, os.strerror(code), directory)
            return result

        flags = os.O_NONBLOCK | os.O_CLOEXEC
        self._settime = libc.timerfd_settime
        self._inotify = checked(libc.inotify_init1(flags))
        try:
            events = _IN_MODIFY | _IN_MOVED_TO | _IN_CREATE
            checked(libc.inotify_add_watch(self._inotify, os.fsencode(directory), events))
            self._timer = checked(libc.timerfd_create(_MONOTONIC, flags))
        except OSError:
            os.close(self._inotify)
            raise
        self._epoll = select.epoll()
        self._epoll.register(self._inotify, select.EPOLLIN)
        self._epoll.register(self._timer, select.EPOLLIN)

    def fileno(self) -> int:
        """Return the descriptor of the epoll."""
        return self._epoll.fileno()

    def changed(self) -> frozenset[str] | None:
        """Return the names in all events that are waiting; None when some were lost."""
        _emptied(self._timer, 8)
        names: set[str] = set()
        lost = False
        while data := _emptied(self._inotify, 65536):
            at = 0
            while at < len(data):
                _, mask, _, size = _EVENT.unpack_from(data, at)
                at += _EVENT.size
                lost = lost or bool(mask & _IN_Q_OVERFLOW)
                names.add(os.fsdecode(data[at : at + size].rstrip(b"\0")))
                at += size
        return None if lost else frozenset(names)

    def rest(self, seconds: float) -> None:
        """Arm the timer; the events stay where they are, unreported."""
        self._epoll.modify(self._inotify, 0)
        whole, part = divmod(max(int(seconds * 1e9), 1), 10**9)
        self._settime(self._timer, 0, struct.pack("llll", 0, 0, whole, part), None)

    def listen(self) -> None:
        """Let the next event through, also one that is already there."""
        self._epoll.modify(self._inotify, select.EPOLLIN)

    def close(self) -> None:
        """Give the three descriptors back."""
        self._epoll.close()
        os.close(self._timer)
        os.close(self._inotify)


def _emptied(fd: int, size: int) -> bytes:
    """Return what a non-blocking descriptor holds, or nothing."""
    try:
        return os.read(fd, size)
    except BlockingIOError:
        return b""


class TimedWatch:
    """Anywhere: a thread that says four times a second that something may have changed."""

    def __init__(self) -> None:
        import threading

        self._readable, self._writable = os.pipe()
        os.set_blocking(self._readable, False)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._tick, daemon=True)
        self._thread.start()

    def _tick(self) -> None:
        while not self._over.wait(POLL):
            os.write(self._writable, b".")

    def fileno(self) -> int:
        """Return the end of the pipe that is read."""
        return self._readable

    def changed(self) -> frozenset[str] | None:
        """Return None: any file may have changed."""
        _emptied(self._readable, 4096)
        return None

    def rest(self, seconds: float) -> None:
        """Come back at the next tick, or at once where that is asked for."""
        if seconds <= 0:
            os.write(self._writable, b".")

    def listen(self) -> None:
        """Come back at the next tick."""

    def close(self) -> None:
        """End the thread and give the pipe back."""
        self._over.set()
        self._thread.join()
        os.close(self._readable)
        os.close(self._writable)


def watch(directory: str) -> Watch:
    """Return the best watch that there is; FileNotFoundError where the directory is missing."""
    return _inotify_watch(directory) if hasattr(select, "epoll") else TimedWatch()


def _inotify_watch(directory: str) -> Watch:
    try:
        return InotifyWatch(directory)
    except FileNotFoundError:
        raise
    except OSError:  # the user's inotify instances are used up, or the system has none
        return TimedWatch()
