"""What loading gives."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, NamedTuple

from paasctl.model.problem import Problem, Severity

if TYPE_CHECKING:
    from paasctl.model.project import Project

ADVICE: Final = frozenset(
    (
        *("old-version", "former-syntax", "cron-often", "hook-goes-on", "signals-lost"),
        *("unused-service", "no-route", "small-disk", "unknown-version"),
        *("default-root", "portable-name"),
    )
)
"""Codes of warnings about the platform or about style: nothing here goes wrong by them."""


class Loaded(NamedTuple):
    """The result of loading: no project where there is an error.

    `sources` maps each file that was read to its text, for excerpts.
    """

    project: "Project | None"
    problems: tuple[Problem, ...]
    sources: Mapping[str, str]

    @property
    def ok(self) -> bool:
        """Whether there is no error."""
        return all(problem.severity is not Severity.ERROR for problem in self.problems)

    @property
    def here(self) -> tuple[Problem, ...]:
        """What somebody who starts the project must hear: errors, and warnings but advice."""
        return tuple(
            problem
            for problem in self.problems
            if problem.severity is Severity.ERROR
            or (problem.severity is Severity.WARNING and problem.code not in ADVICE)
        )
