"""Processes on Linux.

We are the subreaper: whoever loses its parent below us becomes our child, also after setsid and
a double fork. So the members of an instance that we can signal without any risk of hitting a
stranger are our own children: a pid cannot be used again before we have reaped it. Deeper
descendants are never signalled by pid; they come to us when their parent leaves.

Facts relied on (kernel documentation, and tried): children are re-parented before their parent
can be reaped; /proc/self/task/TID/children lists all our children; a session or group id is not
given out again while a member lives.
"""

import os
import signal

from paasctl.supervise.kernel import Found, Sign, Suspicion
from paasctl.supervise.libc import function, trouble
from paasctl.supervise.oom import OomWatch
from paasctl.supervise.posix import MARKER, Family, PosixKernel

PR_SET_CHILD_SUBREAPER = 36
PR_SET_NAME = 15
KEEP_SIZE, PUNCH_HOLE = 1, 2
ENGINE_NAME = "paasctl-engine"
GUARDIAN_NAME = "paasctl-guard"


def become_subreaper() -> None:
    """Have orphaned descendants re-parented to this process; OSError where that is refused."""
    if function("prctl")(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise trouble("becoming a child subreaper")


def name_process(name: str) -> None:
    """Set the name that `ps -o comm` and `top` show (15 bytes at most)."""
    function("prctl")(PR_SET_NAME, name.encode()[:15], 0, 0, 0)


def punch_hole(fd: int, end: int) -> None:
    """Free a file's bytes before `end`, its size unchanged; OSError where that is refused."""
    import ctypes

    libc = ctypes.CDLL(None, use_errno=True)
    fallocate = getattr(libc, "fallocate64", None) or libc.fallocate  # musl has only the second
    if fallocate(fd, KEEP_SIZE | PUNCH_HOLE, ctypes.c_int64(0), ctypes.c_int64(end)) != 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))


def name_of(pid: int) -> str:
    """Return the name of a process as `name_process` has set it; nothing if it is gone."""
    try:
        with open(f"/proc/{pid}/comm", encoding="utf-8", errors="replace") as file:
            return file.read().rstrip("\n")
    except (FileNotFoundError, ProcessLookupError):
        return ""


def own_children() -> list[int]:
    """Return the pids of all children of this process, zombies included."""
    try:
        with open(f"/proc/self/task/{os.getpid()}/children", "rb") as file:
            return [int(word) for word in file.read().split()]
    except FileNotFoundError:  # a kernel built without CONFIG_PROC_CHILDREN
        return [pid for pid in _pids() if parent_of(pid) == os.getpid()]


def _pids() -> list[int]:
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def _stat(pid: int) -> list[bytes]:
    """Return the fields of /proc/PID/stat behind the command name: state, ppid, pgrp, …"""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            return file.read().rpartition(b")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return []


def parent_of(pid: int) -> int | None:
    """Return the parent of a process, or None if it is gone."""
    fields = _stat(pid)
    return int(fields[1]) if fields else None


def is_zombie(pid: int) -> bool:
    """Return whether the process has ended (reaped or not)."""
    fields = _stat(pid)
    return not fields or fields[0] in (b"Z", b"X")


def marker_of(pid: int) -> tuple[str, str, str] | None:
    """Return (state directory, kind, instance id) from a process's environment, if it is ours."""
    try:
        with open(f"/proc/{pid}/environ", "rb") as file:
            environment = file.read()
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return None  # it has ended, or belongs to somebody else
    for item in environment.split(b"\0"):
        if item.startswith(MARKER):
            parts = os.fsdecode(item[len(MARKER) :]).rsplit("|", 2)
            return (parts[0], parts[1], parts[2]) if len(parts) == 3 else None
    return None


def _spare() -> int:
    """Return a descriptor to give up in need; -1 where not even that can be had."""
    try:
        return os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return -1


class LinuxKernel(PosixKernel):
    """The kernel with adoption: an instance is gone when no descendant of it is left."""

    def __init__(self) -> None:
        super().__init__()
        become_subreaper()
        self.strays: set[int] = set()
        self._oom = OomWatch()
        self._spare = _spare()
        self._looked = False

    def resumed(self) -> None:
        """Take up the processes that another program has handed over, and their memory cgroups."""
        super().resumed()
        for instance in self.families:
            self.settled(instance)

    def polled(self) -> dict[str, Family]:
        """Return nothing: every end reaches us as SIGCHLD."""
        return {}

    def refresh(self) -> None:
        """Have the next `adopt` look again."""
        self._looked = False

    def adopt(self) -> bool:
        """Find out whose the orphans are that have come to us.

        By session first, which a child inherits, then by the marker in the environment. Who has
        neither belongs to nobody we could name and is ended with everything else.
        One look a turn is enough: what happens later wakes us again. A look takes one
        descriptor; if there is none left, the spare one is given up for it.
        """
        if self._looked:
            return True
        try:
            self._look()
        except OSError:
            if self._spare >= 0:
                os.close(self._spare)
            try:
                self._look()
            except OSError as error:
                self.blind = f"cannot see which processes have lost their parent: {error.strerror}"
                return False
            finally:
                self._spare = _spare()
        self.blind = ""
        self._looked = True
        return True

    def _look(self) -> None:
        known = self.known()
        for pid in own_children():
            if pid not in known and not is_zombie(pid):
                family = self._family_of(pid)
                if family is None:
                    self.strays.add(pid)
                else:
                    family.orphans |= {pid}
                    self.owners[pid] = family
                    self.strays.discard(pid)

    def _family_of(self, pid: int) -> Family | None:
        try:
            session = os.getsid(pid)
        except ProcessLookupError:
            return None
        family = self.sessions.get(session)
        if family is None:
            mark = marker_of(pid)
            family = self.families.get(mark[2]) if mark else None
        return family

    def settled(self, instance: str) -> None:
        """Note the memory cgroup of the leader if it has one of its own."""
        family = self.families.get(instance)
        if family is not None and family.leader is not None:
            self._oom.note(instance, family.leader)

    def examine(self, instance: str, pid: int, log: str, suspicion: Suspicion) -> Found:
        """Ask the system who sent the SIGKILL, if one was sent that is not ours."""
        found = super().examine(instance, pid, log, suspicion)
        sign, evidence = Sign.UNKNOWN, ""
        if suspicion is not Suspicion.NOBODY:
            sign, evidence = self._oom.look(instance, pid, suspicion)
        return found._replace(sign=sign, evidence=evidence, group_peak=self._oom.peak(instance))

    def ask_group(self, family: Family) -> None:
        """Do nothing: what a leader has left behind has come to us, and is asked one by one."""

    def remains(self, family: Family) -> bool:
        """Return whether any process of the family is left, as far as adoption has shown."""
        return family.leader is not None or bool(family.orphans)

    def forget(self, pid: int) -> None:
        """Note that a process which is nobody's has been reaped."""
        self.strays.discard(pid)

    def destroy(self, instance: str) -> None:
        """Send SIGKILL to the leader's group and to every orphan's, then to each of them.

        A group is pinned by the member that we have not reaped, so its id is nobody else's.
        """
        family = self.families.get(instance)
        if family is None:
            return
        self.adopt()
        for pid in family.members():
            self._kill_group(pid)
            self.send(pid, signal.SIGKILL)

    def _kill_group(self, pid: int) -> None:
        try:
            group = os.getpgid(pid)
            if group != os.getpgrp():
                os.killpg(group, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            return  # ended in this moment, or runs as somebody else: the pid itself is tried next
