"""What an earlier run left behind, when its engine and its guardian were killed at once.

Such processes are nobody's children any more, so they are signalled through pidfds: opened,
then checked again for our marker, so that a reused pid can never be hit.
"""

import contextlib
import os
import select
import signal
import time
from typing import NamedTuple

from paasctl.supervise.linux import ENGINE_NAME, is_zombie, marker_of, name_of, parent_of


class Leftover(NamedTuple):
    """A process that carries our marker."""

    pid: int
    kind: str
    instance: str


def find(state_dir: str) -> list[Leftover]:
    """Return the living processes that carry the marker of this state directory.

    Only where there is a /proc; ours and those that descend from us are not looked for here,
    because nothing of ours runs when this is asked.
    """
    if not os.path.isdir("/proc/self"):
        return []
    found: list[Leftover] = []
    for name in os.listdir("/proc"):
        if not name.isdigit() or int(name) == os.getpid():
            continue
        mark = marker_of(int(name))
        if mark is not None and mark[0] == state_dir and not is_zombie(int(name)):
            found.append(Leftover(int(name), mark[1], mark[2]))
    return found


def engine_above(found: list[Leftover]) -> int | None:
    """Return the engine that these processes descend from, if one lives: it has lost its socket."""
    for item in found:
        pid: int | None = item.pid
        while pid is not None and pid > 1:
            if name_of(pid) == ENGINE_NAME and not is_zombie(pid):
                return pid
            pid = parent_of(pid)
    return None


def end_engine(pid: int) -> None:
    """Have an engine end everything that it runs, and return when it has."""
    with contextlib.suppress(ProcessLookupError):
        fd = os.pidfd_open(pid)
        try:
            if name_of(pid) == ENGINE_NAME:
                signal.pidfd_send_signal(fd, signal.SIGTERM)
                poller = select.poll()
                poller.register(fd, select.POLLIN)
                poller.poll()
        finally:
            os.close(fd)


def end(state_dir: str, grace: float) -> list[Leftover]:
    """End all leftovers, apps before services: SIGTERM, and SIGKILL after `grace` seconds.

    Returns those that were found. There is no telling any more who was whose parent, so the
    session leaders are asked first and the rest when these have gone.
    """
    found = find(state_dir)
    for service in (False, True):
        _end([item for item in found if (item.kind == "service") is service], state_dir, grace)
    return found


def _end(items: list[Leftover], state_dir: str, grace: float) -> None:
    deadline = time.monotonic() + grace
    told: set[int] = set()
    while True:
        alive = [item for item in items if _is_still(item, state_dir)]
        if not alive:
            return
        late = time.monotonic() >= deadline
        leaders = [item for item in alive if _is_leader(item.pid)]
        for item in alive if late else leaders or alive:
            if late or item.pid not in told:
                told.add(item.pid)
                _send(item, state_dir, signal.SIGKILL if late else signal.SIGTERM)
        left = 1.0 if late else max(0.0, deadline - time.monotonic())
        _await_any([item.pid for item in (leaders or alive)], left)


def _is_still(item: Leftover, state_dir: str) -> bool:
    return marker_of(item.pid) == (state_dir, item.kind, item.instance) and not is_zombie(item.pid)


def _is_leader(pid: int) -> bool:
    try:
        return os.getsid(pid) == pid
    except ProcessLookupError:
        return False


def _send(item: Leftover, state_dir: str, number: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        fd = os.pidfd_open(item.pid)
        try:
            if _is_still(item, state_dir):
                signal.pidfd_send_signal(fd, number)
                signal.pidfd_send_signal(fd, signal.SIGCONT)
        finally:
            os.close(fd)


def _await_any(pids: list[int], seconds: float) -> None:
    """Return when one of them has ended, or after the seconds."""
    with contextlib.ExitStack() as stack:
        poller = select.poll()
        for pid in pids:
            try:
                fd = os.pidfd_open(pid)
            except ProcessLookupError:
                return
            stack.callback(os.close, fd)
            poller.register(fd, select.POLLIN)
        poller.poll(seconds * 1000)
