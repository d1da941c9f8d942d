"""Why a section does not follow its schema; the only place that imports jsonschema."""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple, cast

from paasctl.manifest.document import Data
from paasctl.manifest.flavour import Section
from paasctl.manifest.keypath import dotted
from paasctl.manifest.misplaced import advice
from paasctl.manifest.near import did_you_mean
from paasctl.manifest.pages import load_json
from paasctl.manifest.plain import as_map
from paasctl.manifest.scalar import plain
from paasctl.model.position import KeyPath
from paasctl.model.problem import Problem, Severity

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator, ValidationError


AMBIGUOUS: Final = "ambiguous-scalar"
_SHOWN: Final = 8
"""Keys that a hint lists."""


class Fault(NamedTuple):
    """One error of jsonschema under types of ours; `branches` are those of an anyOf."""

    rule: str
    limit: Data
    value: Data
    path: KeyPath
    schema: Mapping[str, Data]
    of_name: bool
    branches: "tuple[tuple[Fault, ...], ...]"

    @property
    def hint(self) -> str:
        """What the schema itself advises."""
        return str(self.schema.get("x-hint", ""))


def _fault(error: "ValidationError") -> Fault:
    branches: dict[object, list[Fault]] = {}
    for inner in error.context or ():
        branches.setdefault(inner.relative_schema_path[0], []).append(_fault(inner))
    schema = error.schema
    limit = cast("Data", error.validator_value)  # a part of our own schema
    return Fault(
        str(error.validator),
        limit,
        cast("Data", error.instance),
        tuple(error.absolute_path),
        schema if isinstance(schema, dict) else {},
        "propertyNames" in error.absolute_schema_path,
        tuple(tuple(faults) for faults in branches.values()),
    )


_NAMES: Final = {
    "object": "a map",
    "array": "a list",
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "null": "nothing",
}


@cache
def _validator(kind: str) -> "Draft202012Validator":
    from jsonschema import Draft202012Validator

    return Draft202012Validator(load_json(kind))


def explain(section: Section, kind: str) -> tuple[Problem, ...]:
    """Return one problem for each mistake in `section`; unknown app keys are not repeated."""
    problems: dict[tuple[str, KeyPath], Problem] = {}
    explainer = _Explainer(section, kind)
    for error in _validator(kind).iter_errors(section.data):
        for problem in explainer.problems(_fault(error)):
            problems.setdefault((problem.code, problem.path), problem)
    mistyped = {path for code, path in problems if code in ("wrong-type", AMBIGUOUS)}
    return tuple(
        problem
        for (code, path), problem in problems.items()
        if code != "bad-value" or path not in mistyped  # of a value of the wrong type, once
    )


class _Explainer:
    """Turns errors of jsonschema into our words."""

    def __init__(self, section: Section, kind: str) -> None:
        self.section = section
        self.kind = kind

    def problems(self, fault: Fault) -> Iterator[Problem]:
        """Yield the problems behind one error."""
        if fault.of_name:
            yield self._name(fault)
        elif fault.rule == "additionalProperties":
            yield from self._unknown(fault)
        elif fault.rule == "required":
            yield from self._missing(fault)
        elif fault.rule == "type":
            yield self._type(fault)
        elif fault.rule == "anyOf":
            yield from self._any(fault)
        else:
            yield self._value(fault)

    def _problem(
        self, code: str, path: KeyPath, message: str, hint: str = "", *, key: bool = False
    ) -> Problem:
        where = self.section.key_at(*path) if key else self.section.at(*path)
        full = (*self.section.path, *path)
        return Problem(code, Severity.ERROR, where, full, message, hint)

    def _unknown(self, fault: Fault) -> Iterator[Problem]:
        if "x-unknown-keys" in fault.schema:
            return  # said by check.py, as a warning
        known = tuple(as_map(fault.schema["properties"]))
        around = f" in {dotted(fault.path)}" if fault.path else ""
        for key in as_map(fault.value):
            if key not in known:
                hint = advice(self.kind, fault.path, key) or did_you_mean(key, known)
                hint = hint or fault.hint or _listed(known, fault.path)
                message = f'unknown key "{key}"{around}'
                yield self._problem("unknown-key", (*fault.path, key), message, hint, key=True)

    def _missing(self, fault: Fault) -> Iterator[Problem]:
        for key in fault.limit if isinstance(fault.limit, list) else ():
            if key not in as_map(fault.value):
                fix = fault.hint or _added(str(key), as_map(fault.schema.get("properties")))
                yield self._lacks(fault.path, str(key), fix)

    def _lacks(self, path: KeyPath, key: str, fix: str) -> Problem:
        owner, missing = self._called(path), key
        if path[:1] == ("workers",) and len(path) <= 3:
            owner, missing = f'worker "{path[1]}"', "commands.start"
            fix = 'add  commands: { start: "..." }'
        message = f'{owner} has no "{missing}"'
        where = self.section.key_at(*path)
        former = as_map(self.section.data).get("toolstack")
        if not path and key == "type" and former is not None:
            message += ": toolstack is no longer understood"
            where, fix = self.section.key_at("toolstack"), _modern(str(former))
        full = (*self.section.path, *path, key)
        return Problem("missing-key", Severity.ERROR, where, full, message, fix)

    def _called(self, path: KeyPath) -> str:
        """Return what people call the value at `path`; services are many in one file."""
        name = self.section.name or "this"
        if self.kind == "service" and path:
            return dotted((name, *path))
        return dotted(path) or name

    def _type(self, fault: Fault) -> Problem:
        names: list[Data] = fault.limit if isinstance(fault.limit, list) else [fault.limit]
        path = fault.path
        if fault.value is None and len(path) == 2 and path[0] == "workers":
            return self._lacks((*path, "commands"), "start", "")
        if switch := self._switch(fault, names):
            return switch
        allowed = " or ".join(_NAMES[str(name)] for name in names if name != "null")
        what = self._called(path)
        message = f"{what} must be {allowed}, not {_described(fault.value)}"
        if fault.value is None:
            message = f"{what} is empty; it must be {allowed}"
        key = fault.value is None or isinstance(fault.value, list | dict)
        return self._problem("wrong-type", path, message, self._cure(fault, names), key=key)

    def _switch(self, fault: Fault, names: list[Data]) -> Problem | None:
        """Return the warning of a word that YAML 1.1, and so the platform, takes for a boolean."""
        meaning = self._old(fault.path)
        if "boolean" not in names or meaning not in ("true", "false"):
            return None
        message = f"{self._called(fault.path)}: {fault.value} is read as {meaning}"
        hint = f"write  {meaning}: newer tools read {fault.value} as text"
        warning = self._problem(AMBIGUOUS, fault.path, message, hint)
        return warning._replace(severity=Severity.WARNING)

    def _old(self, path: KeyPath) -> str:
        return self.section.document.old.get((*self.section.path, *path), "")

    def _cure(self, fault: Fault, names: list[Data]) -> str:
        """Return how to write the value so that it has the right type."""
        old = self._old(fault.path)
        if isinstance(fault.value, str) and old:
            return f"unquoted, it is text here (YAML 1.1 tools read {old}); write what you mean"
        if "string" in names and isinstance(fault.value, int | float):
            return fault.hint or "put it in quotes"
        if fault.value in ("true", "false") or _is_number(fault.value):
            return "remove the quotes"
        if "array" in names and isinstance(fault.value, str):
            return fault.hint or f"write  [{fault.value}]"
        return fault.hint

    def _any(self, fault: Fault) -> Iterator[Problem]:
        """Explain the branch that was meant: the one that fails deepest, else the first."""
        if not fault.branches:
            return
        best = max(fault.branches, key=lambda faults: _depth(faults, fault.path))
        for inner in best:
            for problem in self.problems(inner):
                general = fault.hint and "toolstack" not in as_map(self.section.data)
                yield problem._replace(hint=fault.hint) if general else problem

    def _name(self, fault: Fault) -> Problem:
        code = str(fault.schema.get("x-code", "bad-value"))
        name = str(fault.value)
        where = f" in {dotted(fault.path)}" if fault.path else ""
        message = f"{json.dumps(name, ensure_ascii=False)} is no valid name{where}"
        return self._problem(code, (*fault.path, name), message, fault.hint, key=True)

    def _value(self, fault: Fault) -> Problem:
        given = fault.schema.get("type")
        if switch := self._switch(fault, given if isinstance(given, list) else []):
            return switch
        code = str(fault.schema.get("x-code", "bad-value"))
        hint = fault.hint
        if isinstance(fault.limit, list):
            allowed = [str(item) for item in fault.limit if item is not None]
            near = did_you_mean(fault.value, allowed) if isinstance(fault.value, str) else ""
            hint = hint or near or f"one of {', '.join(allowed)}"
        shown = "it"
        if not isinstance(fault.value, dict):
            shown = json.dumps(fault.value, ensure_ascii=False)[:60]
        if old := self._old(fault.path):
            code, hint = "wrong-type", f"YAML 1.1 tools read {old}; {hint or 'quote what you mean'}"
        what = self._called(fault.path)
        return self._problem(code, fault.path, f"{what}: {shown} {_reason(fault)}", hint)


def _listed(known: tuple[str, ...], around: KeyPath) -> str:
    """Return the keys that may stand there; of many, the first."""
    names = ", ".join(known[:_SHOWN])
    if len(known) <= _SHOWN:
        return f"known: {names}"
    page = next((step for step in reversed(around) if isinstance(step, str)), "")
    more = f"  paasctl explain {page}" if page else ""
    return f"known: {names}, …{more}"


def _added(key: str, properties: Mapping[str, Data]) -> str:
    """Return how to add a key, with an example where the schema has a short one."""
    examples = as_map(properties.get(key)).get("examples")
    example = examples[0] if isinstance(examples, list) and examples else None
    if isinstance(example, bool):
        return f"add  {key}: {str(example).lower()}"
    return f"add  {key}: {example}" if isinstance(example, str | int) else f"add  {key}: ..."


def _modern(toolstack: str) -> str:
    """Return what stands for a toolstack today (spec 02.1)."""
    kind, _, flavor = toolstack.partition(":")
    built = f"  and  build: {{ flavor: {flavor} }}" if flavor else ""
    return f'write  type: "{kind}:VERSION"{built}'


def _reason(fault: Fault) -> str:
    if fault.path[-1:] == ("type",) and ":" not in str(fault.value):
        return "has no version" if fault.rule == "pattern" else "is not allowed"
    return {
        "minimum": f"is less than {fault.limit}",
        "maximum": f"is more than {fault.limit}",
        "maxLength": f"is longer than {fault.limit} characters",
        "minLength": "is empty",
        "minProperties": "is empty",
        "enum": "is not allowed",
        "const": f"is not {fault.limit}",
    }.get(fault.rule, "does not have the right form")


def _depth(faults: tuple[Fault, ...], path: KeyPath) -> tuple[bool, int]:
    """Order branches: types and constants that fit first, then how deep the first fault lies."""
    deep = min(len(fault.path) - len(path) for fault in faults)
    return all(fault.rule not in ("type", "const", "enum") for fault in faults), deep


def _is_number(value: object) -> bool:
    """Return whether a text would be a whole number without its quotes."""
    return isinstance(value, str) and isinstance(plain(value or "x"), int)


def _described(value: object) -> str:
    if value is None:
        return "empty"
    if isinstance(value, bool):
        return f"the boolean {str(value).lower()}"
    if isinstance(value, int | float):
        return f"the number {value}"
    if isinstance(value, str):
        return f"the text {json.dumps(value[:40], ensure_ascii=False)}"
    return "a map" if isinstance(value, dict) else "a list"
