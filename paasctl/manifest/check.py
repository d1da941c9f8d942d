"""Sections against the schemas: silent for what is valid, a list of problems for what is not."""

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
        for problem in found:
            path = problem.path[len(section.path) :]
            if problem.code == AMBIGUOUS:
                data = _with(data, path, section.document.old[problem.path] == "true")
            else:
                data = _without(data, path)
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


def _with(data: Data, path: KeyPath, value: bool) -> Data:
    """Return `data` with `value` at `path`, which is there."""
    if not path:
        return value
    step, rest = path[0], path[1:]
    if isinstance(data, dict):
        return {**data, str(step): _with(data[str(step)], rest, value)}
    if isinstance(data, list) and isinstance(step, int):
        return [*data[:step], _with(data[step], rest, value), *data[step + 1 :]]
    return data


def _without(data: Data, path: KeyPath) -> Data:
    """Return `data` without the value at `path` (or the nearest value around it).

    An item of a list becomes None, so that the items behind it keep their places.
    """
    if not path:
        return None
    step, rest = path[0], path[1:]
    if isinstance(data, dict) and step in data:
        inner = _without(data[str(step)], rest)
        kept = {key: value for key, value in data.items() if key != step}
        return {**data, str(step): inner} if rest and inner is not None else kept
    if isinstance(data, list) and isinstance(step, int) and step < len(data):
        inner = _without(data[step], rest)
        return [*data[:step], inner, *data[step + 1 :]]
    return data if rest or not isinstance(data, dict) else None
