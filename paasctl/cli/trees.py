"""The processes of each instance, as the system sees them now: for `show` and `top`.

Whose a process is says the mark in its environment; where that cannot be read or was cleared,
its parent does. Memory is the proportional share (PSS) where the kernel tells it, so that what
the processes of a tree share is counted once; else what is resident.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import psutil

from paasctl.cli.running import Place
from paasctl.model.status import Status

GONE = (psutil.NoSuchProcess, psutil.ZombieProcess, psutil.AccessDenied)


class Member(NamedTuple):
    """One process; `depth` counts from the leader, `cpu` are seconds, `memory` bytes.

    `files` is None where we may not look.
    """

    pid: int
    parent: int
    depth: int
    command: str
    memory: int
    cpu: float
    threads: int
    files: int | None


def trees(place: Place, rows: Iterable[Status]) -> dict[str, list[Member]]:
    """Return the living processes of each instance, parents before their children."""
    parents = {process.pid: process.info["ppid"] for process in psutil.process_iter(["ppid"])}
    owner = {row.pid: row.id for row in rows if row.pid is not None}
    owner.update(_marked(place))
    children: dict[int, list[int]] = {}
    for pid, parent in parents.items():
        children.setdefault(parent, []).append(pid)
    found: dict[str, list[Member]] = {row.id: [] for row in rows}
    for pid, instance in sorted(owner.items()):
        if instance in found and owner.get(parents.get(pid, 0)) != instance:
            _descend(pid, 0, instance, owner, children, found[instance])
    return found


def _marked(place: Place) -> dict[int, str]:
    from paasctl.supervise.leftovers import find

    return {item.pid: item.instance for item in find(place.state)}


def _descend(
    pid: int,
    depth: int,
    instance: str,
    owner: Mapping[int, str],
    children: Mapping[int, list[int]],
    found: list[Member],
) -> None:
    member = _look(pid, depth)
    if member is not None:
        found.append(member)
    for child in sorted(children.get(pid, ())):
        if owner.get(child, instance) == instance:
            _descend(child, depth + 1, instance, owner, children, found)


def _look(pid: int, depth: int) -> Member | None:
    """Return what a process is and uses; None if it has ended."""
    try:
        process = psutil.Process(pid)
        with process.oneshot():
            if process.status() == psutil.STATUS_ZOMBIE:
                return None
            times = process.cpu_times()
            words = process.cmdline() or [process.name()]
            return Member(
                pid=pid,
                parent=process.ppid(),
                depth=depth,
                command=" ".join(words),
                memory=_memory(process),
                cpu=times.user + times.system,
                threads=process.num_threads(),
                files=_files(process),
            )
    except GONE:
        return None


def _memory(process: psutil.Process) -> int:
    try:
        return int(process.memory_full_info().pss)
    except (*GONE, AttributeError):
        return int(process.memory_info().rss)


def _files(process: psutil.Process) -> int | None:
    try:
        return int(process.num_fds())
    except GONE:
        return None
