"""The only door to time and processes; behind it stand Linux, other Unixes, and the simulation."""

from collections.abc import Sequence
from enum import Enum
from typing import NamedTuple, Protocol

from paasctl.model.plan import InstanceSpec
from paasctl.model.status import ExitStatus


class SpawnError(Exception):
    """A process could not be started; the message says why, for people."""


class Ended(NamedTuple):
    """Some process of an instance has ended.

    `leader` is the leader's exit status if the leader was among them, else None; `remaining`
    is whether any process of the instance is left, the leader or a descendant. `peak` are the
    most bytes that were resident at once in the leader, or in a child that it had waited for.
    """

    id: str
    leader: ExitStatus | None
    remaining: bool
    peak: int | None = None


class Sign(Enum):
    """What the system says about an out-of-memory kill."""

    UNKNOWN = "unknown"  # it says nothing here
    NONE = "none"  # it has counted none
    COUNTED = "counted"  # one, and perhaps this
    CERTAIN = "certain"


class Suspicion(Enum):
    """Whom the kernel may have killed for want of memory."""

    NOBODY = "nobody"
    LEADER = "leader"
    CHILD = "child"


class Found(NamedTuple):
    """What an examination of a dead leader has brought to light.

    `evidence` is what `sign` rests on, for people. `group_peak` are the bytes of its memory
    cgroup if it had one of its own, `floor` those below which `Ended.peak` says nothing.
    """

    sign: Sign = Sign.UNKNOWN
    evidence: str = ""
    log_end: int | None = None
    group_peak: int | None = None
    floor: int = 0


class Probed(NamedTuple):
    """The probe of an instance has ended: well, if it is ready."""

    id: str
    well: bool


class Ready(NamedTuple):
    """A watched descriptor can be read (or accepted from); `writing`: it can only be written."""

    fd: int
    writing: bool = False


class Signalled(NamedTuple):
    """The engine itself was sent a signal."""

    number: int


Occurrence = Ended | Probed | Ready | Signalled


class Kernel(Protocol):
    """Time and processes. `wait` is the only call that blocks.

    `blind` says why it cannot be seen at the moment who has become our child; empty if it can.
    """

    blind: str

    def resumed(self) -> None:
        """Take up the processes that another program has handed over."""
        ...

    def now(self) -> float:
        """Return monotonic seconds."""
        ...

    def stamp(self, at: float | None = None) -> str:
        """Return the wall clock, now or at a monotonic time, as ISO 8601 UTC for people."""
        ...

    def clock(self) -> float:
        """Return the wall clock in seconds since 1970."""
        ...

    def spawn(self, spec: InstanceSpec) -> int:
        """Start the instance's process as leader of a session of its own; return its pid.

        Raises SpawnError with the reason.
        """
        ...

    def probe(self, spec: InstanceSpec) -> None:
        """Start the instance's probe; `Probed` tells how it ended."""
        ...

    def drop_probe(self, instance: str) -> None:
        """End the instance's probe if one runs; nothing is told of it any more."""
        ...

    def pass_down(self, instance: str, number: int) -> None:
        """Send a signal, and SIGCONT, to those of the outermost layer that have not had it."""
        ...

    def destroy(self, instance: str) -> None:
        """Send SIGKILL to everything of the instance that is known."""
        ...

    def tell(self, instance: str, number: int) -> bool:
        """Send one signal to the leader alone; return whether there was one."""
        ...

    def settled(self, instance: str) -> None:
        """Note of a process that is ready what cannot be learnt any more when it is dead."""
        ...

    def examine(self, instance: str, pid: int, log: str, suspicion: Suspicion) -> Found:
        """Look into the end of a leader that has just been reported; `log` is its log's path.

        The system is asked about memory only upon a suspicion: that is dear.
        """
        ...

    def accepts(self, address: str) -> bool:
        """Return whether somebody accepts connections at "tcp:HOST:PORT" or "unix:PATH"."""
        ...

    def watch(self, fd: int, writing: bool = False) -> None:
        """Have `wait` report when the descriptor is readable, or also when writable."""
        ...

    def unwatch(self, fd: int) -> None:
        """Undo `watch`."""
        ...

    def wait(self, deadline: float | None) -> Sequence[Occurrence]:
        """Block until something happens or the monotonic deadline comes."""
        ...
