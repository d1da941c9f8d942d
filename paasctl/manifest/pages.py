"""The pages of `paasctl explain`: problems by code, keys by their path in the schemas."""

import json
import os
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple, cast

from paasctl.manifest.document import Data
from paasctl.manifest.inherit import INHERITED
from paasctl.manifest.plain import as_map, as_text

KINDS: Final = ("application", "service", "route")


def load_json(name: str) -> dict[str, Data]:
    """Return a file of the package's schemas: a schema, or the pages of the problems."""
    from paasctl import schemas  # type: ignore[attr-defined]  # mapped to schemas/

    directory = os.path.dirname(os.path.abspath(schemas.__file__))
    with open(os.path.join(directory, f"{name}.json"), encoding="utf-8") as file:
        content = json.load(file)
    assert isinstance(content, dict)
    return content


def problem_pages() -> Mapping[str, str]:
    """Return the text of docs/problems.md below each code."""
    return cast("Mapping[str, str]", load_json("problems"))


class Key(NamedTuple):
    """A key that a manifest may have; `*` in the path stands for a name that the user chooses.

    `each` are the keys of every entry, where the user names the entries.
    """

    kind: str
    path: tuple[str, ...]
    schema: Mapping[str, Data]
    needed: bool = False
    each: tuple[str, ...] = ()

    @property
    def shown(self) -> str:
        """Return the path as people write it."""
        return ".".join(self.path)


def keys() -> Iterator[Key]:
    """Yield every key of every kind of manifest, outer ones first."""
    for kind in KINDS:
        schema = load_json(kind)
        yield from _below(kind, (), schema, as_map(schema.get("$defs")))


def _below(
    kind: str, path: tuple[str, ...], schema: Mapping[str, Data], named: Mapping[str, Data]
) -> Iterator[Key]:
    required = schema.get("required")
    needed = required if isinstance(required, list) else []
    for name, inner in as_map(schema.get("properties")).items():
        found = _followed(inner, named)
        entry = _followed(found.get("additionalProperties"), named)
        each = tuple(as_map(entry.get("properties")))
        yield Key(kind, (*path, name), found, name in needed, each)
        yield from _below(kind, (*path, name), found, named)
    rest = _followed(schema.get("additionalProperties"), named)
    if path and as_map(rest.get("properties")):
        yield from _below(kind, (*path, "*"), rest, named)


def _followed(schema: Data, named: Mapping[str, Data]) -> Mapping[str, Data]:
    """Return the schema that a reference or a choice leads to."""
    given = as_map(schema)
    reference = as_text(given.get("$ref"))
    if reference is not None:
        return as_map(named.get(reference.rpartition("/")[2]))
    branches = given.get("anyOf")
    if isinstance(branches, list) and "properties" not in given:
        return next((_followed(branch, named) for branch in branches), {})
    return given


def matching(asked: str) -> list[Key]:
    """Return the keys that a dotted path means: its end is enough, and names may stand in it.

    In: "commands.start", "workers.queue.commands.start"   Out: the keys, the shortest paths first
    """
    words = tuple(asked.strip(".").split("."))
    found = [key for key in keys() if _ends(key.path, words)]
    exact = [key for key in found if _without_names(key.path) == words]
    return sorted(exact or found, key=lambda key: len(key.path))


def _without_names(path: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(step for step in path if step != "*")


def _ends(path: tuple[str, ...], words: tuple[str, ...]) -> bool:
    if _without_names(path)[-len(words) :] == words:
        return True
    tail = path[-len(words) :]
    pairs = zip(tail, words, strict=True) if len(tail) == len(words) else ()
    return tail[-1] == words[-1] and bool(pairs) and all(a in ("*", b) for a, b in pairs)


def key_page(key: Key) -> str:
    """Return the page of a key: what it is, its type, default, examples, and who inherits it."""
    lines = [f"{key.shown}  ({key.kind})", ""]
    lines += [f"  {_sentence(as_text(key.schema.get('description')) or '')}", ""]
    lines.append(f"  type      {_types(key.schema)}{', needed' if key.needed else ''}")
    allowed = key.schema.get("enum")
    if isinstance(allowed, list):
        names = (str(value) for value in allowed if value is not None)
        lines.append(f"  one of    {', '.join(names)}")
    if "default" in key.schema:
        lines.append(f"  default   {json.dumps(key.schema['default'], ensure_ascii=False)}")
    if key.schema.get("deprecated") is True:
        lines.append("  a former spelling: still understood")
    if hint := as_text(key.schema.get("x-hint")):
        lines.append(f"  hint      {hint}")
    inner = tuple(as_map(key.schema.get("properties")))
    for title, parts in (("inside  ", inner), ("each has", key.each)):
        lines += [f"  {title}  {', '.join(parts)}"] if parts else []
    if key.kind == "application" and key.path[-1] in INHERITED and len(key.path) < 4:
        lines.append("  web and workers inherit it from the top level; their own replaces it whole")
    examples = key.schema.get("examples")
    for example in examples if isinstance(examples, list) else ():
        lines += ["", *_example(key.path[-1], example)]
    return "\n".join(lines) + "\n"


def _sentence(text: str) -> str:
    return text if text.endswith(".") or not text else f"{text}."


def _types(schema: Mapping[str, Data]) -> str:
    given = schema.get("type")
    names = given if isinstance(given, list) else [given]
    words = {
        "object": "map",
        "array": "list",
        "string": "text",
        "integer": "whole number",
        "null": "nothing",
    }
    return " or ".join(words.get(str(name), str(name)) for name in names if name is not None)


def _example(name: str, value: Data) -> list[str]:
    from paasctl.manifest.write_yaml import write_yaml

    text = write_yaml({name: value})
    return [f"    {line}" for line in text.splitlines()]
