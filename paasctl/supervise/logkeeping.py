"""What the engine does for the logs that it never writes: their times, and their limits.

This stands beside the supervisor and not in it: no state of an instance depends on a log.
"""

import sys
from collections.abc import Callable

from paasctl.model.plan import LogLimits
from paasctl.supervise.kernel import Kernel
from paasctl.supervise.rundir import make_directory
from paasctl.supervise.timekeeper import Bell, Timekeeper
from paasctl.supervise.timesheets import Timesheets

AGAIN = 5.0
"""Seconds until the next attempt to look at logs, or to listen, that was refused."""


class LogKeeping:
    """The bell, the timekeeper and the timesheets of one log directory."""

    def __init__(self, log_dir: str, kernel: Kernel, complain: Callable[[str], None]) -> None:
        self._kernel = kernel
        self._complain = complain
        self._sheets = Timesheets(log_dir, kernel.clock, complain)
        self._bell = _new_bell(log_dir, complain)
        self._keeper = Timekeeper(self._bell, self._sheets.look)

    def begin(self, look: bool) -> None:
        """Start; with `look` what an earlier engine has not noted any more is noted first."""
        self._keeper.begin(self._kernel.now(), look)
        if self._bell is not None:
            self._kernel.watch(self._bell.fileno())

    def owns(self, fd: int) -> bool:
        """Return whether the descriptor is the bell's."""
        return self._bell is not None and fd == self._bell.fileno()

    def rang(self) -> None:
        """Take note that something was written."""
        self._keeper.rang(self._kernel.now())

    def soonest(self, other: float | None) -> float | None:
        """Return the earlier of our next deadline and another one."""
        mine = self._keeper.deadline
        return other if mine is None else mine if other is None else min(mine, other)

    def tick(self) -> None:
        """Look at the logs if it is time to; where the system refuses that, again later."""
        try:
            self._keeper.tick(self._kernel.now())
        except OSError as error:
            self._complain(f"the times of log lines cannot be noted now: {error}")
            self._keeper.rang(self._kernel.now() + AGAIN)

    def limit(self, limits: LogLimits, idle: bool) -> None:
        """Keep to these limits from now on; `idle` says that nothing can be writing now."""
        self._sheets.limit(limits, idle)

    def end(self) -> None:
        """Note what was written last."""
        self._sheets.look()


def _new_bell(log_dir: str, complain: Callable[[str], None]) -> Bell | None:
    if sys.platform != "linux":
        return None
    from paasctl.supervise.bell import InotifyBell

    try:
        make_directory(log_dir)
        return InotifyBell(log_dir)
    except OSError as error:
        complain(f"the times of log lines will be coarse: {error.strerror} ({error.filename})")
        return None
