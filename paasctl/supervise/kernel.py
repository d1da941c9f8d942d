"""The only door to time and processes; behind it stand Linux, other Unixes, and the simulation."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from paasctl.model.plan import InstanceSpec
from paasctl.model.status import ExitStatus


class SpawnError(Exception):
    """A process could not be started; the message says why, for people."""


class Ended(NamedTuple):
    """Some process of an instance has ended.

    `leader` is the leader's exit status if the leader was among them, else None; `remaining`
    is whether any process of the instance is left, the leader or a descendant.
    """

    id: str
    leader: ExitStatus | None
    remaining: bool


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
    """Time and processes. `wait` is the only call that blocks."""

    def resumed(self) -> None:
        """Take up the processes that another program has handed over."""
        ...

    def now(self) -> float:
        """Return monotonic seconds."""
        ...

    def stamp(self, at: float | None = None) -> str:
        """Return the wall clock, now or at a monotonic time, as ISO 8601 UTC for people."""
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
