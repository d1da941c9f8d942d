"""The stop rule without a supervisor: for the guardian, and for what belongs to nobody.

Works on our own children only, and as layers leave their children become ours.
"""

import os
import signal
import time
from collections.abc import Callable

from paasctl.supervise.linux import is_zombie, marker_of, own_children

PAUSE = 0.02
"""Seconds between looks where no signal tells of an exit."""


def sweep(grace: float, wait: Callable[[float], object]) -> int:
    """End all our children, apps before services; return how many had to be killed.

    Each of the two gets SIGTERM as layers leave, and SIGKILL `grace` seconds after the first.
    `wait` sleeps until a child has ended or the seconds are over.
    """
    return _end(grace, wait, _is_app) + _end(grace, wait, _is_anything)


def _end(grace: float, wait: Callable[[float], object], chosen: Callable[[int], bool]) -> int:
    told: set[int] = set()
    killed: set[int] = set()
    deadline = time.monotonic() + grace
    while True:
        reap()
        left = [pid for pid in own_children() if not is_zombie(pid) and chosen(pid)]
        if not left:
            return len(killed)
        late = time.monotonic() >= deadline
        for pid in left:
            if late:
                killed.add(pid)
                _send(pid, signal.SIGKILL)
            elif pid not in told:
                told.add(pid)
                _send(pid, signal.SIGTERM)
                _send(pid, signal.SIGCONT)
        wait(PAUSE if late else max(0.0, deadline - time.monotonic()))


def _is_app(pid: int) -> bool:
    mark = marker_of(pid)
    return mark is None or mark[1] != "service"


def _is_anything(pid: int) -> bool:
    return True


def _send(pid: int, number: int) -> None:
    try:
        os.kill(pid, number)  # noqa: TID251 -- an unreaped child of ours
    except (ProcessLookupError, PermissionError):
        return  # it has ended, or runs as somebody else and will be seen again


def reap() -> None:
    """Reap every child that has ended."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return
