"""Whether the kernel has killed a process because memory ran out, on Linux.

Three witnesses, the dearest last and only where the cheaper one leaves a doubt:

1. `/proc/vmstat` counts every out-of-memory kill of the machine, before it sends the signal. If
   it has counted none, it was none.
2. The memory cgroup that a process had to itself counts its own (`memory.events` of version 2,
   `memory.oom_control` of version 1).
3. The kernel log names the process id. It is readable for root, CAP_SYSLOG, or where
   `kernel.dmesg_restrict` is 0, and speaks of ids as the first pid namespace knows them.

Nothing here is looked at before a suspicious death, but for one baseline at the start.
"""

import os
import time
from collections.abc import Iterator
from typing import NamedTuple

from paasctl.supervise.kernel import Sign, Suspicion

VMSTAT = "/proc/vmstat"
LOG = "/dev/kmsg"
FIRST_NAMESPACE = "pid:[4026531836]"
"""The pid namespace that the machine was started with (PROC_PID_INIT_INO, linux/proc_ns.h)."""
LATELY = 60.0
"""Seconds: what the log says of a process id before may be of another process."""
TOGETHER = 2.0
"""Seconds in which several deaths may belong to one rise of the counter."""
REMEMBERED = 64
"""Victims whose names are kept."""
RECORD = 8192
"""Bytes that hold any record of the kernel log (CONSOLE_EXT_LOG_MAX in linux/printk)."""


class Group(NamedTuple):
    """The files of a memory cgroup: what it counts, and the most that it has held."""

    events: str
    peak: str


class Counter:
    """The `oom_kill` of one file, and when it was last seen to have risen."""

    __slots__ = ("_path", "_risen", "since", "value")

    def __init__(self, path: str) -> None:
        self._path = path
        self._risen = -TOGETHER
        self.value = count(path)
        self.since = time.time()

    def risen(self) -> bool:
        """Look, and return whether it has risen since the last look, or just before that."""
        before, now = self.value, time.monotonic()
        self.value = count(self._path)
        if before is not None and self.value is not None and self.value > before:
            self._risen = now
        elif now - self._risen > TOGETHER:
            self.since = time.time()
        return now - self._risen <= TOGETHER


class OomWatch:
    """Remembers what was counted when it last looked."""

    def __init__(self) -> None:
        self._machine = Counter(VMSTAT)
        self._here = _cgroups("self")
        self._group = group_of("self")
        self._shared = None if self._group is None else Counter(self._group.events)
        self._log = _open_log()
        self._named: dict[int, str] = {}
        self._own: dict[str, tuple[Group, Counter]] = {}

    def note(self, instance: str, pid: int) -> None:
        """Begin to watch the memory cgroup that a process has to itself, if it has one."""
        if _cgroups(pid) == self._here:  # as good as always: 16 µs of CPU, and nothing is kept
            self._own.pop(instance, None)
            return
        group = group_of(pid)
        if group is None or group == self._group:
            self._own.pop(instance, None)
        elif instance not in self._own or self._own[instance][0] != group:
            self._own[instance] = group, Counter(group.events)

    def peak(self, instance: str) -> int | None:
        """Return the most bytes that the instance's own memory cgroup has held, if it has one."""
        own = self._own.get(instance)
        return None if own is None else peak_of(own[0])

    def look(self, instance: str, pid: int, suspicion: Suspicion) -> tuple[Sign, str]:
        """Return whether the kernel has killed `pid`, just found dead, and how we know."""
        if self._machine.value is None:
            return Sign.UNKNOWN, ""
        if not self._machine.risen():
            return Sign.NONE, ""
        self._read_log()
        said = self._named.get(pid, "")
        if said:
            return Sign.CERTAIN, f"kernel log: {said}"
        own = self._own.get(instance)
        if own is not None:
            risen = own[1].risen()
            text = "its own memory cgroup has counted an out-of-memory kill"
            return (Sign.CERTAIN, text) if risen else (Sign.NONE, "")
        if self._log is not None:
            return self._of_a_child() if suspicion is Suspicion.CHILD else (Sign.NONE, "")
        return self._of_somebody()

    def _of_a_child(self) -> tuple[Sign, str]:
        last = next(reversed(self._named.values()), "")
        return (Sign.COUNTED, f"kernel log: {last}") if last else (Sign.NONE, "")

    def _of_somebody(self) -> tuple[Sign, str]:
        """Conclude from the counters that others share."""
        counter, whose = self._machine, "this machine"
        if self._shared is not None:
            counter, whose = self._shared, "the memory cgroup that everything here is in"
            if not counter.risen():
                return Sign.NONE, ""
        since = time.strftime("%H:%M:%SZ", time.gmtime(counter.since))
        return Sign.COUNTED, f"{whose} has counted an out-of-memory kill since {since}"

    def _read_log(self) -> None:
        """Take in what the kernel log has said since the last time."""
        for record in () if self._log is None else _records(self._log):
            killed = victim(record)
            if killed is not None:
                self._named.pop(killed[0], None)
                self._named[killed[0]] = killed[1]
                if len(self._named) > REMEMBERED:
                    del self._named[next(iter(self._named))]


def said_lately(pid: int) -> str:
    """Return what the kernel log says of the end of `pid` in the last minute; "" for nothing.

    For the guardian, when the engine has gone: reads the whole log, at most some megabytes.
    """
    log = _open_log(os.SEEK_SET)
    if log is None:
        return ""
    since = (time.monotonic() - LATELY) * 1e6
    said = ""
    for record in _records(log):
        killed = victim(record)
        if killed is not None and killed[0] == pid and _microseconds(record) >= since:
            said = killed[1]
    os.close(log)
    return said


def _records(log: int) -> Iterator[bytes]:
    """Yield the records of the kernel log from where we are to its end."""
    while True:
        try:
            yield os.read(log, RECORD)
        except BlockingIOError:
            return
        except BrokenPipeError:  # overwritten before we came to it: go on with what is left
            continue


def _microseconds(record: bytes) -> int:
    """Return the time of a record since the boot. In: b"6,339,5140900,-;…"  Out: 5140900."""
    number = record.partition(b";")[0].split(b",")[2:3]
    return int(number[0]) if number and number[0].isdigit() else 0


def victim(record: bytes) -> tuple[int, str] | None:
    """Return the pid and the message of a kernel log record about an out-of-memory kill.

    In: b"3,99,5140,-;Out of memory: Killed process 42 (python3) …"   Out: 42, "Out of memory: …"
    """
    message = record.partition(b";")[2].partition(b"\n")[0].decode(errors="replace")
    before, found, rest = message.partition("Killed process ")
    number = rest.partition(" ")[0]
    if not found or "ut of memory" not in before or not number.isdecimal():
        return None
    return int(number), message


def count(path: str) -> int | None:
    """Return the `oom_kill` of a file of "name number" lines; None if it cannot be read."""
    try:
        with open(path, "rb") as file:
            text = file.read()
    except OSError:
        return None
    _, found, rest = (b"\n" + text).partition(b"\noom_kill ")
    return int(rest.split(b"\n", 1)[0]) if found else None


def _cgroups(pid: int | str) -> bytes:
    """Return the text of a living process's cgroups; nothing if it is gone."""
    try:
        file = os.open(f"/proc/{pid}/cgroup", os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return b""
    try:
        return os.read(file, 65536)
    except OSError:  # it has ended between the two
        return b""
    finally:
        os.close(file)


def group_of(pid: int | str) -> Group | None:
    """Return the memory cgroup of a living process; None where there is none, or it is gone."""
    lines = _cgroups(pid).splitlines()
    for line in lines:
        controllers, path = line.split(b":", 2)[1:]
        if b"memory" in controllers.split(b","):
            return _group("/sys/fs/cgroup/memory", path, "oom_control", "max_usage_in_bytes")
    for line in lines:
        if line.startswith(b"0::"):
            return _group("/sys/fs/cgroup", line[3:], "events", "peak")
    return None


def _group(mount: str, path: bytes, events: str, peak: str) -> Group | None:
    """Return the files of a group; a container may see its own as the root, and not its path."""
    for folder in (f"{mount}{os.fsdecode(path).rstrip('/')}", mount):
        group = Group(f"{folder}/memory.{events}", f"{folder}/memory.{peak}")
        if os.path.exists(group.events):
            return group
    return None


def peak_of(group: Group) -> int | None:
    """Return the most bytes that a cgroup has held; None where the kernel does not say."""
    try:
        with open(group.peak, "rb") as file:
            return int(file.read())
    except (OSError, ValueError):
        return None


def log_is_readable() -> bool:
    """Return whether the kernel log could name the processes that it kills."""
    log = _open_log()
    if log is not None:
        os.close(log)
    return log is not None


def _open_log(whence: int = os.SEEK_END) -> int | None:
    """Open the kernel log; None where its process ids mean nothing, or it is closed to us."""
    try:
        if os.readlink("/proc/self/ns/pid") != FIRST_NAMESPACE:
            return None
        log = os.open(LOG, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        os.lseek(log, 0, whence)
    except OSError:
        return None
    return log
