"""The CPU of everything that one trial starts, to the nanosecond where a cgroup can be had."""

import errno
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.bench import proc
from tests.bench.processes import Reaper

ACCOUNTS = "/sys/fs/cgroup/cpuacct"
UNIFIED = "/sys/fs/cgroup"
PATIENCE = 10.0


class TreeMeter:
    """Anywhere: what lives by schedstat, what was waited for by rusage and ticks of 10 ms."""

    kind = "/proc"

    def __init__(self, reaper: Reaper) -> None:
        self._reaper = reaper

    @contextmanager
    def joined(self) -> Iterator[None]:
        """Do nothing: what is started is a descendant anyway."""
        yield

    def read(self) -> float:
        """Return CPU seconds so far; only differences mean something."""
        self._reaper.reap()
        living = proc.descendants(os.getpid())
        return self._reaper.cpu + sum(proc.cpu(one.pid) + one.waited for one in living)

    def close(self) -> None:
        """Nothing to give back."""


class GroupMeter:
    """A cgroup of one trial: cpuacct of version 1, else cpu.stat of version 2."""

    kind = "cgroup"

    def __init__(self, parent: str, name: str) -> None:
        self._home = _own_group(parent)
        self._path = os.path.join(parent, name)
        os.mkdir(self._path)

    @contextmanager
    def joined(self) -> Iterator[None]:
        """Be in the group for a moment: whoever is started now belongs to it."""
        _enter(self._path)
        try:
            yield
        finally:
            _enter(self._home)

    def read(self) -> float:
        """Return CPU seconds so far; only differences mean something."""
        usage = proc.text_of(os.path.join(self._path, "cpuacct.usage"))
        if usage:
            return int(usage) / 1e9
        for line in proc.text_of(os.path.join(self._path, "cpu.stat")).splitlines():
            name, _, value = line.partition(" ")
            if name == "usage_usec":
                return int(value) / 1e6
        raise OSError(f"{self._path} does not account CPU")

    def close(self) -> None:
        """Remove the group; the last of its dead leave it a moment after they were reaped."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                return os.rmdir(self._path)
            except OSError as error:
                if error.errno != errno.EBUSY or time.monotonic() > deadline:
                    raise
            time.sleep(0.01)


def _enter(group: str) -> None:
    with open(os.path.join(group, "cgroup.procs"), "w", encoding="ascii") as file:
        file.write(str(os.getpid()))


def _own_group(parent: str) -> str:
    """Return the directory of the group that we are in now."""
    for line in proc.text_of("/proc/self/cgroup").splitlines():
        _, controllers, path = line.split(":", 2)
        if controllers == ("" if parent == UNIFIED else "cpuacct"):
            return parent + path.rstrip("/")
    return parent


def meter(reaper: Reaper, name: str) -> TreeMeter | GroupMeter:
    """Return the best meter that there is."""
    for parent, needed in ((ACCOUNTS, "cpuacct.usage"), (UNIFIED, "cgroup.controllers")):
        if os.path.exists(os.path.join(parent, needed)) and os.access(parent, os.W_OK):
            try:
                return GroupMeter(parent, name)
            except OSError:  # writable by its mode only: a container's read-only mount
                continue
    return TreeMeter(reaper)
