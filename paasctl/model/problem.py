"""What is wrong with something the user wrote: collected, never raised."""

from enum import StrEnum
from typing import NamedTuple

from paasctl.model.position import KeyPath, Position


class Severity(StrEnum):
    """How bad it is: an error stops, a warning speaks, a note explains."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Note(NamedTuple):
    """A second place that explains a problem, such as where a value was inherited from."""

    position: Position | None
    message: str


class Problem(NamedTuple):
    """One mistake: stable code, place, one sentence, and what to do about it."""

    code: str
    severity: Severity
    position: Position | None
    path: KeyPath
    message: str
    hint: str = ""
    notes: tuple[Note, ...] = ()
