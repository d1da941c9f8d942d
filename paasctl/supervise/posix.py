"""Processes on any Unix: sessions and groups, one self-pipe, one selector.

Without a subreaper (macOS) an instance is its leader and the leader's process group; a
descendant that makes a session of its own is not seen. `linux.py` adds what closes that gap.
"""

import os
import resource
import selectors
import signal
import socket
import sys
import time
from collections.abc import Mapping, Sequence

from paasctl.model.plan import InstanceSpec
from paasctl.model.status import ExitStatus
from paasctl.supervise.kernel import (
    Ended,
    Found,
    Occurrence,
    Probed,
    Ready,
    Signalled,
    SpawnError,
    Suspicion,
)
from paasctl.supervise.planfile import environment

MARKER = b"PAASCTL_INSTANCE="
"""Every process of ours has it: `<state directory>|<kind>|<instance id>`."""

WATCHED = (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT)
_DEFAULTS = [
    number
    for number in signal.valid_signals()
    if number not in (signal.SIGKILL, signal.SIGSTOP) and number < 32
]
_UNIT = 1 if sys.platform == "darwin" else 1024
"""Bytes in the unit of ru_maxrss: getrusage(2) of each system."""
_GROUP_POLL = 0.05
"""Seconds between looks at a group whose leader is gone, where nobody tells us of its end."""
_BLIND = 0.2
"""Seconds between attempts to look at our children while that is refused."""
_LONGEST = 86400.0
"""Seconds that one sleep lasts at most: selectors count milliseconds in 32 bits."""
_LATENESS = 0.002
"""Share of a sleep that is kept back: Linux wakes sleepers up to 0.1 % late (select(2) and
epoll_wait(2), `select_estimate_accuracy` in fs/select.c), which is 15 ms of the 15 s of grace."""


class Family:
    """The processes of one instance that are our children."""

    __slots__ = ("id", "leader", "orphans", "session", "told")

    def __init__(self, instance: str, leader: int) -> None:
        self.id = instance
        self.leader: int | None = leader
        self.session = leader
        self.orphans: frozenset[int] = frozenset()  # empty for almost all: costs nothing
        self.told: frozenset[int] = frozenset()

    def members(self) -> list[int]:
        """Return the pids, the leader first."""
        leader = [] if self.leader is None else [self.leader]
        return leader + sorted(self.orphans)


class PosixKernel:
    """The kernel edge; see `kernel.Kernel` for what each call means."""

    def __init__(self) -> None:
        self.families: dict[str, Family] = {}
        self.owners: dict[int, Family] = {}
        self.sessions: dict[int, Family] = {}
        self.probes: dict[int, str] = {}
        self.stillborn_probes: list[str] = []
        self.touched: set[str] = set()  # somebody of theirs was reaped, and not yet told
        self.leaders: dict[str, tuple[ExitStatus, int]] = {}  # how the leaders of them ended
        self.blind = ""  # why we cannot see who has become our child
        self.selector = selectors.DefaultSelector()
        self._wake, wake = os.pipe()
        for fd in (self._wake, wake):
            os.set_blocking(fd, False)
        for number in WATCHED:
            signal.signal(number, _take_note)
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
        self.selector.register(self._wake, selectors.EVENT_READ)

    def resumed(self) -> None:
        """Take up the processes that another program has handed over, which are our children.

        What ended meanwhile has been told to nobody: have the next `wait` look.
        """
        for family in self.families.values():
            self.sessions[family.session] = family
            self.owners.update(dict.fromkeys(family.members(), family))
        signal.raise_signal(signal.SIGCHLD)

    def now(self) -> float:
        """Return monotonic seconds."""
        return time.monotonic()

    def stamp(self, at: float | None = None) -> str:
        """Return the wall clock, now or at a monotonic time, as ISO 8601 UTC."""
        moment = time.time() + (0.0 if at is None else at - time.monotonic())
        text = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(moment))
        return f"{text}.{int(moment * 1000) % 1000:03d}Z"

    def clock(self) -> float:
        """Return the wall clock in seconds since 1970."""
        return time.time()

    def spawn(self, spec: InstanceSpec) -> int:
        """Start the leader; it opens its own log, so that no output ever passes through us."""
        log = (os.POSIX_SPAWN_OPEN, 1, spec.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        pid = _launch(whole(spec), spec, log)
        family = Family(spec.id, pid)
        self.families[spec.id] = family
        self.owners[pid] = family
        self.sessions[pid] = family
        return pid

    def probe(self, spec: InstanceSpec) -> None:
        """Start the probe with nothing to write to."""
        quiet = (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)
        try:
            self.probes[_launch(spec.probe, spec, quiet)] = spec.id
        except SpawnError:
            self.stillborn_probes.append(spec.id)  # reported as failed by the next wait

    def drop_probe(self, instance: str) -> None:
        """End the probe; its exit is reaped without a word."""
        for pid, owner in list(self.probes.items()):
            if owner == instance:
                del self.probes[pid]
                self.send(pid, signal.SIGKILL)

    def pass_down(self, instance: str, number: int) -> None:
        """Signal those members that have not had this stop's signal yet.

        `number` is for the leader; what it leaves behind gets SIGTERM, as do orphans that had
        come to us before: their parent is gone, they are an outermost layer too.
        """
        family = self.families.get(instance)
        if family is None:
            return
        self.adopt()
        self.ask_group(family)
        for pid in family.members():
            if pid not in family.told:
                family.told |= {pid}
                self.send(pid, number if pid == family.leader else signal.SIGTERM)
                self.send(pid, signal.SIGCONT)

    def ask_group(self, family: Family) -> None:
        """Signal, once, what a leader has left behind in its group: here nobody comes to us."""
        group = -family.session  # as kill(2) writes it; the pid itself was the leader's
        if family.leader is None and group not in family.told:
            family.told |= {group}
            self.group(family, signal.SIGTERM)
            self.group(family, signal.SIGCONT)

    def destroy(self, instance: str) -> None:
        """Send SIGKILL to the whole group."""
        family = self.families.get(instance)
        if family is not None:
            self.group(family, signal.SIGKILL)

    def tell(self, instance: str, number: int) -> bool:
        """Signal the leader alone."""
        family = self.families.get(instance)
        return family is not None and family.leader is not None and self.send(family.leader, number)

    def send(self, pid: int, number: int) -> bool:
        """Send a signal to an unreaped child; return whether it could be sent."""
        try:
            os.kill(pid, number)  # noqa: TID251 -- this is the room it may be called in
        except (ProcessLookupError, PermissionError):
            return False  # a zombie of another user's program; its exit is on the way
        return True

    def group(self, family: Family, number: int) -> bool:
        """Signal the leader's group; return whether it still has a member."""
        try:
            os.killpg(family.session, number)
        except ProcessLookupError:
            return False
        except PermissionError:
            return True  # macOS says so for a group of zombies: the next reap decides
        return True

    def settled(self, instance: str) -> None:
        """Note nothing: there are no memory cgroups here."""

    def examine(self, instance: str, pid: int, log: str, suspicion: Suspicion) -> Found:
        """Find out how long the log was; no system but Linux tells of kills for memory.

        A child begins its life in our memory (posix_spawn), so that what it needed itself
        shows only where it was more than we have ever had.
        """
        try:
            end: int | None = os.stat(log).st_size
        except OSError:  # it could not be opened, or was deleted
            end = None
        return Found(log_end=end, floor=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _UNIT)

    def accepts(self, address: str) -> bool:
        """Try to connect; on loopback the answer is immediate."""
        kind, _, rest = address.partition(":")
        try:
            if kind == "unix":
                with socket.socket(socket.AF_UNIX) as client:
                    client.setblocking(False)
                    client.connect(rest)
            else:
                host, _, port = rest.rpartition(":")
                with socket.create_connection((host, int(port)), timeout=0.1):
                    pass
        except OSError:
            return False
        return True

    def watch(self, fd: int, writing: bool = False) -> None:
        """Report when it is readable, and with `writing` also when it is writable."""
        events = selectors.EVENT_READ | (selectors.EVENT_WRITE if writing else 0)
        if fd in self.selector.get_map():
            self.selector.modify(fd, events)
        else:
            self.selector.register(fd, events)

    def unwatch(self, fd: int) -> None:
        """Undo watch."""
        self.selector.unregister(fd)

    def wait(self, deadline: float | None) -> Sequence[Occurrence]:
        """Sleep until a child, a descriptor, a signal or the deadline."""
        timeout = None if deadline is None else _sleep_for(deadline - time.monotonic())
        polled = self.polled()
        if polled:
            timeout = _GROUP_POLL if timeout is None else min(timeout, _GROUP_POLL)
        if self.touched:
            timeout = _BLIND if timeout is None else min(timeout, _BLIND)
        if self.stillborn_probes:
            timeout = 0.0
        found: list[Occurrence] = []
        for key, ready in self.selector.select(timeout):
            if key.fd == self._wake:
                found += self._signals()
            else:
                found.append(Ready(key.fd, writing=not ready & selectors.EVENT_READ))
        self.refresh()
        return self._probe_failures() + self._reap(polled) + found

    def polled(self) -> dict[str, Family]:
        """Return the families whose group has to be looked at because nobody reports its end."""
        return {k: family for k, family in self.families.items() if family.leader is None}

    def refresh(self) -> None:
        """Note that time has passed since orphans were last looked for."""

    def adopt(self) -> bool:
        """Take in orphans, where there is a subreaper; return whether we could look for them."""
        return True

    def remains(self, family: Family) -> bool:
        """Return whether any process of the family is left."""
        return family.leader is not None or self.group(family, 0)

    def forget(self, pid: int) -> None:
        """Note that a process which is nobody's has been reaped."""

    def _signals(self) -> list[Occurrence]:
        try:
            numbers = os.read(self._wake, 4096)
        except BlockingIOError:
            return []
        wanted = dict.fromkeys(number for number in numbers if number != signal.SIGCHLD)
        return [Signalled(number) for number in wanted]

    def _probe_failures(self) -> list[Occurrence]:
        failed, self.stillborn_probes = self.stillborn_probes, []
        return [Probed(instance, well=False) for instance in failed]

    def _reap(self, polled: dict[str, Family]) -> list[Occurrence]:
        found: list[Occurrence] = []
        while True:
            try:
                pid, status, usage = os.wait4(-1, os.WNOHANG)
            except ChildProcessError:
                break
            if pid == 0:
                break
            if pid in self.probes:
                found.append(Probed(self.probes.pop(pid), well=status == 0))
                continue
            family = self.owners.pop(pid, None)
            if family is None:
                self.forget(pid)
                continue
            self.touched.add(family.id)
            if pid == family.leader:
                family.leader = None
                self.leaders[family.id] = decode(status), usage.ru_maxrss * _UNIT
            family.orphans -= {pid}
        return found + self._endings(polled)

    def _endings(self, polled: dict[str, Family]) -> list[Occurrence]:
        """Return what the reaped were to their families; nothing while we cannot know that."""
        touched = {instance: self.families[instance] for instance in sorted(self.touched)}
        leaders = self.leaders
        if any(family.leader is None for family in touched.values()) and not self.adopt():
            return []
        self.touched, self.leaders = set(), {}
        found: list[Occurrence] = []
        for instance, family in {**polled, **touched}.items():
            remaining = self.remains(family)
            if not remaining:
                del self.families[instance]
                del self.sessions[family.session]
            if instance in touched or not remaining:
                status, peak = leaders.get(instance, (None, None))
                found.append(Ended(instance, status, remaining, peak))
        return found

    def known(self) -> set[int]:
        """Return the pids of all children that belong to somebody."""
        return set(self.owners) | set(self.probes)


def whole(spec: InstanceSpec) -> tuple[str, ...]:
    """Return the argument vector of the instance's leader."""
    terminal = spec.terminal.prefix if spec.terminal else ()
    return terminal + spec.enclosure + spec.command


def _take_note(number: int, frame: object) -> None:
    """Do nothing: the wake-up pipe has been written already."""


def decode(status: int) -> ExitStatus:
    """Return what a wait status means."""
    code = os.waitstatus_to_exitcode(status)
    if code >= 0:
        return ExitStatus(code=code)
    try:
        return ExitStatus(signal=signal.Signals(-code).name)
    except ValueError:  # a real-time signal has no name
        return ExitStatus(signal=f"signal {-code}")


def _launch(
    argv: tuple[str, ...], spec: InstanceSpec, output: tuple[int, int, str, int, int]
) -> int:
    try:
        os.chdir(spec.cwd)  # posix_spawn cannot; we are one thread, and go back at once
    except OSError as error:
        raise SpawnError(f"the directory {spec.cwd}: {error.strerror}") from error
    try:
        env = environment(spec)
        path = env.get("PATH", os.defpath)
        return _spawn(find_program(argv[0], path, spec.cwd), argv, env, output)
    except (ValueError, KeyError) as error:
        raise SpawnError(f"its environment cannot be read back: {error}") from error
    finally:
        os.chdir("/")


def _spawn(
    program: str,
    argv: tuple[str, ...],
    env: Mapping[str, str],
    output: tuple[int, int, str, int, int],
) -> int:
    try:
        return os.posix_spawn(
            program,
            argv,
            env,
            file_actions=[
                (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                output,
                (os.POSIX_SPAWN_DUP2, 1, 2),
            ],
            setsid=True,
            setsigmask=[],
            setsigdef=_DEFAULTS,
        )
    except FileNotFoundError as error:
        raise SpawnError(f"{program} or its interpreter (first line) does not exist") from error
    except OSError as error:
        raise SpawnError(f"{program}: {error.strerror}") from error
    except ValueError as error:  # a NUL byte in a variable, say
        raise SpawnError(f"{program}: {error}") from error


def _sleep_for(left: float) -> float:
    """Return the seconds to sleep now; a long sleep ends a little early, the rest is exact."""
    return min(max(0.0, left - left * _LATENESS if left > 1.0 else left), _LONGEST)


def find_program(name: str, path: str, cwd: str) -> str:
    """Return the absolute path of a program, looked up as the shell would.

    Raises SpawnError when there is none.
    """
    if "/" in name:
        return os.path.join(cwd, name)
    for folder in path.split(":"):
        candidate = os.path.join(cwd, folder, name)
        if os.access(candidate, os.X_OK) and not os.path.isdir(candidate):
            return candidate
    raise SpawnError(f"{name}: command not found (looked in PATH={path})")
