"""When to look how far the logs have grown: at once after silence, then once a second.

    silent --(a write rings the bell)--> look, rest 1 s --(grown again)--> look, rest 1 s …
      ^------------------------------(not grown: arm the bell)-----------------------'

Nothing wakes the engine while nothing is written, and a flood wakes it once a second. The bell
is armed before the last look, so that no write falls between the two.
"""

from collections.abc import Callable
from typing import Protocol

REST = 1.0
"""Seconds between two looks: what the times in an index are true to."""


class Bell(Protocol):
    """Rings once when something in the log directory is written to."""

    def fileno(self) -> int:
        """Return the descriptor that becomes readable at a ring."""

    def arm(self) -> None:
        """Ring at the next write."""

    def silence(self) -> None:
        """Do not ring, and forget that it rang."""


class Timekeeper:
    """Decides when to call `look`, which returns whether any log had grown.

    Without a bell (no inotify) it looks whenever the engine is awake for something else.
    """

    def __init__(self, bell: Bell | None, look: Callable[[], bool]) -> None:
        self._bell = bell
        self._look = look
        self._looked = float("-inf")
        self.deadline: float | None = None

    def begin(self, now: float, look: bool) -> None:
        """Start listening; with `look` what has been written already is noted first."""
        if look:
            self.deadline = now
        elif self._bell is not None:
            self._bell.arm()

    def rang(self, now: float) -> None:
        """Take note of a ring."""
        if self._bell is not None:
            self._bell.silence()
        self.deadline = now

    def tick(self, now: float) -> None:
        """Look if it is time to."""
        if self._bell is None:
            if now >= self._looked + REST:
                self._look()
                self._looked = now
        elif self.deadline is not None and now >= self.deadline:
            self.deadline = None
            if self._look() or self._grown_while_arming(self._bell):
                self.deadline = now + REST

    def _grown_while_arming(self, bell: Bell) -> bool:
        bell.arm()
        if not self._look():
            return False
        bell.silence()
        return True
