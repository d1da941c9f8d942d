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


class Status(NamedTuple):
    """One instance, as the engine sees it; `since` and `next` are ISO 8601 UTC times."""

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
    fingerprint: str = ""
