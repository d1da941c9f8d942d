"""What outsiders may know of an instance: the rows of `paasctl ps` and of the journal."""

from enum import StrEnum
from typing import NamedTuple


class Shown(StrEnum):
    """The closed list of state words that people and JSON readers see."""

    WAITING = "waiting"
    STARTING = "starting"
    RUNNING = "running"
    STOPPING = "stopping"
    STOPPED = "stopped"
    BACKING_OFF = "backing-off"
    EXITED = "exited"


class ExitStatus(NamedTuple):
    """How a process ended: an exit code, a signal name, or the reason it could not start."""

    code: int | None = None
    signal: str | None = None
    error: str | None = None

    def __str__(self) -> str:
        """Say it the way a person would."""
        if self.error is not None:
            return f"could not start: {self.error}"
        if self.signal is not None:
            return f"killed by {self.signal}"
        return f"exited {self.code}"


class By(StrEnum):
    """Whose doing an end was."""

    ITSELF = "itself"
    PAASCTL = "paasctl"
    KERNEL = "kernel"
    OTHER = "other"


class Death(NamedTuple):
    """What is known of the end of a leader beside its exit status; see docs/concepts/ends.md.

    `why`, for our own doing, is a word of a closed list: stop, restart, redeploy, remove,
    scale, down, kill, signal. `forced`: SIGKILL was needed, for the leader or for what it had
    left behind.
    `certain` is False where `by` is an inference; `evidence` is what it rests on. `ran` are
    seconds of life. `peak` are bytes resident, of what `peak_of` says: "process" (the largest
    of the leader and the children it had waited for), "at-most" (no more than that) or
    "cgroup" (its own memory cgroup, since that was made). `log_end` is the size of its log then.
    """

    by: By
    why: str = ""
    forced: bool = False
    certain: bool = True
    evidence: str = ""
    pid: int | None = None
    ran: float | None = None
    peak: int | None = None
    peak_of: str = ""
    log_end: int | None = None


class Status(NamedTuple):
    """One instance, as the engine sees it.

    `since`, `next` (when it is started again) and `kill_at` (when SIGKILL ends what SIGTERM has
    not) are ISO 8601 UTC times.
    `stopped_by` is "sv" or "systemctl" while it stays down because somebody said so in a shell.
    """

    id: str
    name: str
    kind: str
    app: str | None
    state: str
    want: str
    ready: bool
    pid: int | None
    restarts: int
    since: str
    exit: dict[str, object] | None
    port: int | None
    log: str
    next: str | None = None
    kill_at: str | None = None
    fingerprint: str = ""
    stopped_by: str | None = None
