"""What /proc says about processes: who belongs to whom, what they cost, what they hold."""

import os
from typing import NamedTuple

TICK = os.sysconf("SC_CLK_TCK")
MIB = 1024.0
"""KiB in a MiB: smaps counts in KiB."""


class Stat(NamedTuple):
    """One line of /proc/PID/stat; `waited` is the CPU of the children it has waited for."""

    pid: int
    name: str
    state: str
    parent: int
    waited: float


def text_of(path: str) -> str:
    """Return a file's text; nothing for a process that has gone meanwhile."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def parse_stat(line: str) -> Stat:
    """Read a stat line; the name may hold spaces and parentheses."""
    pid, _, rest = line.partition(" (")
    name, _, fields = rest.rpartition(") ")
    parts = fields.split()
    return Stat(int(pid), name, parts[0], int(parts[1]), (int(parts[13]) + int(parts[14])) / TICK)


def parse_run_time(line: str) -> float:
    """Return the CPU seconds in a schedstat line: its first figure is nanoseconds."""
    return int(line.split(maxsplit=1)[0]) / 1e9 if line else 0.0


def parse_field(text: str, field: str) -> int:
    """Return the number after `field:` in a status or smaps file, 0 where it is missing."""
    for line in text.splitlines():
        name, _, value = line.partition(":")
        if name == field:
            return int(value.split()[0])
    return 0


def stat_of(pid: int) -> Stat | None:
    """Return what stat says, None for a process that has gone."""
    line = text_of(f"/proc/{pid}/stat")
    return parse_stat(line) if line else None


def descendants(root: int) -> list[Stat]:
    """Return everything below a process, zombies left out."""
    below: dict[int, list[Stat]] = {}
    for entry in os.listdir("/proc"):
        found = stat_of(int(entry)) if entry.isdigit() else None
        if found is not None:
            below.setdefault(found.parent, []).append(found)
    todo, all_of_them = list(below.get(root, ())), []
    while todo:
        one = todo.pop()
        todo += below.get(one.pid, ())
        if one.state not in "ZX":
            all_of_them.append(one)
    return all_of_them


def _threads(pid: int) -> list[str]:
    try:
        return [f"/proc/{pid}/task/{entry}" for entry in os.listdir(f"/proc/{pid}/task")]
    except (FileNotFoundError, ProcessLookupError):
        return []


def cpu(pid: int) -> float:
    """Return the CPU seconds of a living process itself, all its threads, to the nanosecond."""
    return sum(parse_run_time(text_of(f"{thread}/schedstat")) for thread in _threads(pid))


def wake_ups(pid: int) -> int:
    """Return how often a process has gone to sleep of its own accord, hence been woken."""
    return sum(
        parse_field(text_of(f"{thread}/status"), "voluntary_ctxt_switches")
        for thread in _threads(pid)
    )


def pss(pid: int) -> float:
    """Return a process's share of memory in MiB: shared pages are divided by their users."""
    return parse_field(text_of(f"/proc/{pid}/smaps_rollup"), "Pss") / MIB
