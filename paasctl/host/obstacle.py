"""What the user asked for and this machine or project cannot give: an answer, not a bug."""

from enum import StrEnum


class Cause(StrEnum):
    """Why; the front door makes an exit code of it."""

    PORT_TAKEN = "port-taken"
    UNKNOWN_WORKER = "unknown-worker"
    UNKNOWN_SERVICE = "unknown-service"
    UNUSABLE_URL = "unusable-url"


class Obstacle(Exception):
    """A wish that cannot be granted: one sentence, and what to do next."""

    def __init__(self, cause: Cause, message: str, fix: str) -> None:
        super().__init__(message)
        self.cause = cause
        self.message = message
        self.fix = fix
