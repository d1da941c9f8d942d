"""Which of a few descriptors can be read or written: poll(2), which every Unix has.

The module `selectors` would choose epoll or kqueue, and cost every start what it takes to load.
Who is watched is a pipe, a socket pair and the clients of the moment: nothing that scales.
"""

import select


class Poller:
    """The descriptors watched."""

    def __init__(self) -> None:
        self._poll = select.poll()

    def watch(self, fd: int, writing: bool = False) -> None:
        """Report when it is readable, and with `writing` also when it is writable."""
        self._poll.register(fd, select.POLLIN | (select.POLLOUT if writing else 0))

    def unwatch(self, fd: int) -> None:
        """Undo watch; KeyError if it is not watched. To be called before it is closed."""
        self._poll.unregister(fd)

    def wait(self, seconds: float | None) -> list[tuple[int, bool]]:
        """Return (descriptor, whether it can only be written), after `seconds` at the latest.

        Never too early: poll counts milliseconds, so that the rest of one is a whole one.
        """
        milliseconds = None if seconds is None else -int(-seconds * 1000 // 1)
        ready = self._poll.poll(milliseconds)
        return [(fd, events & ~select.POLLOUT == 0) for fd, events in ready]
