"""One instance as the engine holds it: its spec, its machine, and what was seen of it."""

from paasctl.model.plan import InstanceSpec, Kind
from paasctl.model.status import Death, ExitStatus, Shown
from paasctl.supervise.machine import Event, Instance, State
from paasctl.supervise.rollout import Leaving, Member, Progress
from paasctl.supervise.verdict import NO_ENDING, Ending

_SHOWN = {
    State.STARTING: Shown.STARTING,
    State.RUNNING: Shown.RUNNING,
    State.STOPPING: Shown.STOPPING,
    State.KILLING: Shown.STOPPING,
    State.BACKOFF: Shown.BACKING_OFF,
}
NOTHING_KNOWN = dict.fromkeys(Death._fields)
"""The JSON of a death that was none: it could not be started."""
ALIVE = (State.STARTING, State.RUNNING, State.STOPPING, State.KILLING)


class Cell:
    """Mutable: the only place where the engine keeps what it knows of an instance."""

    __slots__ = (
        "action",
        "death",
        "ending",
        "exit",
        "exit_at",
        "instance",
        "interval",
        "next_spec",
        "pid",
        "poll_at",
        "progress",
        "removed",
        "since",
        "spec",
        "starts",
        "stopped_by",
    )

    def __init__(self, spec: InstanceSpec, since: str) -> None:
        self.spec = spec
        self.next_spec: InstanceSpec | None = None
        self.instance = Instance(settle=spec.settle, grace=spec.grace)
        self.pid: int | None = None
        self.exit: ExitStatus | None = None
        self.exit_at = ""
        self.death: Death | None = None
        self.ending: Ending = NO_ENDING
        self.since = since
        self.starts = 0
        self.stopped_by: str | None = None  # the program of the shell that did, until it starts
        self.progress = Progress.SETTLED
        self.action = Event.UP
        self.poll_at: float | None = None
        self.interval = 0.0
        self.removed = False

    def adopt_next(self) -> InstanceSpec:
        """Take over the spec that waits for the next start, if one does; return the spec."""
        if self.next_spec is not None:
            self.spec, self.next_spec = self.next_spec, None
        settle = None if self.spec.probe or self.spec.listen else self.spec.settle
        self.instance = self.instance._replace(settle=settle, grace=self.spec.grace)
        return self.spec

    def killed(self) -> None:
        """Note that we have sent SIGKILL to everything that was left of it."""
        self.ending = self.ending._replace(killed=True)
        if self.pid is None and self.death is not None:  # the leader had ended before
            self.death = self.death._replace(forced=True)

    def alive(self) -> bool:
        """Return whether a process of it exists."""
        return self.instance.state in ALIVE

    def going(self) -> bool:
        """Return whether a process exists or will without anybody asking."""
        return self.alive() or self.instance.state is State.BACKOFF

    def member(self) -> Member:
        """Return its place in the deployment."""
        spec = self.next_spec or self.spec
        return Member(spec.id, spec.stage, self.progress, spec.vital)

    def leaving(self) -> Leaving:
        """Return its place in the end of everything."""
        return Leaving(self.spec.id, self.spec.kind is Kind.SERVICE, self.going())

    def progressed(self) -> None:
        """Bring its place in the deployment up to date with its state."""
        if self.progress is not Progress.GOING:
            return
        stopped = self.instance.state is State.STOPPED
        if self.spec.once:
            if stopped:
                good = self.exit is not None and self.exit.code == 0
                self.progress = Progress.SETTLED if good else Progress.FAILED
        elif self.instance.ready or stopped:
            self.progress = Progress.SETTLED

    def shown(self) -> Shown:
        """Return the word that people see for its state."""
        if self.instance.state is State.STOPPED:
            if self.progress is Progress.DUE:
                return Shown.WAITING
            return Shown.EXITED if self.spec.once and self.exit is not None else Shown.STOPPED
        return _SHOWN[self.instance.state]

    def visible(self) -> tuple[object, ...]:
        """Return what makes a change worth a notice."""
        instance = self.instance
        return self.shown(), instance.state, instance.ready, instance.want, self.pid

    def exit_json(self) -> dict[str, object] | None:
        """Return how its last process ended, or None."""
        if self.exit is None:
            return None
        death = NOTHING_KNOWN if self.death is None else self.death._asdict()
        return {**self.exit._asdict(), "at": self.exit_at, **death}

    def row(self) -> dict[str, object]:
        """Return the row of `paasctl ps --format json`."""
        spec = self.spec
        return {
            "id": spec.id,
            "name": spec.name,
            "kind": spec.kind.value,
            "app": spec.app,
            "state": self.shown().value,
            "want": self.instance.want.value,
            "ready": self.instance.ready,
            "pid": self.pid,
            "restarts": max(0, self.starts - 1),
            "since": self.since,
            "exit": self.exit_json(),
            "port": spec.port,
            "log": spec.log,
            "fingerprint": spec.fingerprint,
            "stopped_by": self.stopped_by,
        }


def wanted(spec: InstanceSpec) -> Event:
    """Return the event that brings an instance into being."""
    return Event.ONCE if spec.once else Event.UP
