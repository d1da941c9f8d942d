"""Problems that only follow from another: one mistake is told once.

The cross checks see a part without what the schemas refused. What they then miss was written.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import Enum, auto
from typing import Final, NamedTuple

from paasctl.model.problem import Problem, Severity


class Where(Enum):
    """Where a refused value must stand to explain a problem."""

    INSIDE = auto()
    """Below the place of the problem."""
    SAME_FILE = auto()
    ANYWHERE = auto()


class Look(NamedTuple):
    """Where a check looks for what it misses, and for which keys."""

    where: Where
    keys: tuple[str, ...]


_LOOKS: Final[Mapping[str, Look]] = {
    "missing-key": Look(
        Where.INSIDE,
        (
            *("enabled", "schemas", "databases", "vcl", "configuration", "relationships"),
            *("service", "stack"),
        ),
    ),
    "missing-disk": Look(Where.INSIDE, ("disk",)),
    "mount-without-disk": Look(Where.SAME_FILE, ("disk",)),
    "missing-start": Look(Where.SAME_FILE, ("commands",)),
    "nothing-to-serve": Look(Where.SAME_FILE, ("commands",)),
    "unused-service": Look(Where.ANYWHERE, ("relationships", "mounts", "upstream")),
    "no-route": Look(Where.ANYWHERE, ("upstream", "type")),
}
"""Codes that say that something is not there."""


def fresh(problems: Iterable[Problem], faults: Sequence[Problem]) -> Iterator[Problem]:
    """Yield the problems of the cross checks that no refused value explains."""
    refused = [fault for fault in faults if fault.severity is Severity.ERROR]
    for problem in problems:
        look = _LOOKS.get(problem.code)
        if look is None or not any(_explains(fault, problem, look) for fault in refused):
            yield problem


def _explains(fault: Problem, problem: Problem, look: Look) -> bool:
    near = _file(fault) == _file(problem)
    inside = near and fault.path[: len(problem.path)] == problem.path
    if inside and (fault.path == problem.path or fault.path[-1] == "type"):
        return True  # of something without a type nobody knows what it needs
    close = {Where.INSIDE: inside, Where.SAME_FILE: near, Where.ANYWHERE: True}[look.where]
    return close and any(key in fault.path for key in look.keys)


def _file(problem: Problem) -> str:
    return problem.position.file if problem.position else ""
