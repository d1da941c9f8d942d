"""Problems that only follow from another: one mistake is told once.

The cross checks see a part without what the schemas refused. What they then miss was written.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from paasctl.model.problem import Problem, Severity

_LOOKS_AT: Final[Mapping[str, tuple[str, ...]]] = {
    "missing-key": (),
    "missing-disk": (),
    "mount-without-disk": ("disk",),
    "missing-start": ("commands",),
    "nothing-to-serve": ("commands",),
    "unused-service": ("relationships", "mounts", "upstream"),
    "no-route": ("upstream", "type"),
}
"""Codes that say that something is not there → keys that are asked for it, besides its own."""


def fresh(problems: Iterable[Problem], faults: Sequence[Problem]) -> Iterator[Problem]:
    """Yield the problems of the cross checks that no refused value explains."""
    refused = [fault for fault in faults if fault.severity is Severity.ERROR]
    for problem in problems:
        if problem.code not in _LOOKS_AT or not any(_explains(one, problem) for one in refused):
            yield problem


def _explains(fault: Problem, problem: Problem) -> bool:
    inside = fault.path[: len(problem.path)] == problem.path and _same_file(fault, problem)
    return inside or any(key in fault.path for key in _LOOKS_AT[problem.code])


def _same_file(one: Problem, other: Problem) -> bool:
    return (one.position and one.position.file) == (other.position and other.position.file)
