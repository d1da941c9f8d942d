"""Sections against the schemas: silent for what is valid, a list of problems for what is not."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from paasctl.manifest import compiled
from paasctl.manifest.document import Data
from paasctl.manifest.flavour import Section
from paasctl.model.position import KeyPath
from paasctl.model.problem import Problem, Severity

_VALID: Final = {
    "application": compiled.application,
    "service": compiled.service,
    "route": compiled.route,
}
_APP_KEYS: Final = frozenset(compiled.APPLICATION_KEYS)

_SAID: Final = _APP_KEYS | {"toolstack"}
"""With the dead key that explain.py speaks of where `type` is missing."""


class Checked(NamedTuple):
    """A section without its faulty parts, so that the rest can still be looked at."""

    section: Section
    problems: tuple[Problem, ...]


def check(section: Section, kind: str) -> Checked:
    """Return what the schema `kind` says about `section`."""
    problems: tuple[Problem, ...] = ()
    data = section.data
    if kind == "application" and isinstance(data, dict):
        said = _APP_KEYS if "type" in data else _SAID
        problems = tuple(_unknown(section, key) for key in data if key not in said)
        data = {key: value for key, value in data.items() if key in _APP_KEYS}
    if not _VALID[kind](data):
        from paasctl.manifest.explain import AMBIGUOUS, explain

        found = explain(section, kind)
        problems += tuple(problem for problem in found if not _follows(problem, section))
        cuts = [_Cut(problem.path[len(section.path) :]) for problem in found]
        for number, problem in enumerate(found):
            if problem.code == AMBIGUOUS:
                meant = section.document.old[problem.path] == "true"
                cuts[number] = cuts[number]._replace(value=meant)
        data = _changed(data, cuts)
    return Checked(section._replace(data=data), problems)


def _follows(problem: Problem, section: Section) -> bool:
    """Return whether a problem only follows from a value that could not be read."""
    around = problem.path[:-1] if problem.code == "missing-key" else problem.path
    return any(
        around[: len(path)] == path or path[: len(around)] == around
        for path in section.document.broken
        if path
    )


def _unknown(section: Section, key: str) -> Problem:
    """Return the warning of an unknown key of an app (Q5: an error with --strict)."""
    from paasctl.manifest.misplaced import advice
    from paasctl.manifest.near import did_you_mean

    return Problem(
        "unknown-key",
        Severity.WARNING,
        section.key_at(key),
        (*section.path, key),
        f'unknown key "{key}": it has no effect',
        advice("application", (), key) or did_you_mean(key, _APP_KEYS) or "remove it",
    )


class _Cut(NamedTuple):
    """What to put at a path: None for nothing."""

    path: KeyPath
    value: Data = None


def _changed(data: Data, cuts: Sequence[_Cut]) -> Data:
    """Return `data` with every cut made, at the nearest value around it where there is none.

    An item of a list becomes None, so that the items behind it keep their places. All at once,
    since one after the other takes a time that grows with the square of the mistakes.
    """
    groups: dict[str | int, list[_Cut]] = {}
    for cut in cuts:
        if not cut.path:
            return cut.value
        groups.setdefault(cut.path[0], []).append(cut._replace(path=cut.path[1:]))
    if isinstance(data, dict):
        if any(
            step not in data and not cut.path for step, inner in groups.items() for cut in inner
        ):
            return None  # a key is missing: the map itself is what was refused
        changed = {
            key: _changed(value, groups[key]) if key in groups else value
            for key, value in data.items()
        }
        return {
            key: value for key, value in changed.items() if value is not None or key not in groups
        }
    if isinstance(data, list):
        return [
            _changed(item, groups[index]) if index in groups else item
            for index, item in enumerate(data)
        ]
    return data
