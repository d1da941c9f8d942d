"""One thing that `paasctl doctor` has looked at."""

from enum import StrEnum
from typing import NamedTuple


class Grade(StrEnum):
    """How it stands: fine, worth knowing, or in the way of running the project."""

    OK = "ok"
    WARN = "warn"
    BAD = "bad"


class Finding(NamedTuple):
    """What was looked at, how it stands, in words, and what to do about it."""

    subject: str
    grade: Grade
    text: str
    fix: str = ""
