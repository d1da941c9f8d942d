"""What binds guardian and engine to each other."""

from typing import NamedTuple


class Ties(NamedTuple):
    """What binds an engine to its guardian.

    `life` is our end of a pair of sockets of which the guardian holds the other: it closes when
    the guardian dies. `lock` is the descriptor of the lock, which both hold.
    """

    life: int
    lock: int
    guardian: int
