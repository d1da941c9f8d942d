"""Ctrl-C once, twice, three times, and its relatives, for an attached `up` (ux 4).

The handlers speak to the engine over a connection of their own, so that they also work while
the view is blocked on a slow terminal.
"""

import os
import signal
import time

from paasctl.cli.exits import Exit
from paasctl.control.client import Declined, EngineLost, connect

REPEAT = 0.3
"""Seconds within which a second Ctrl-C is taken for the key repeating."""
FAREWELL = 0.5
"""Seconds in which a view leaves by itself after the third; one whose screen stands cannot."""


class Interrupts:
    """Counts the requests to end, and passes them on to the engine."""

    def __init__(self, state: str) -> None:
        self._state = state
        self._first = 0.0
        self.count = 0
        self.code = Exit.DONE
        self.wake, write = os.pipe()
        for fd in (self.wake, write):
            os.set_blocking(fd, False)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._hit)
        signal.set_wakeup_fd(write, warn_on_full_buffer=False)

    def _hit(self, number: int, frame: object) -> None:
        now = time.monotonic()
        if self.count == 0:
            self.code = Exit.INTERRUPTED if number == signal.SIGINT else Exit.TERMINATED
            self.count, self._first = 1, now
            self._ask("quit")
        elif number == signal.SIGINT and now - self._first >= REPEAT:
            self.count += 1
            self._first = now
            self._ask("slay")
            if self.count > 2:
                signal.signal(signal.SIGALRM, _leave)
                signal.setitimer(signal.ITIMER_REAL, FAREWELL)

    def _ask(self, op: str) -> None:
        client = connect(self._state)
        if client is None:
            return  # it has ended already; the view sees that
        try:
            client.ask(op)
        except (Declined, EngineLost):
            return  # likewise
        finally:
            client.close()

    def drain(self) -> None:
        """Empty the wake-up pipe."""
        try:
            os.read(self.wake, 512)
        except BlockingIOError:
            return


def _leave(number: int, frame: object) -> None:
    """Leave from wherever we are: a write to a screen that nobody reads, say."""
    raise KeyboardInterrupt
