"""How long to wait before a process that ended by itself is started again.

A position on the ladder is the number of exits that count against the process:

    position   1   2   3   4   5    6    7 and on
    delay      0   1   2   4   8   16   30 seconds

Ten seconds of life take it back to the bottom. From there, a process that had lived for a
second goes to position 1 (it is started again at once), one that had not to position 2.
It never gives up: seed 004 says that a command that terminates is restarted.
"""

DELAYS = (0.0, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0)
HEALTHY = 10.0
"""Seconds of life that clear what went before."""
PROVEN = 1.0
"""Seconds of life after which the first exit costs nothing."""


def climb(position: int, uptime: float) -> int:
    """Return the ladder position after an exit that followed `uptime` seconds of life."""
    if position == 0 or uptime >= HEALTHY:
        return 1 if uptime >= PROVEN else 2
    return min(position + 1, len(DELAYS))


def delay(position: int) -> float:
    """Return the seconds to wait at a position that `climb` gave."""
    return DELAYS[position - 1]
