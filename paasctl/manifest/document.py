"""A YAML file as plain data, with the position of every key and value.

Refuses duplicate keys, drops keys that start with a dot (spec 01.5), follows anchors, merge
keys and `!include`, and does so in bounded time (an alias bomb is refused, not expanded).
"""

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from paasctl.manifest.nodes import DEPTH, Node, Refusal, read_nodes, refuse
from paasctl.manifest.scalar import old_meaning, plain, tagged
from paasctl.manifest.tags import request, source_root
from paasctl.model.position import KeyPath, Position
from paasctl.model.problem import Note, Problem, Severity

EXPANDED: Final = 200_000
"""Nodes after aliases are followed; the largest manifest in our corpus has 2 000."""

_COLLECTIONS: Final = tuple(
    f"tag:yaml.org,2002:{name}" for name in ("map", "seq", "set", "omap", "pairs")
)
"""Tags of maps and lists that say nothing new: a set is a map without values."""

Data = dict[str, "Data"] | list["Data"] | str | int | float | bool | None


class Document(NamedTuple):
    """Plain data and where it stands; `positions` for values, `key_positions` for keys.

    `old` holds the values that YAML 1.1 reads differently: path → its reading. `broken` are
    the paths of values that could not be read: what is missing there is no second mistake.
    `includes` holds what stands for a file as a whole: path → (kind, file below the root).
    `included` are the files that are part of this one: file → where it is included.
    """

    file: str
    data: Data
    positions: dict[KeyPath, Position]
    key_positions: dict[KeyPath, Position]
    old: dict[KeyPath, str]
    broken: tuple[KeyPath, ...] = ()
    includes: Mapping[KeyPath, tuple[str, str]] = {}
    included: Mapping[str, Position] = {}

    def at(self, path: KeyPath) -> Position:
        """Return where the value at `path` stands, or the nearest place around it."""
        while path and path not in self.positions:
            path = path[:-1]
        return self.positions.get(path, Position(self.file, 1, 1))

    def key_at(self, path: KeyPath) -> Position:
        """Return where the key of `path` stands, or its value where it has no key."""
        return self.key_positions.get(path) or self.at(path)


class Included(NamedTuple):
    """What an include gave: data, its document if it was YAML, and what was wrong in it.

    `file` is what was found, relative to the project's root.
    """

    data: Data
    document: Document | None = None
    problems: tuple[Problem, ...] = ()
    file: str = ""


_QUOTE: Final = "quote it: { } is a map in YAML, and [ ] a list"
Include = Callable[[str, str, Position, str], Included]
"""(kind, path, where the tag stands, the app's `source.root` or "") → what is there."""


class Parsed(NamedTuple):
    """The result of parsing one file."""

    document: Document | None
    problems: tuple[Problem, ...]


def parse(file: str, text: str, include: Include) -> Parsed:
    """Return the document in `text`; None with one problem if it cannot be read at all."""
    try:
        root = read_nodes(file, text)
        walker = _Walker(file, include)
        data = None if root is None else walker.value(root, ())
    except Refusal as refusal:
        return Parsed(None, (refusal.problem,))
    broken = tuple(
        problem.path
        for problem in walker.problems
        if problem.severity is Severity.ERROR and problem.code != "duplicate-key"
    )
    document = Document(
        file=file,
        data=data,
        positions=walker.positions,
        key_positions=walker.key_positions,
        old=walker.old,
        broken=broken,
        includes=walker.includes,
        included=walker.included,
    )
    return Parsed(document, tuple(walker.problems))


class _Walker:
    """Turns nodes into data, once, depth first; the depth is bounded by `read_nodes`."""

    def __init__(self, file: str, include: Include) -> None:
        self.file = file
        self.include = include
        self.positions: dict[KeyPath, Position] = {}
        self.key_positions: dict[KeyPath, Position] = {}
        self.old: dict[KeyPath, str] = {}
        self.includes: dict[KeyPath, tuple[str, str]] = {}
        self.included: dict[str, Position] = {}
        self.problems: list[Problem] = []
        self.budget = EXPANDED
        self.level = 0
        self.app_root = ""

    def value(self, node: Node, path: KeyPath) -> Data:
        """Return the data of `node`, and note where it stands."""
        self._spend(node)
        self.positions[path] = self._position(node)
        if node.tag is not None and node.tag != "!" and not node.tag.startswith("tag:"):
            return self._tag(node, path)
        if node.text is None and node.tag not in (None, "!", *_COLLECTIONS):
            self._unknown_tag(node, path)
            return None
        if node.pairs is not None:
            return self._mapping(node, path)
        if node.items is not None:
            self.level += 1
            items = [self.value(item, (*path, index)) for index, item in enumerate(node.items)]
            self.level -= 1
            return items
        return self._scalar(node, path)

    def _spend(self, node: Node) -> None:
        self.budget -= 1
        if self.budget < 0:
            message = f"aliases expand this file to more than {EXPANDED} values"
            raise refuse("alias-bomb", self.file, node.line, node.column, message)
        if self.level > DEPTH:
            message = f"aliases nest more than {DEPTH} levels deep"
            raise refuse("too-deep", self.file, node.line, node.column, message)

    def _position(self, node: Node) -> Position:
        return Position(self.file, node.line, node.column)

    def _problem(
        self, code: str, node: Node, path: KeyPath, message: str, hint: str = ""
    ) -> Problem:
        problem = Problem(code, Severity.ERROR, self._position(node), path, message, hint)
        self.problems.append(problem)
        return problem

    def _scalar(self, node: Node, path: KeyPath) -> Data:
        text = node.text or ""
        if node.plain:
            value = plain(text)
            if value is text and (meaning := old_meaning(text)):
                self.old[path] = meaning
            return value
        if node.tag is None:
            return text
        try:
            return tagged(node.tag, text)
        except ValueError as error:
            self._problem("wrong-type", node, path, str(error))
        except KeyError:
            self._unknown_tag(node, path)
        return None

    def _unknown_tag(self, node: Node, path: KeyPath) -> None:
        tag = (node.tag or "").replace("tag:yaml.org,2002:", "!!")
        if tag.startswith("!!python"):
            self._problem("unsafe-tag", node, path, f"{tag} would run code; it is refused")
        else:
            self._problem(
                "unknown-tag", node, path, f"unknown tag {tag}", "known: !include, !archive"
            )

    def _mapping(self, node: Node, path: KeyPath) -> dict[str, Data]:
        assert node.pairs is not None
        self._spend(node)
        self.level += 1
        outer, self.app_root = self.app_root, source_root(node) or self.app_root
        result: dict[str, Data] = {}
        seen: dict[str, Node] = {}
        for key, value in node.pairs:  # merged keys first: what the map says itself wins
            if key.plain and key.text == "<<":
                self._merge(value, path, result)
        for key, value in node.pairs:
            if not (key.plain and key.text == "<<"):
                self._pair(key, value, path, seen, result)
        self.level -= 1
        self.app_root = outer
        return result

    def _pair(
        self,
        key: Node,
        value: Node,
        path: KeyPath,
        seen: dict[str, Node],
        result: dict[str, Data],
    ) -> None:
        text = key.text
        if text is None:
            self._problem("wrong-type", key, path, "a list or map cannot be a key", _QUOTE)
        elif text.startswith("."):
            self._dropped(key, value, (*path, text))
        elif text in seen:
            self._duplicate(key, seen[text], (*path, text))
        else:
            seen[text] = key
            here = (*path, text)
            self.old.pop(here, None)
            self.key_positions[here] = self._position(key)
            result[text] = self.value(value, here)

    def _duplicate(self, key: Node, first: Node, path: KeyPath) -> None:
        problem = Problem(
            "duplicate-key",
            Severity.ERROR,
            self._position(key),
            path,
            f'the key "{key.text}" stands here for the second time',
            "keep one of the two",
            (Note(self._position(first), "first defined here"),),
        )
        self.problems.append(problem)

    def _dropped(self, key: Node, value: Node, path: KeyPath) -> None:
        if value.anchored:
            return
        if key.text is not None and ".." in key.text.split("/"):
            message = f'"{key.text}" leads out, and keys that start with a dot are ignored'
            self._problem("path-escape", key, path, message, "name a place inside")
            return
        self.problems.append(
            Problem(
                "dot-key",
                Severity.WARNING,
                self._position(key),
                path,
                f'keys that start with a dot are ignored: "{key.text}" has no effect',
                f'write "/{key.text}" if a path is meant',
            )
        )

    def _merge(self, value: Node, path: KeyPath, result: dict[str, Data]) -> None:
        sources = value.items if value.items is not None else [value]
        for source in reversed(sources):  # the first of several maps wins
            if source.pairs is None:
                self._problem("wrong-type", source, path, "<< needs a map, usually an alias")
            else:
                result.update(self._mapping(source, path))

    def _tag(self, node: Node, path: KeyPath) -> Data:
        found = request(node)
        if found is None:
            self._unknown_tag(node, path)
            return None
        kind, target, fault, fix = found
        if fault:
            self._problem("bad-value", node, path, fault, fix)
            return None
        answer = self.include(kind, target, self._position(node), self.app_root)
        for problem in answer.problems:
            self.problems.append(problem._replace(path=(*path, *problem.path)))
        if answer.document is not None:
            self.included[answer.document.file] = self._position(node)
            self.budget -= len(answer.document.positions)
            self._graft(answer.document, path)
        elif answer.file:
            self.includes[path] = (kind, answer.file)
        return answer.data

    def _graft(self, document: Document, path: KeyPath) -> None:
        self.positions.update({(*path, *key): at for key, at in document.positions.items()})
        self.key_positions.update({(*path, *key): at for key, at in document.key_positions.items()})
        self.old.update({(*path, *key): text for key, text in document.old.items()})
        self.includes.update({(*path, *key): found for key, found in document.includes.items()})
        self.included.update(document.included)
